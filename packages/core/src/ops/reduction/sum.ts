/**
 * Sums, products and means.
 */
import {
  type DType,
  expressions,
  input,
  normalizeAxes,
  type Shape,
  scalar,
  toFloatType,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced, Summed } from '../../types/axes.js'
import type { ToFloat } from '../../types/dtypes.js'
import { retype } from '../../types/typed.js'
import { type ReductionOptions, reducedCount } from './options.js'

/** The type that sums are formed in: small integers would overflow at once. */
export function summedType(dtype: DType): DType {
  return dtype === 'bool' || dtype === 'uint8' ? 'int32' : dtype
}

function total(operation: 'sum' | 'prod', x: Tensor, axes: Axes, keepdims: boolean): Tensor {
  const kind = operation === 'sum' ? 'sum' : 'product'
  const sorted = normalizeAxes(operation, axes, x.ndim)
  return withTemporaries(() =>
    reduce(operation, kind, castTo(operation, x, summedType(x.dtype)), sorted, keepdims),
  )
}

/**
 * Sum of the elements over some or all axes; 0 over nothing. Integers stay integers (bool and uint8 become int32).
 *
 * @param axes one axis, several, or (left out) all; negative axes count from the end.
 * @throws AxisError for an axis that `x` doesn't have.
 * @example sum(tensor([[1, 2], [3, 4]]), 0) // [4, 6]
 */
export function sum<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, Summed<T>> {
  return retype(total('sum', x, axes, keepdims ?? false))
}

/**
 * Product of the elements over some or all axes; 1 over nothing.
 *
 * @example prod(tensor([1, 2, 3, 4])) // 24
 */
export function prod<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, Summed<T>> {
  return retype(total('prod', x, axes, keepdims ?? false))
}

/** The mean as a step of an operation on floats: one pass over `x`, NaN over nothing. */
export function meanOf(operation: string, x: Tensor, axes: readonly number[], keepdims: boolean): Tensor {
  const sums = reduce(operation, 'sum', x, axes, keepdims)
  const quotient = expressions.divide(input(0, x.dtype), scalar(0, x.dtype))
  return map(operation, quotient, [sums], [reducedCount(x.shape, axes)])
}

/** Runs a reduction of floats: integers as float32, and float16 in float32, whose sums it could not hold. */
export function inFloat(operation: string, x: Tensor, run: (x: Tensor) => Tensor): Tensor {
  const target = toFloatType(x.dtype)
  const wide = target === 'float16' ? 'float32' : target
  return withTemporaries(() => castTo(operation, run(castTo(operation, x, wide)), target))
}

/**
 * Arithmetic mean over some or all axes; NaN over nothing. Integers give float32.
 *
 * @example mean(tensor([[1, 2], [3, 5]]), 1) // [1.5, 4]
 */
export function mean<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  const sorted = normalizeAxes('mean', axes, x.ndim)
  return retype(inFloat('mean', x, (floats) => meanOf('mean', floats, sorted, keepdims ?? false)))
}
