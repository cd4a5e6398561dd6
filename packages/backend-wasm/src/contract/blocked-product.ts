/**
 * The blocked matrix product: panels of both operands that fit the caches, a micro-kernel over pairs of them. Goto and
 * van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).
 */
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import type { Addresses, Offset, Part, Progress } from './part.js'
import type { Operand, Plan } from './plan.js'

/** Panels as the macro-kernel takes them: the first, bytes between panels and between steps of k. */
interface Panels {
  readonly first: number
  readonly panel: number
  readonly step: number
}

const leftBytes = ({ leftInPlace, blockRows, blockDepth }: Plan, { packed }: Element): number =>
  leftInPlace ? 0 : blockRows * blockDepth * packed

/** Room for a block of both operands. */
export function blockedBytes(plan: Plan, element: Element): number {
  const { rightInPlace, blockColumns, blockDepth } = plan
  return leftBytes(plan, element) + (rightInPlace ? 0 : blockColumns * blockDepth * element.packed)
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
  offset: Offset,
  plan: Plan,
  at: Addresses,
  { batchFrom, batchTo, from: rowFrom, to: rowTo }: Part,
  progress: Progress,
): void {
  const { n, k, left, right, output, blockRows, blockColumns, blockDepth } = plan
  const { element, tile } = kernels
  const rightTo = at.scratch + leftBytes(plan, element)
  for (let batch = batchFrom; batch < batchTo; batch++) {
    const leftBase = at.left + offset(left.batch, batch)
    const rightBase = at.right + offset(right.batch, batch)
    const outputBase = at.output + offset(output.batch, batch)
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
