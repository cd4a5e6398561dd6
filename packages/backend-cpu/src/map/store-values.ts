/**
 * Writing results that were computed in float64 to a view of any type.
 */
import { type DType, rowMajorStrides, type View } from '@nabla/backend'
import { dataOf } from '../buffer.js'
import { buildNest, forEachTile, orderByStride, type Strided } from '../nest.js'
import { ROUNDING } from './lane64.js'
import { store64 } from './tiles64.js'

/** Brings `values`, in the order of the view, into its type and writes them to it. */
export function storeValues(values: Float64Array, dtype: DType, view: View): void {
  ROUNDING[dtype]?.(values.length, values, 0)
  const target = dataOf(view)
  const source: Strided = { strides: rowMajorStrides(view.shape), offset: 0 }
  const nest = buildNest(view.shape, [source, view], orderByStride(source, view.shape))
  const tiling = { rowAxis: -1, rows: 1, columns: nest.lengths[nest.lengths.length - 1] as number }
  const step = (position: number): number => (nest.strides[position] as readonly number[]).at(-1) as number
  const at = [0, 0]
  forEachTile(nest, tiling, at, (_, columns) => {
    const from = { at: at[0]!, row: 0, column: step(0) }
    store64(target, { at: at[1]!, row: 0, column: step(1) }, values, from, 1, columns)
  })
}
