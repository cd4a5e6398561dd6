/**
 * Several tensors put together: along an axis that they have, or along a new one.
 */
import {
  type DType,
  formatShape,
  normalizeAxis,
  promoteTypes,
  type Shape,
  ShapeError,
  ValueError,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { concatenate as concatenateTo } from '../../primitives/copy.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

type Several = readonly [Tensor, ...Tensor[]]

function atLeastOne(operation: string, tensors: readonly Tensor[]): Several {
  const [first, ...rest] = tensors
  if (first !== undefined) return [first, ...rest]
  throw new ValueError(operation, {
    expected: 'at least one tensor',
    received: 'an empty array',
    fix: 'check what it was filled from; the shape of nothing is unknown',
  })
}

/** All in the type that they meet in. */
function promoted(operation: string, tensors: Several): Several {
  const dtype = tensors.reduce<DType>((common, each) => promoteTypes(common, each.dtype), tensors[0].dtype)
  const [first, ...rest] = tensors
  return [castTo(operation, first, dtype), ...rest.map((each) => castTo(operation, each, dtype))]
}

function requireFitting(tensors: Several, axis: number): void {
  const [{ shape }] = tensors
  tensors.forEach((each, position) => {
    const differs =
      each.ndim !== shape.length ||
      each.shape.some((length, other) => other !== axis && length !== shape[other])
    if (!differs) return
    const where = each.shape.findIndex((length, other) => other !== axis && length !== shape[other])
    throw new ShapeError('concatenate', {
      expected: `shapes that differ at axis ${axis} only`,
      received:
        each.ndim === shape.length
          ? `${formatShape(shape)} and, at position ${position}, ${formatShape(each.shape)}, which also differ at axis ${where} (${shape[where]} against ${each.shape[where]})`
          : `${formatShape(shape)} and, at position ${position}, ${formatShape(each.shape)}, which has another number of axes`,
      fix: 'slice, pad or reshape them to fit, or concatenate along another axis; stack joins along a new axis',
    })
  })
}

/**
 * Tensors one after the other along an axis that they have. Different dtypes meet as in arithmetic.
 *
 * @param axis default 0.
 * @throws ShapeError when shapes differ elsewhere, ValueError for no tensors.
 * @example concatenate([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]) // [[1, 2], [3, 4], [5, 6]]
 */
export function concatenate<D extends DType>(
  tensors: readonly Tensor<Shape, D>[],
  axis = 0,
): Tensor<number[], D> {
  const several = atLeastOne('concatenate', tensors)
  const along = normalizeAxis('concatenate', axis, several[0].ndim)
  requireFitting(several, along)
  return retype(withTemporaries(() => concatenateTo('concatenate', promoted('concatenate', several), along)))
}

/**
 * Tensors of one shape along a new axis.
 *
 * @param axis place of the new axis in the result; default 0.
 * @throws ShapeError when shapes differ, ValueError for no tensors.
 * @example stack([tensor([1, 2]), tensor([3, 4])], 1) // [[1, 3], [2, 4]]
 */
export function stack<D extends DType>(tensors: readonly Tensor<Shape, D>[], axis = 0): Tensor<number[], D> {
  const several = atLeastOne('stack', tensors)
  const [{ shape }] = several
  const along = normalizeAxis('stack', axis, shape.length + 1)
  const odd = several.findIndex((each) => formatShape(each.shape) !== formatShape(shape))
  if (odd >= 0) {
    throw new ShapeError('stack', {
      expected: 'equal shapes',
      received: `${formatShape(shape)} and, at position ${odd}, ${formatShape((several[odd] as Tensor).shape)}`,
      fix: 'slice or pad them to one shape; concatenate joins along an axis that they have',
    })
  }
  return retype(
    withTemporaries(() => {
      const [first, ...rest] = promoted('stack', several)
      const layer = (each: Tensor): Tensor => reshape('stack', each, shape.toSpliced(along, 0, 1))
      return concatenateTo('stack', [layer(first), ...rest.map(layer)], along)
    }),
  )
}
