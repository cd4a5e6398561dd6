/**
 * Copying between strided views of one type, bit for bit: what materialising a transposed or sliced tensor is, and
 * what kernels do that want their lines in one piece.
 */
import { type Shape, sizeOf, type TypedArray, type View } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { copyFloats } from './map/tiles32.js'
import { buildNest, chooseTiling, forEachTile, orderByStride, type Strided, stepsOf } from './nest.js'

/** Like `copyFloats` for all the other arrays. */
function copyElements(
  target: TypedArray,
  to: number,
  toRow: number,
  toColumn: number,
  source: TypedArray,
  from: number,
  fromRow: number,
  fromColumn: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    let t = to + row * toRow
    let s = from + row * fromRow
    for (let column = 0; column < columns; column++) {
      target[t] = source[s]!
      t += toColumn
      s += fromColumn
    }
  }
}

/** Elements from which on moving memory beats a loop. */
const LONG = 64

/** One tile; both arrays are of one kind. */
export function copyTile(
  target: TypedArray,
  to: number,
  toRow: number,
  toColumn: number,
  source: TypedArray,
  from: number,
  fromRow: number,
  fromColumn: number,
  rows: number,
  columns: number,
): void {
  if (toColumn === 1 && fromColumn === 1 && columns >= LONG) {
    for (let row = 0; row < rows; row++) {
      const start = from + row * fromRow
      target.set(source.subarray(start, start + columns), to + row * toRow)
    }
  } else if (target instanceof Float32Array && source instanceof Float32Array) {
    copyFloats(target, to, toRow, toColumn, source, from, fromRow, fromColumn, rows, columns)
  } else copyElements(target, to, toRow, toColumn, source, from, fromRow, fromColumn, rows, columns)
}

/** Copies `source` to `target` over `shape`, which both are strided over. */
export function copyStrided(
  shape: Shape,
  source: TypedArray,
  from: Strided,
  target: TypedArray,
  to: Strided,
): void {
  if (sizeOf(shape) === 0) return
  const nest = buildNest(shape, [from, to], orderByStride(to, shape))
  const [fromStrides, toStrides] = nest.strides as [readonly number[], readonly number[]]
  const last = nest.lengths.length - 1
  if (last === 0 && fromStrides[0] === 1 && toStrides[0] === 1) {
    const [start, first] = nest.offsets as [number, number]
    target.set(source.subarray(start, start + (nest.lengths[0] as number)), first)
    return
  }
  const tiling = chooseTiling(nest, 2)
  const [fromRow, fromColumn] = stepsOf(nest, tiling, 0)
  const [toRow, toColumn] = stepsOf(nest, tiling, 1)
  const at = [0, 0]
  forEachTile(nest, tiling, at, (rows, columns) => {
    copyTile(target, at[1]!, toRow, toColumn, source, at[0]!, fromRow, fromColumn, rows, columns)
  })
}

/** Copies a view into another of the same shape and type. */
export function copyView(source: View, target: View): void {
  copyStrided(target.shape, dataOf(source), source, dataOf(target), target)
}
