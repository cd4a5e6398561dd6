/**
 * A contraction as a batch of matrix products: each group of axes becomes one index with a table of offsets, and an
 * element of any strided, broadcast or window view is at `start + table[i] + table[k]`. So there is no slow layout, and
 * convolutions need no im2col.
 */
import { type ContractCall, sizeOf, type View } from '@nabla/backend'

/** One operand as a matrix: offsets of its two indices, and of each matrix of the batch. */
export interface Matrix {
  readonly batch: Int32Array
  readonly rows: Int32Array
  readonly columns: Int32Array
}

/** `output[m][n] = Σ left[m][k] · right[n][k]`: both operands have the contracted index as their columns. */
export interface Problem {
  readonly batches: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly left: Matrix
  readonly right: Matrix
  readonly output: Matrix
}

/** Offsets of all positions of a group of axes, in row-major order, from `first` on. */
export function offsetTable(view: View, start: number, end: number, first: number): Int32Array {
  const table = new Int32Array(sizeOf(view.shape.slice(start, end)))
  if (table.length === 0) return table
  table[0] = first
  // Grown from the innermost axis outwards: each axis repeats what is there already, shifted by its stride.
  let filled = 1
  for (let axis = end - 1; axis >= start; axis--) {
    const length = view.shape[axis] as number
    const stride = view.strides[axis] as number
    for (let step = 1; step < length; step++) {
      const shift = step * stride
      const to = step * filled
      for (let p = 0; p < filled; p++) table[to + p] = table[p]! + shift
    }
    filled *= length
  }
  return table
}

export function problemOf({ batch, rows, columns, contracted, left, right, output }: ContractCall): Problem {
  const leftMatrix = {
    batch: offsetTable(left, 0, batch, left.offset),
    rows: offsetTable(left, batch, batch + rows, 0),
    columns: offsetTable(left, batch + rows, batch + rows + contracted, 0),
  }
  const rightMatrix = {
    batch: offsetTable(right, 0, batch, right.offset),
    columns: offsetTable(right, batch, batch + contracted, 0),
    rows: offsetTable(right, batch + contracted, batch + contracted + columns, 0),
  }
  const outputMatrix = {
    batch: offsetTable(output, 0, batch, output.offset),
    rows: offsetTable(output, batch, batch + rows, 0),
    columns: offsetTable(output, batch + rows, batch + rows + columns, 0),
  }
  return {
    batches: outputMatrix.batch.length,
    m: leftMatrix.rows.length,
    n: rightMatrix.rows.length,
    k: leftMatrix.columns.length,
    left: leftMatrix,
    right: rightMatrix,
    output: outputMatrix,
  }
}
