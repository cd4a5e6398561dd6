/**
 * Largest and smallest elements, and where they are.
 */
import { type DType, normalizeAxes, type ReduceOperation, type Shape } from '@nabla/backend'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import { retype } from '../../types/typed.js'
import { type ReductionOptions, requireElements } from './options.js'

function extreme(operation: string, kind: ReduceOperation, x: Tensor, axes: Axes, keepdims: boolean): Tensor {
  const sorted = normalizeAxes(operation, axes, x.ndim)
  requireElements(operation, x.shape, sorted)
  return reduce(operation, kind, x, sorted, keepdims)
}

/**
 * Largest element over some or all axes; NaN where there is one. In gradients, equal largest elements share.
 *
 * @throws ShapeError where there is nothing to reduce.
 * @example max(tensor([[1, 5], [7, 2]]), 1) // [5, 7]
 */
export function max<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, T> {
  return retype(extreme('max', 'maximum', x, axes, keepdims ?? false))
}

/** Smallest element over some or all axes; NaN where there is one. @see max */
export function min<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, T> {
  return retype(extreme('min', 'minimum', x, axes, keepdims ?? false))
}

/**
 * Position of the largest element along an axis (int32), the first of equals; NaN counts as largest. Without an axis,
 * the position in the flattened tensor.
 *
 * @throws ShapeError where there is nothing to search.
 * @example argmax(tensor([[1, 5], [7, 2]]), 1) // [1, 0]
 */
export function argmax<
  A extends Shape,
  T extends DType,
  const X extends number | undefined = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axis?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, 'int32'> {
  return retype(extreme('argmax', 'argMax', x, axis, keepdims ?? false))
}

/** Position of the smallest element along an axis (int32), the first of equals; NaN counts as smallest. @see argmax */
export function argmin<
  A extends Shape,
  T extends DType,
  const X extends number | undefined = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axis?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, 'int32'> {
  return retype(extreme('argmin', 'argMin', x, axis, keepdims ?? false))
}
