/**
 * Packing: rows of an operand, from wherever they lie, into panels of four that the micro-kernel reads straight through.
 * Element `k` of the panel's row `r` goes to `panel[4k + r]`. Panels are float64: V8 computes in that, so float32 panels
 * would be converted again and again.
 */
import type { Matrix } from './problem.js'

/** Rows in a panel. */
export const PANEL = 4

export type Source = Float32Array | Float64Array

function pack32(
  panels: Float64Array,
  source: Float32Array,
  start: number,
  rows: Int32Array,
  firstRow: number,
  rowCount: number,
  columns: Int32Array,
  firstColumn: number,
  depth: number,
): void {
  let t = 0
  for (let row = firstRow; row < firstRow + rowCount; row += PANEL) {
    const last = firstRow + rowCount - 1
    const r0 = start + rows[row]!
    const r1 = start + rows[Math.min(row + 1, last)]!
    const r2 = start + rows[Math.min(row + 2, last)]!
    const r3 = start + rows[Math.min(row + 3, last)]!
    for (let k = firstColumn; k < firstColumn + depth; k++) {
      const offset = columns[k]!
      panels[t] = source[r0 + offset]!
      panels[t + 1] = source[r1 + offset]!
      panels[t + 2] = source[r2 + offset]!
      panels[t + 3] = source[r3 + offset]!
      t += PANEL
    }
  }
}

/** The same for float64, with type feedback of its own. */
function pack64(
  panels: Float64Array,
  source: Float64Array,
  start: number,
  rows: Int32Array,
  firstRow: number,
  rowCount: number,
  columns: Int32Array,
  firstColumn: number,
  depth: number,
): void {
  let t = 0
  for (let row = firstRow; row < firstRow + rowCount; row += PANEL) {
    const last = firstRow + rowCount - 1
    for (let k = firstColumn; k < firstColumn + depth; k++) {
      const offset = start + columns[k]!
      for (let r = 0; r < PANEL; r++) panels[t++] = source[offset + rows[Math.min(row + r, last)]!]!
    }
  }
}

/** Packs `rowCount` rows by `depth` columns; rows that are missing in the last panel repeat the last one. */
export function pack(
  panels: Float64Array,
  source: Source,
  matrix: Matrix,
  batch: number,
  firstRow: number,
  rowCount: number,
  firstColumn: number,
  depth: number,
): void {
  const start = matrix.batch[batch]!
  const { rows, columns } = matrix
  if (source instanceof Float32Array) {
    pack32(panels, source, start, rows, firstRow, rowCount, columns, firstColumn, depth)
  } else pack64(panels, source, start, rows, firstRow, rowCount, columns, firstColumn, depth)
}
