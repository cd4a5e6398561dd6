/**
 * The blocked matrix product: panels of both operands that fit the caches, a micro-kernel over pairs of them. Goto and
 * van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).
 */
import type { Kernels } from './kernels.js'
import type { Operand, Plan } from './plan.js'

/** Byte addresses of what a product works on. */
export interface Addresses {
  readonly left: number
  readonly right: number
  readonly output: number
  /** `scratchBytes` of room. */
  readonly scratch: number
}

/**
 * What one thread computes: some matrices of the batch, of them some rows, from a multiple of the tile's rows to another or
 * the end. Of a thin product, where rows are few, it is some columns instead.
 */
export interface Part {
  readonly batchFrom: number
  readonly batchTo: number
  readonly from: number
  readonly to: number
}

/** Called when all rows up to one of a matrix are finished. */
export type Progress = (batch: number, rows: number) => void

/** Panels as the macro-kernel takes them: the first, bytes between panels and between steps of k. */
interface Panels {
  readonly first: number
  readonly panel: number
  readonly step: number
}

const leftBytes = ({ element }: Kernels, { leftInPlace, blockRows, blockDepth }: Plan): number =>
  leftInPlace ? 0 : blockRows * blockDepth * element.packed

export function scratchBytes(kernels: Kernels, plan: Plan): number {
  const { rightInPlace, blockColumns, blockDepth } = plan
  const right = rightInPlace ? 0 : blockColumns * blockDepth * kernels.element.packed
  return leftBytes(kernels, plan) + right
}

/** The panels of a part of an operand: packed to `to`, or where they are. */
function panelsOf(
  { pack, element }: Kernels,
  { rows, contracted }: Operand,
  inPlace: boolean,
  width: number,
  base: number,
  to: number,
  [rowFrom, count, from, depth]: readonly [number, number, number, number],
): Panels {
  if (inPlace) {
    const step = contracted.step ?? 0
    const first = base + rowFrom * element.bytes + from * step
    return { first, panel: width * element.bytes, step }
  }
  pack(width, {
    to,
    panels: Math.ceil(count / width),
    depth,
    base,
    rowOffsets: rows.address + 4 * rowFrom,
    rowFrom,
    rowRun: rows.run,
    offsets: contracted.address,
    from,
    run: contracted.run,
  })
  const step = width * element.packed
  return { first: to, panel: depth * step, step }
}

export function multiplyBlocked(
  kernels: Kernels,
  plan: Plan,
  at: Addresses,
  { batchFrom, batchTo, from: rowFrom, to: rowTo }: Part,
  progress: Progress,
): void {
  const { n, k, left, right, output, blockRows, blockColumns, blockDepth } = plan
  const { tile } = kernels
  const rightTo = at.scratch + leftBytes(kernels, plan)
  for (let batch = batchFrom; batch < batchTo; batch++) {
    const leftBase = at.left + left.batch[batch]!
    const rightBase = at.right + right.batch[batch]!
    const outputBase = at.output + output.batch[batch]!
    for (let column = 0; column < n; column += blockColumns) {
      const columns = Math.min(blockColumns, n - column)
      // At least once, to store the zeros that a sum of nothing is.
      for (let from = 0; from === 0 || from < k; from += blockDepth) {
        const depth = Math.min(blockDepth, k - from)
        const rightRange = [column, columns, from, depth] as const
        const rightPanels = panelsOf(
          kernels,
          right,
          plan.rightInPlace,
          tile.columns,
          rightBase,
          rightTo,
          rightRange,
        )
        for (let row = rowFrom; row < rowTo; row += blockRows) {
          const rows = Math.min(blockRows, rowTo - row)
          const leftRange = [row, rows, from, depth] as const
          const leftPanels = panelsOf(
            kernels,
            left,
            plan.leftInPlace,
            tile.rows,
            leftBase,
            at.scratch,
            leftRange,
          )
          kernels.multiply({
            left: leftPanels.first,
            leftPanel: leftPanels.panel,
            leftStep: leftPanels.step,
            rows,
            right: rightPanels.first,
            rightPanel: rightPanels.panel,
            rightStep: rightPanels.step,
            columns,
            depth,
            output: outputBase,
            rowOffsets: output.rows.address + 4 * row,
            columnOffsets: output.columns.address + 4 * column,
            columnFrom: column,
            columnRun: output.columns.run,
            add: from > 0 ? 1 : 0,
          })
          if (from + depth >= k && column + columns >= n) progress(batch, row + rows)
        }
      }
    }
  }
}
