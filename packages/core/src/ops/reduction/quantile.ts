/**
 * Medians and quantiles, from sorted elements with linear interpolation (definition 7 of Hyndman & Fan, "Sample
 * quantiles in statistical packages", 1996; NumPy's default).
 */
import {
  type DType,
  expressions as e,
  input,
  normalizeAxes,
  type Shape,
  scalar,
  toFloatType,
  ValueError,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { concatenate } from '../../primitives/copy.js'
import { map } from '../../primitives/map.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { sortValues } from '../../primitives/sort.js'
import { permute, reshape, slice } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Reduced } from '../../types/axes.js'
import type { ToFloat } from '../../types/dtypes.js'
import { retype } from '../../types/typed.js'
import { type ReductionOptions, reducedCount, requireElements } from './options.js'

/** Elements sorted along a last axis that takes in all of `axes`. */
function sortedOver(operation: string, x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const lead = kept.map((axis) => x.shape[axis] as number)
  const moved = permute(operation, castTo(operation, x, toFloatType(x.dtype)), [...kept, ...axes])
  const lined = reshape(operation, moved, [...lead, reducedCount(x.shape, axes)])
  return sortValues(operation, lined, lead.length, false)
}

/** The quantile of sorted elements; NaN where there is one (it is sorted last). */
function interpolate(operation: string, sorted: Tensor, probability: number): Tensor {
  const axis = sorted.ndim - 1
  const length = sorted.shape[axis] as number
  const position = probability * (length - 1)
  const lower = Math.floor(position)
  const at = (start: number): Tensor =>
    slice(operation, sorted, wholeRanges(sorted.shape).with(axis, { start, length: 1, step: 1 }))
  const { dtype } = sorted
  const [low, high, last] = [input(0, dtype), input(1, dtype), input(2, dtype)]
  const between = e.add(low, e.multiply(e.subtract(high, low), scalar(0, dtype)))
  // Equal neighbours are taken as they are: infinity - infinity would be NaN.
  const value = e.select(e.isNaN(last), last, e.select(e.equal(low, high), low, between))
  const upper = Math.min(lower + 1, length - 1)
  return map(operation, value, [at(lower), at(upper), at(length - 1)], [position - lower])
}

function quantiles(
  operation: string,
  x: Tensor,
  probabilities: number | readonly number[],
  axes: Axes,
  keepdims: boolean,
): Tensor {
  const reduced = normalizeAxes(operation, axes, x.ndim)
  requireElements(operation, x.shape, reduced)
  const shape = keepdims
    ? x.shape.map((length, axis) => (reduced.includes(axis) ? 1 : length))
    : x.shape.filter((_, axis) => !reduced.includes(axis))
  return withTemporaries(() => {
    const sorted = sortedOver(operation, x, reduced)
    if (typeof probabilities === 'number')
      return reshape(operation, interpolate(operation, sorted, probabilities), shape)
    const [first, ...rest] = probabilities.map((each) =>
      reshape(operation, interpolate(operation, sorted, each), [1, ...shape]),
    )
    if (first !== undefined) return concatenate(operation, [first, ...rest], 0)
    throw new ValueError(operation, {
      expected: 'at least one probability',
      received: 'an empty array',
      fix: 'pass a number from 0 to 1, or several of them',
    })
  })
}

/**
 * The middle of the sorted elements over some or all axes (of an even number, the mean of the two in the middle).
 * Integers give float32; NaN where there is one.
 *
 * @throws ShapeError where there is nothing to reduce.
 * @example median(tensor([3, 1, 2, 10])) // 2.5
 */
export function median<
  A extends Shape,
  T extends DType,
  const X extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<A, T>, axes?: X, { keepdims }: ReductionOptions<K> = {}): Tensor<Reduced<A, X, K>, ToFloat<T>> {
  return retype(quantiles('median', x, 0.5, axes, keepdims ?? false))
}

/**
 * The value below which a share of the elements lies, with linear interpolation between neighbours.
 *
 * @param probabilities from 0 (the minimum) to 1 (the maximum); with an array, the results stand along a new first axis.
 * @throws ValueError for a probability outside 0 to 1, ShapeError where there is nothing to reduce.
 * @example quantile(tensor([1, 2, 3, 4, 5]), [0.25, 0.5]) // [2, 3]
 */
export function quantile<
  A extends Shape,
  T extends DType,
  Q extends number | readonly number[],
  const X extends Axes = undefined,
  K extends boolean = false,
>(
  x: Tensor<A, T>,
  probabilities: Q,
  axes?: X,
  { keepdims }: ReductionOptions<K> = {},
): Tensor<Q extends number ? Reduced<A, X, K> : number[], ToFloat<T>> {
  const all: readonly number[] = typeof probabilities === 'number' ? [probabilities] : probabilities
  const wrong = all.find((each) => !(each >= 0 && each <= 1))
  if (wrong !== undefined) {
    throw new ValueError('quantile', {
      expected: 'probabilities from 0 to 1',
      received: String(wrong),
      fix: 'divide percentages by 100',
    })
  }
  return retype(quantiles('quantile', x, probabilities, axes, keepdims ?? false))
}
