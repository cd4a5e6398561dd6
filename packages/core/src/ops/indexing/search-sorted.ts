/**
 * Places of values in a sorted vector.
 */
import {
  type DType,
  expressions as e,
  formatShape,
  input,
  promoteTypes,
  type Shape,
  ShapeError,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { reduceMapped } from '../../primitives/reduce.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

export interface SearchSortedOptions {
  /** Before elements that equal the value (`left`, the default) or behind them. */
  readonly side?: 'left' | 'right'
}

/**
 * Where each value would have to be inserted into an ascending vector to keep it in order (int32): the number of
 * elements below it. Every value is compared with every element, in one pass and without memory for the comparisons.
 *
 * @throws ShapeError when `sorted` is not a vector.
 * @example searchSorted(tensor([1, 3, 5]), tensor([0, 3, 9])) // [0, 1, 3]
 */
export function searchSorted<S extends Shape, T extends DType, U extends DType>(
  sorted: Tensor<Shape, T>,
  values: Tensor<S, U>,
  { side = 'left' }: SearchSortedOptions = {},
): Tensor<S, 'int32'> {
  if (sorted.ndim !== 1) {
    throw new ShapeError('searchSorted', {
      expected: 'a sorted vector',
      received: `shape ${formatShape(sorted.shape)}`,
      fix: 'flatten it, or search each row of it',
    })
  }
  const dtype = promoteTypes(sorted.dtype, values.dtype)
  const element = e.cast(input(0, sorted.dtype), dtype)
  const value = e.cast(input(1, values.dtype), dtype)
  const below = side === 'left' ? e.less(element, value) : e.lessEqual(element, value)
  const shape = [...values.shape, sorted.size]
  return retype(
    withTemporaries(() => {
      const columns = reshape('searchSorted', values, [...values.shape, 1])
      const count = e.cast(below, 'int32')
      return reduceMapped('searchSorted', 'sum', count, [sorted, columns], { shape, axes: [values.ndim] })
    }),
  )
}
