/**
 * The blocked matrix product: panels of both operands that fit the caches, a micro-kernel over pairs of them. Goto and
 * van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).
 */
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import { TILE_BYTES } from './macro-kernel.js'
import type { Addresses, Offset, Part, Progress } from './part.js'
import type { Operand, Plan } from './plan.js'

/** Panels as the macro-kernel takes them: the first, bytes between panels and between steps of k. */
interface Panels {
  readonly first: number
  readonly panel: number
  readonly step: number
}

const leftBytes = ({ left, blockRows, blockDepth }: Plan, { packed }: Element): number =>
  left.inPlace ? 0 : blockRows * blockDepth * packed

/** Room for a tile and a block of both operands. */
export function blockedBytes(plan: Plan, element: Element): number {
  const { right, blockColumns, blockDepth } = plan
  const rightBytes = right.inPlace ? 0 : blockColumns * blockDepth * element.packed
  return TILE_BYTES + leftBytes(plan, element) + rightBytes
}

/** The panels of `count` rows and `depth` of the contracted index: packed to `to`, or where they are. */
function panelsOf(
  { pack, element }: Kernels,
  { rows, contracted, inPlace, width }: Operand,
  base: number,
  to: number,
  rowFrom: number,
  count: number,
  from: number,
  depth: number,
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
  const leftTo = at.scratch + TILE_BYTES
  const rightTo = leftTo + leftBytes(plan, kernels.element)
  for (let batch = batchFrom; batch < batchTo; batch++) {
    const leftBase = at.left + offset(left.batch, batch)
    const rightBase = at.right + offset(right.batch, batch)
    const outputBase = at.output + offset(output.batch, batch)
    for (let column = 0; column < n; column += blockColumns) {
      const columns = Math.min(blockColumns, n - column)
      // At least once, to store the zeros that a sum of nothing is.
      for (let from = 0; from === 0 || from < k; from += blockDepth) {
        const depth = Math.min(blockDepth, k - from)
        const { first, panel, step } = panelsOf(
          kernels,
          right,
          rightBase,
          rightTo,
          column,
          columns,
          from,
          depth,
        )
        for (let row = rowFrom; row < rowTo; row += blockRows) {
          const rows = Math.min(blockRows, rowTo - row)
          const block = panelsOf(kernels, left, leftBase, leftTo, row, rows, from, depth)
          kernels.multiply({
            left: block.first,
            leftPanel: block.panel,
            leftStep: block.step,
            rows,
            right: first,
            rightPanel: panel,
            rightStep: step,
            columns,
            depth,
            output: outputBase,
            rowOffsets: output.rows.address + 4 * row,
            columnOffsets: output.columns.address + 4 * column,
            columnFrom: column,
            columnRun: output.columns.run,
            add: from > 0 ? 1 : 0,
            buffer: at.scratch,
          })
          if (from + depth >= k && column + columns >= n) progress(batch, row + rows)
        }
      }
    }
  }
}
