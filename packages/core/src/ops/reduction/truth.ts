/**
 * Reductions of truth values: any, all, and how many. Every element that is not zero counts as true, NaN included.
 */
import {
  type DType,
  expressions,
  input,
  normalizeAxes,
  type ReduceOperation,
  type Shape,
} from '@nabla/backend'
import { reduceMapped } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import { retype } from '../../types/typed.js'
import type { ReductionOptions } from './options.js'

function overTruth(
  operation: string,
  kind: ReduceOperation,
  x: Tensor,
  axes: Axes,
  keepdims: boolean,
): Tensor {
  const truth = expressions.cast(input(0, x.dtype), 'bool')
  const expression = kind === 'sum' ? expressions.cast(truth, 'int32') : truth
  const sorted = normalizeAxes(operation, axes, x.ndim)
  return reduceMapped(operation, kind, expression, [x], { axes: sorted, keepdims })
}

/** Whether any element is true; false over nothing. @example any(tensor([0, 2])) // true */
export function any<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, 'bool'> {
  return retype(overTruth('any', 'any', x, axes, keepdims ?? false))
}

/** Whether all elements are true; true over nothing. @example all(tensor([0, 2])) // false */
export function all<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, 'bool'> {
  return retype(overTruth('all', 'all', x, axes, keepdims ?? false))
}

/** How many elements are not zero, as int32. @example countNonzero(tensor([0, 2, 3])) // 2 */
export function countNonzero<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, 'int32'> {
  return retype(overTruth('countNonzero', 'sum', x, axes, keepdims ?? false))
}
