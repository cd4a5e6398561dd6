/**
 * softmax, its logarithm, and the logarithm of a sum of exponentials: all shifted by the largest element, so that
 * nothing overflows.
 */
import {
  type CompositeName,
  type DType,
  expressions as e,
  input,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  toFloatType,
} from '@nabla/backend'
import { withoutRecording } from '../../engine/recording.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { composite } from '../../primitives/composite.js'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import type { ToFloat } from '../../types/dtypes.js'
import { retype } from '../../types/typed.js'
import type { ReductionOptions } from './options.js'
import { inFloat } from './sum.js'

function alongAxis(name: CompositeName, x: Tensor, axis: number): Tensor {
  const along = normalizeAxis(name, axis, x.ndim)
  return withTemporaries(() => composite(name, castTo(name, x, toFloatType(x.dtype)), along))
}

/**
 * exp(x) / Σ exp(x) along an axis: positive numbers that add up to 1. Integers give float32.
 *
 * @param axis default -1, the last.
 * @example softmax(tensor([0, Math.log(3)])) // [0.25, 0.75]
 */
export function softmax<A extends Shape, T extends DType>(x: Tensor<A, T>, axis = -1): Tensor<A, ToFloat<T>> {
  return retype(alongAxis('softmax', x, axis))
}

/** log(softmax(x)) along an axis (default the last), exact also where softmax is close to 0. @see softmax */
export function logSoftmax<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  axis = -1,
): Tensor<A, ToFloat<T>> {
  return retype(alongAxis('logSoftmax', x, axis))
}

function logSumExpOf(x: Tensor, axes: readonly number[], keepdims: boolean): Tensor {
  const { dtype } = x
  const [a, b] = [input(0, dtype), input(1, dtype)]
  // The result doesn't depend on the shift, so it needs no gradient. Infinite shifts would give infinity - infinity.
  const shift = withoutRecording(() => {
    const largest = reduce('logSumExp', 'maximum', x, axes, true)
    return map('logSumExp', e.select(e.isFinite(a), a, 0), [largest])
  })
  const powers = map('logSumExp', e.exp(e.subtract(a, b)), [x, shift])
  const total = reduce('logSumExp', 'sum', powers, axes, true)
  const result = map('logSumExp', e.add(e.log(a), b), [total, shift])
  if (keepdims) return result
  return reshape(
    'logSumExp',
    result,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

/**
 * log(Σ exp(x)) over some or all axes, without overflow; -Infinity over nothing. Integers give float32.
 *
 * @example logSumExp(tensor([1000, 1000])) // 1000.6931
 */
export function logSumExp<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  const sorted = normalizeAxes('logSumExp', axes, x.ndim)
  return retype(inFloat('logSumExp', x, (floats) => logSumExpOf(floats, sorted, keepdims ?? false)))
}
