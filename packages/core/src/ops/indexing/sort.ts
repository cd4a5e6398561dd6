/**
 * Order along an axis: sorted values, where they come from, and the first of them.
 */
import { type DType, formatShape, normalizeAxis, type Shape, ValueError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { contiguous } from '../../primitives/copy.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { sort as sortBoth, sortIndices, sortValues } from '../../primitives/sort.js'
import { slice } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { SameRank } from '../../types/axes.js'
import { retype } from '../../types/typed.js'

export interface SortOptions {
  /** Largest first; default false. */
  readonly descending?: boolean
}

/**
 * Values in order along an axis, NaN last (first when descending).
 *
 * @param axis default -1.
 * @throws AxisError for an axis that `x` doesn't have.
 * @example sort(tensor([3, 1, 2])) // [1, 2, 3]
 */
export function sort<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  axis = -1,
  { descending = false }: SortOptions = {},
): Tensor<A, T> {
  return retype(sortValues('sort', x, normalizeAxis('sort', axis, x.ndim), descending))
}

/** Positions (int32) of the values in order along an axis; equal values keep their order. @see sort */
export function argsort<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  axis = -1,
  { descending = false }: SortOptions = {},
): Tensor<A, 'int32'> {
  return retype(sortIndices('argsort', x, normalizeAxis('argsort', axis, x.ndim), descending))
}

export interface TopKOptions {
  /** The largest (the default), or the smallest. */
  readonly largest?: boolean
}

export interface TopK<S extends Shape, T extends DType> {
  readonly values: Tensor<S, T>
  /** Where they stand along the axis, as int32. */
  readonly indices: Tensor<S, 'int32'>
}

/**
 * The `k` largest (or smallest) elements along an axis in order, and their positions.
 *
 * @param axis default -1.
 * @throws ValueError when the axis has fewer than `k` elements.
 * @example const { values, indices } = topK(tensor([1, 5, 3]), 2) // [5, 3] and [1, 2]
 */
export function topK<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  k: number,
  axis = -1,
  { largest = true }: TopKOptions = {},
): TopK<SameRank<A>, T> {
  const along = normalizeAxis('topK', axis, x.ndim)
  const length = x.shape[along] as number
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new ValueError('topK', {
      expected: `a whole number k from 0 to ${length}, the length of axis ${along} in shape ${formatShape(x.shape)}`,
      received: `k = ${k}`,
      fix: `use Math.min(k, ${length})`,
    })
  }
  return withTemporaries(() => {
    const { values, indices } = sortBoth('topK', x, along, largest)
    // Copies, so that the k first don't hold on to all the others.
    const first = (sorted: Tensor): Tensor =>
      contiguous(
        'topK',
        slice('topK', sorted, wholeRanges(x.shape).with(along, { start: 0, length: k, step: 1 })),
      )
    return { values: retype(first(values)), indices: retype(first(indices)) }
  })
}
