/**
 * Contractions of integers, exact modulo 2^32: rows of both operands packed as int32 words, products by `Math.imul`.
 */
import type { TypedArray } from '@nabla/backend'
import type { Matrix, Problem } from './problem.js'

/** Rows of the right operand packed at once. */
const COLUMNS = 64

function packRow(
  words: Int32Array,
  at: number,
  source: TypedArray,
  start: number,
  columns: Int32Array,
): void {
  for (let k = 0; k < columns.length; k++) words[at + k] = source[start + columns[k]!]!
}

function dot(left: Int32Array, right: Int32Array, at: number): number {
  let sum = 0
  for (let k = 0; k < left.length; k++) sum = (sum + Math.imul(left[k]!, right[at + k]!)) | 0
  return sum
}

export function multiplyIntegers(
  problem: Problem,
  left: TypedArray,
  right: TypedArray,
  target: TypedArray,
): void {
  const { batches, m, n, k, output } = problem
  const leftRow = new Int32Array(k)
  const rightRows = new Int32Array(k * Math.min(n, COLUMNS))
  const startOf = (matrix: Matrix, batch: number, row: number): number =>
    matrix.batch[batch]! + matrix.rows[row]!
  for (let batch = 0; batch < batches; batch++) {
    for (let column = 0; column < n; column += COLUMNS) {
      const columns = Math.min(COLUMNS, n - column)
      for (let j = 0; j < columns; j++) {
        packRow(rightRows, j * k, right, startOf(problem.right, batch, column + j), problem.right.columns)
      }
      for (let row = 0; row < m; row++) {
        packRow(leftRow, 0, left, startOf(problem.left, batch, row), problem.left.columns)
        const start = startOf(output, batch, row)
        // Storing wraps into uint32 and uint8.
        for (let j = 0; j < columns; j++)
          target[start + output.columns[column + j]!] = dot(leftRow, rightRows, j * k)
      }
    }
  }
}
