/**
 * Packing: rows of an operand, from wherever they lie, into panels of three that the micro-kernel reads straight
 * through: element `k` of a panel's row `r` goes to `panel[3k + r]`. Panels are float64, since V8 computes in that and
 * would convert float32 panels again and again.
 */
import { PANEL } from './kernel.js'
import type { Matrix } from './problem.js'

export type Source = Float32Array | Float64Array

/** Contracted elements taken from all rows before the next: few enough cache lines to be there still for the next panel. */
const CHUNK = 16

function packPanel32(
  panel: Float64Array,
  to: number,
  source: Float32Array,
  first: number,
  second: number,
  third: number,
  offsets: Int32Array,
  from: number,
  end: number,
): void {
  for (let k = from; k < end; k++) {
    const offset = offsets[k]!
    panel[to] = source[(first + offset) | 0]!
    panel[(to + 1) | 0] = source[(second + offset) | 0]!
    panel[(to + 2) | 0] = source[(third + offset) | 0]!
    to = (to + 3) | 0
  }
}

/** The same for float64, with type feedback of its own. */
function packPanel64(
  panel: Float64Array,
  to: number,
  source: Float64Array,
  first: number,
  second: number,
  third: number,
  offsets: Int32Array,
  from: number,
  end: number,
): void {
  for (let k = from; k < end; k++) {
    const offset = offsets[k]!
    panel[to] = source[(first + offset) | 0]!
    panel[(to + 1) | 0] = source[(second + offset) | 0]!
    panel[(to + 2) | 0] = source[(third + offset) | 0]!
    to = (to + 3) | 0
  }
}

/**
 * Packs `rowCount` rows by `depth` columns of one matrix of the batch. A row that is missing in the last panel repeats
 * the one before.
 */
export function pack(
  panels: readonly Float64Array[],
  source: Source,
  { batch, rows, columns }: Matrix,
  number: number,
  firstRow: number,
  rowCount: number,
  firstColumn: number,
  depth: number,
): void {
  const start = batch[number]!
  const last = firstRow + rowCount - 1
  const end = firstColumn + depth
  for (let from = firstColumn; from < end; from += CHUNK) {
    const to = PANEL * (from - firstColumn)
    const until = Math.min(from + CHUNK, end)
    for (let row = firstRow; row <= last; row += PANEL) {
      const panel = panels[(row - firstRow) / PANEL] as Float64Array
      const first = start + rows[row]!
      const second = start + rows[Math.min(row + 1, last)]!
      const third = start + rows[Math.min(row + 2, last)]!
      if (source instanceof Float32Array)
        packPanel32(panel, to, source, first, second, third, columns, from, until)
      else packPanel64(panel, to, source, first, second, third, columns, from, until)
    }
  }
}
