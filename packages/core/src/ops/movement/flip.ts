/**
 * Elements in reverse, and elements that leave at one end and come back at the other.
 */
import { type DType, normalizeAxes, normalizeAxis, type Shape, ValueError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { concatenate } from '../../primitives/copy.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { reshape, slice } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

/**
 * Elements in reverse order along some or all axes; no data is moved.
 *
 * @throws AxisError for an axis that `x` doesn't have.
 * @example flip(tensor([[1, 2], [3, 4]]), 1) // [[2, 1], [4, 3]]
 */
export function flip<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  axes?: number | readonly number[],
): Tensor<A, T> {
  const reversed = normalizeAxes('flip', axes, x.ndim)
  const ranges = x.shape.map((length, axis) =>
    reversed.includes(axis) ? { start: length - 1, length, step: -1 } : { start: 0, length, step: 1 },
  )
  return retype(slice('flip', x, ranges))
}

function rolled(x: Tensor, shift: number, axis: number): Tensor {
  const length = x.shape[axis] as number
  const start = length === 0 ? 0 : ((-shift % length) + length) % length
  const part = (from: number, count: number): Tensor =>
    slice('roll', x, wholeRanges(x.shape).with(axis, { start: from, length: count, step: 1 }))
  return concatenate('roll', [part(start, length - start), part(0, start)], axis)
}

/**
 * Elements moved along axes by whole steps; those that leave at the end come back at the start. Without an axis, the
 * flattened tensor is rolled.
 *
 * @param shift one number, or one for each of several axes.
 * @throws ValueError when there aren't as many shifts as axes.
 * @example roll(tensor([1, 2, 3, 4]), 1) // [4, 1, 2, 3]
 */
export function roll<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  shift: number | readonly number[],
  axes?: number | readonly number[],
): Tensor<A, T> {
  const given: readonly number[] = axes === undefined ? [0] : typeof axes === 'number' ? [axes] : axes
  const shifts: readonly number[] = typeof shift === 'number' ? given.map(() => shift) : shift
  if (shifts.length !== given.length || !shifts.every(Number.isInteger)) {
    throw new ValueError('roll', {
      expected: `a whole number for each of ${given.length} axes`,
      received: `[${shifts.join(', ')}]`,
      fix: 'give one shift for all axes, or one for each',
    })
  }
  return retype(
    withTemporaries(() => {
      const start = reshape('roll', x, axes === undefined ? [x.size] : x.shape)
      const moved = given.reduce(
        (each, axis, i) => rolled(each, shifts[i] as number, normalizeAxis('roll', axis, start.ndim)),
        start,
      )
      return reshape('roll', moved, x.shape)
    }),
  )
}
