/**
 * Repetition: of whole tensors (tile) and of their elements (repeat).
 */
import { type DType, normalizeAxis, type Shape, ValueError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { SameRank } from '../../types/axes.js'
import { retype } from '../../types/typed.js'

function requireCount(operation: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return
  throw new ValueError(operation, {
    expected: 'whole numbers of repetitions, from 0',
    received: String(count),
    fix: 'round it, or use 1 for an axis that stays as it is',
  })
}

/**
 * The whole tensor repeated along each axis.
 *
 * @param repetitions per axis, aligned at the last one; more of them than axes add axes in front.
 * @throws ValueError for repetitions that are not whole numbers from 0.
 * @example tile(tensor([1, 2]), [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile<T extends DType>(
  x: Tensor<Shape, T>,
  repetitions: number | readonly number[],
): Tensor<number[], T> {
  const given: readonly number[] = typeof repetitions === 'number' ? [repetitions] : repetitions
  for (const count of given) requireCount('tile', count)
  const rank = Math.max(x.ndim, given.length)
  const ones = (count: number): number[] => new Array<number>(count).fill(1)
  const counts = [...ones(rank - given.length), ...given]
  const shape = [...ones(rank - x.ndim), ...x.shape]
  const pairs = (first: readonly number[]): number[] =>
    shape.flatMap((length, axis) => [first[axis] as number, length])
  return retype(
    withTemporaries(() => {
      const repeated = broadcast('tile', reshape('tile', x, pairs(ones(rank))), pairs(counts))
      return reshape(
        'tile',
        repeated,
        shape.map((length, axis) => length * (counts[axis] as number)),
      )
    }),
  )
}

/**
 * Each element repeated, along an axis or of the flattened tensor.
 *
 * @throws ValueError for a count that is not a whole number from 0.
 * @example
 * repeat(tensor([1, 2]), 2) // [1, 1, 2, 2]
 * repeat(tensor([[1, 2]]), 3, 0) // [[1, 2], [1, 2], [1, 2]]
 */
export function repeat<A extends Shape, T extends DType, X extends number | undefined = undefined>(
  x: Tensor<A, T>,
  count: number,
  axis?: X,
): Tensor<X extends number ? SameRank<A> : [number], T> {
  requireCount('repeat', count)
  const shape = axis === undefined ? [x.size] : x.shape
  const along = axis === undefined ? 0 : normalizeAxis('repeat', axis, x.ndim)
  const length = shape[along] as number
  return retype(
    withTemporaries(() => {
      const each = reshape('repeat', x, shape.toSpliced(along + 1, 0, 1))
      const repeated = broadcast('repeat', each, shape.toSpliced(along + 1, 0, count))
      return reshape('repeat', repeated, shape.with(along, length * count))
    }),
  )
}
