/**
 * One tensor cut into several along an axis. Views: no data is moved.
 */
import { type DType, formatShape, normalizeAxis, type Shape, ShapeError } from '@nabla/backend'
import { wholeRanges } from '../../primitives/ranges.js'
import { slice } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { SameRank } from '../../types/axes.js'
import { retype } from '../../types/typed.js'

function lengthsOf(x: Tensor, parts: number | readonly number[], axis: number): readonly number[] {
  const length = x.shape[axis] as number
  const where = `axis ${axis} of length ${length} in shape ${formatShape(x.shape)}`
  if (typeof parts === 'number') {
    if (Number.isInteger(parts) && parts > 0 && length % parts === 0)
      return new Array<number>(parts).fill(length / parts)
    throw new ShapeError('split', {
      expected: `a number of equal parts for ${where}`,
      received: `${parts} parts`,
      fix: `use a divisor of ${length}, or give the length of each part: [${Math.ceil(length / 2)}, ${Math.floor(length / 2)}]`,
    })
  }
  const total = parts.reduce((sum, each) => sum + each, 0)
  if (total === length && parts.every((each) => Number.isInteger(each) && each >= 0)) return parts
  throw new ShapeError('split', {
    expected: `lengths that add up to ${where}`,
    received: `[${parts.join(', ')}], which add up to ${total}`,
    fix: 'give the length of every part, the last one included',
  })
}

/**
 * Consecutive parts along an axis; no data is moved.
 *
 * @param parts how many equal parts, or the length of each part.
 * @param axis default 0.
 * @throws ShapeError when the parts don't make up the axis.
 * @example const [train, validation] = split(x, [800, 200])
 */
export function split<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  parts: number | readonly number[],
  axis = 0,
): Tensor<SameRank<A>, T>[] {
  const along = normalizeAxis('split', axis, x.ndim)
  let start = 0
  return lengthsOf(x, parts, along).map((length) => {
    const ranges = wholeRanges(x.shape).with(along, { start, length, step: 1 })
    start += length
    return retype(slice('split', x, ranges))
  })
}
