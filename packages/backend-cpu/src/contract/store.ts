/**
 * Finished sums into the output, wherever its elements lie.
 */
import type { TypedArray } from '@nabla/backend'
import { halfBits } from '../math/half.js'
import type { Matrix } from './problem.js'

function storeFloats(
  target: Float32Array,
  start: number,
  offsets: Int32Array,
  column: number,
  columns: number,
  sums: Float64Array,
  from: number,
): void {
  for (let p = 0; p < columns; p++) target[start + offsets[column + p]!] = sums[from + p]!
}

function storeOthers(
  target: TypedArray,
  start: number,
  offsets: Int32Array,
  column: number,
  columns: number,
  sums: Float64Array,
  from: number,
): void {
  const half = target instanceof Uint16Array
  for (let p = 0; p < columns; p++) {
    const value = sums[from + p]!
    target[start + offsets[column + p]!] = half ? halfBits(value) : value
  }
}

/** Writes `rows` × `columns` sums, whose rows are `width` apart, to the output from row and column on. */
export function storeBlock(
  target: TypedArray,
  output: Matrix,
  batch: number,
  row: number,
  rows: number,
  column: number,
  columns: number,
  sums: Float64Array,
  width: number,
): void {
  for (let i = 0; i < rows; i++) {
    const start = output.batch[batch]! + output.rows[row + i]!
    if (target instanceof Float32Array)
      storeFloats(target, start, output.columns, column, columns, sums, i * width)
    else storeOthers(target, start, output.columns, column, columns, sums, i * width)
  }
}
