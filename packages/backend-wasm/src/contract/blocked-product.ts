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
export interface Panels {
  readonly first: number
  readonly panel: number
  readonly step: number
}

export const leftBytes = ({ left, blockRows, blockDepth }: Plan, { packed }: Element): number =>
  left.inPlace ? 0 : blockRows * blockDepth * packed

/** Room for a tile and a block of both operands. */
export function blockedBytes(plan: Plan, element: Element): number {
  const { right, blockColumns, blockDepth } = plan
  const rightBytes = right.inPlace ? 0 : blockColumns * blockDepth * element.packed
  return TILE_BYTES + leftBytes(plan, element) + rightBytes
}

/** The panels of `count` rows and `depth` of the contracted index: packed to `to`, or where they are. */
export function panelsOf(
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

/** A block of the product: rows and columns of the output, and a part of the contracted index. */
export interface Place {
  readonly row: number
  readonly rows: number
  readonly column: number
  readonly columns: number
  readonly from: number
  readonly depth: number
}

/** Adds the product of packed blocks to the output of one matrix. */
export function multiplyPanels(
  kernels: Kernels,
  { output }: Plan,
  outputBase: number,
  left: Panels,
  right: Panels,
  { row, rows, column, columns, from, depth }: Place,
  buffer: number,
): void {
  kernels.multiply({
    left: left.first,
    leftPanel: left.panel,
    leftStep: left.step,
    rows,
    right: right.first,
    rightPanel: right.panel,
    rightStep: right.step,
    columns,
    depth,
    output: outputBase,
    rowOffsets: output.rows.address + 4 * row,
    columnOffsets: output.columns.address + 4 * column,
    columnFrom: column,
    columnRun: output.columns.run,
    add: from > 0 ? 1 : 0,
    buffer,
  })
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
        const b = panelsOf(kernels, right, rightBase, rightTo, column, columns, from, depth)
        for (let row = rowFrom; row < rowTo; row += blockRows) {
          const rows = Math.min(blockRows, rowTo - row)
          const a = panelsOf(kernels, left, leftBase, leftTo, row, rows, from, depth)
          const place = { row, rows, column, columns, from, depth }
          multiplyPanels(kernels, plan, outputBase, a, b, place, at.scratch)
          if (from + depth >= k && column + columns >= n) progress(batch, row + rows)
        }
      }
    }
  }
}
