/**
 * Variance and standard deviation, in two passes: subtracting the mean first avoids the cancellation of E[x²] − E[x]²
 * (Chan, Golub & LeVeque, "Algorithms for computing the sample variance", 1983).
 */
import { type DType, expressions as e, input, normalizeAxes, type Shape, scalar } from '@nabla/backend'
import { map } from '../../primitives/map.js'
import { reduce, reduceMapped } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import type { ToFloat } from '../../types/dtypes.js'
import { retype } from '../../types/typed.js'
import { type ReductionOptions, reducedCount } from './options.js'
import { safeRoot } from './safe-root.js'
import { inFloat, meanOf } from './sum.js'

export interface MomentOptions<K extends boolean = boolean> extends ReductionOptions<K> {
  /** Taken from the number of elements in the divisor: 0 for a population (the default), 1 for a sample. */
  readonly correction?: number
}

/** Both with the reduced axes kept at length 1; float32 for float16 tensors, whose sums float16 could not hold. */
export interface Moments {
  readonly mean: Tensor
  readonly variance: Tensor
}

export const momentType = (dtype: DType): DType => (dtype === 'float16' ? 'float32' : dtype)

/** The mean of floats and the mean squared distance from it, in a pass over `x` each. */
export function momentsOf(operation: string, x: Tensor, axes: readonly number[]): Moments {
  const dtype = momentType(x.dtype)
  const options = { axes, keepdims: true, divisor: reducedCount(x.shape, axes) }
  const element = e.cast(input(0, x.dtype), dtype)
  const mean = reduceMapped(operation, 'sum', element, [x], options)
  const deviation = e.subtract(element, input(1, dtype))
  const variance = reduceMapped(operation, 'sum', e.multiply(deviation, deviation), [x, mean], options)
  return { mean, variance }
}

function varianceOf(operation: string, x: Tensor, axes: readonly number[], options: MomentOptions): Tensor {
  const { dtype } = x
  const { correction = 0, keepdims = false } = options
  const center = meanOf(operation, x, axes, true)
  const deviation = e.subtract(input(0, dtype), input(1, dtype))
  const squares = map(operation, e.multiply(deviation, deviation), [x, center])
  const sums = reduce(operation, 'sum', squares, axes, keepdims)
  const divisor = Math.max(reducedCount(x.shape, axes) - correction, 0)
  return map(operation, e.divide(input(0, dtype), scalar(0, dtype)), [sums], [divisor])
}

/**
 * Variance over some or all axes: the mean squared distance from the mean. Integers give float32; NaN over fewer
 * elements than the correction needs.
 *
 * @example variance(tensor([1, 2, 3, 4]), undefined, { correction: 1 }) // 1.6667
 */
export function variance<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, options: MomentOptions<K> = {}): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  const sorted = normalizeAxes('variance', axes, x.ndim)
  return retype(inFloat('variance', x, (floats) => varianceOf('variance', floats, sorted, options)))
}

/**
 * Standard deviation over some or all axes: the square root of the variance, with gradient 0 where it is 0.
 *
 * @example standardDeviation(tensor([1, 3])) // 1
 */
export function standardDeviation<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, options: MomentOptions<K> = {}): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  const operation = 'standardDeviation'
  const sorted = normalizeAxes(operation, axes, x.ndim)
  return retype(
    inFloat(operation, x, (floats) =>
      map(operation, safeRoot(floats.dtype), [varianceOf(operation, floats, sorted, options)]),
    ),
  )
}
