/**
 * Picking by index: whole slices (take, gather) or one element per position (takeAlongAxis).
 */
import { type DType, formatShape, normalizeAxis, type Shape, ShapeError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { gather as gatherFrom } from '../../primitives/gather.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'
import { type Indices, indexTensor, lineShape, pickedShape } from './indices.js'

function picked(operation: string, x: Tensor, indices: Indices, axis: number): Tensor {
  const along = normalizeAxis(operation, axis, x.ndim)
  const positions = indexTensor(operation, x, indices, x.shape[along] as number, along)
  const line = reshape(operation, positions, lineShape(x.ndim, positions, along))
  return reshape(
    operation,
    gatherFrom(operation, x, line, along),
    pickedShape(x.shape, positions.shape, along),
  )
}

/**
 * Elements or whole slices at the given positions along an axis, or of the flattened tensor. The axis is replaced by
 * the axes of the indices; a single number removes it. Negative indices count from the end.
 *
 * @param indices an integer tensor, a number, or numbers in nested arrays.
 * @throws IndexError for an index out of range (at the next read on backends that can't see it at once), DTypeError for
 * indices that aren't integers.
 * @example
 * take(tensor([10, 20, 30]), [2, 0, -1]) // [30, 10, 30]
 * take(embeddings, tokens, 0) // [batch, length] tokens to [batch, length, units]
 */
export function take<T extends DType>(
  x: Tensor<Shape, T>,
  indices: Indices,
  axis?: number,
): Tensor<number[], T> {
  return retype(
    withTemporaries(() =>
      axis === undefined
        ? picked('take', reshape('take', x, [x.size]), indices, 0)
        : picked('take', x, indices, axis),
    ),
  )
}

/** Whole slices at the given positions along an axis, by default the first; what `scatterAdd` reverses. @see take */
export function gather<T extends DType>(
  x: Tensor<Shape, T>,
  indices: Indices,
  axis = 0,
): Tensor<number[], T> {
  return retype(withTemporaries(() => picked('gather', x, indices, axis)))
}

/** Checks that indices of the data's rank agree with it on all axes but one, up to repetition; gives their full shape. */
export function alongShape(operation: string, x: Tensor, indices: Tensor, axis: number): number[] {
  const agrees =
    indices.ndim === x.ndim &&
    indices.shape.every((length, other) => other === axis || length === 1 || length === x.shape[other])
  if (!agrees) {
    throw new ShapeError(operation, {
      expected: `indices with the ${x.ndim} axes of ${formatShape(x.shape)}, of equal length or 1 except along axis ${axis}`,
      received: formatShape(indices.shape),
      fix: 'add axes with expandDims, or use take to pick whole slices',
    })
  }
  return x.shape.with(axis, indices.shape[axis] as number)
}

/**
 * One element for each position: `result[i, j] = x[i, indices[i, j]]` along the last of two axes. Goes with `argmax`,
 * `argsort` and `topK`.
 *
 * @param indices of the rank of `x`; axes other than `axis` have the length that `x` has there, or 1.
 * @param axis default -1.
 * @throws ShapeError when the shapes don't fit.
 * @example takeAlongAxis(x, argsort(x)) // sorted
 */
export function takeAlongAxis<T extends DType>(
  x: Tensor<Shape, T>,
  indices: Indices,
  axis = -1,
): Tensor<number[], T> {
  const operation = 'takeAlongAxis'
  const along = normalizeAxis(operation, axis, x.ndim)
  return retype(
    withTemporaries(() => {
      const positions = indexTensor(operation, x, indices, x.shape[along] as number, along)
      const shape = alongShape(operation, x, positions, along)
      return gatherFrom(operation, x, broadcast(operation, positions, shape), along)
    }),
  )
}
