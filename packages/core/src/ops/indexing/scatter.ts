/**
 * Combining updates into a copy of a tensor by index: whole slices (scatterAdd …) or one element per position
 * (putAlongAxis). Deterministic: updates take effect in row-major order.
 */
import {
  type DType,
  DTypeError,
  formatShape,
  normalizeAxis,
  promoteTypes,
  type ScatterOperation,
  type Shape,
  ShapeError,
  sameShape,
} from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { fillLike } from '../../primitives/fill-like.js'
import { scatter } from '../../primitives/gather.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'
import { type Indices, indexTensor, lineShape, pickedShape } from './indices.js'
import { alongShape } from './take.js'

/** Updates in the type of the data and repeated to `shape`. */
function fitting(operation: string, x: Tensor, updates: Tensor | number, shape: Shape): Tensor {
  if (typeof updates === 'number') return broadcast(operation, fillLike(operation, x, [], updates), shape)
  if (promoteTypes(x.dtype, updates.dtype) !== x.dtype) {
    throw new DTypeError(operation, {
      expected: `updates that fit into ${x.dtype}`,
      received: updates.dtype,
      fix: `cast one of them first: updates.cast('${x.dtype}')`,
    })
  }
  const added = shape.length - updates.ndim
  const fits = updates.shape.every((length, axis) => length === 1 || length === shape[axis + added])
  if (added < 0 || !fits) {
    throw new ShapeError(operation, {
      expected: `updates of shape ${formatShape(shape)} (what the indices pick of ${formatShape(x.shape)}), or that broadcast to it`,
      received: formatShape(updates.shape),
      fix: 'reshape the updates, or give other indices or another axis',
    })
  }
  const cast = castTo(operation, updates, x.dtype)
  return sameShape(cast.shape, shape) ? cast : broadcast(operation, cast, shape)
}

function scattered(
  operation: string,
  kind: ScatterOperation,
  x: Tensor,
  indices: Indices,
  updates: Tensor | number,
  axis: number,
): Tensor {
  const along = normalizeAxis(operation, axis, x.ndim)
  return withTemporaries(() => {
    const positions = indexTensor(operation, x, indices, x.shape[along] as number, along)
    const line = lineShape(x.ndim, positions, along)
    const slices = fitting(operation, x, updates, pickedShape(x.shape, positions.shape, along))
    const flat = reshape(operation, slices, x.shape.with(along, line[along] as number))
    return scatter(operation, kind, x, reshape(operation, positions, line), flat, along)
  })
}

/**
 * A copy of `x` with updates added to the slices at the given positions along an axis; a position that occurs twice
 * gets both. The reverse of `gather`.
 *
 * @param updates a number, or a tensor of the shape that `gather(x, indices, axis)` has.
 * @param axis default 0.
 * @throws IndexError for an index out of range, ShapeError or DTypeError for updates that don't fit.
 * @example scatterAdd(zeros([3]), [0, 2, 0], tensor([1, 2, 3])) // [4, 0, 2]
 */
export function scatterAdd<S extends Shape, T extends DType>(
  x: Tensor<S, T>,
  indices: Indices,
  updates: Tensor | number,
  axis = 0,
): Tensor<S, T> {
  return retype(scattered('scatterAdd', 'add', x, indices, updates, axis))
}

/** A copy of `x` with slices replaced; of several updates to one place the last counts. @see scatterAdd */
export function scatterSet<S extends Shape, T extends DType>(
  x: Tensor<S, T>,
  indices: Indices,
  updates: Tensor | number,
  axis = 0,
): Tensor<S, T> {
  return retype(scattered('scatterSet', 'set', x, indices, updates, axis))
}

/** A copy of `x` with the larger of slices and updates. @see scatterAdd */
export function scatterMax<S extends Shape, T extends DType>(
  x: Tensor<S, T>,
  indices: Indices,
  updates: Tensor | number,
  axis = 0,
): Tensor<S, T> {
  return retype(scattered('scatterMax', 'maximum', x, indices, updates, axis))
}

/** A copy of `x` with the smaller of slices and updates. @see scatterAdd */
export function scatterMin<S extends Shape, T extends DType>(
  x: Tensor<S, T>,
  indices: Indices,
  updates: Tensor | number,
  axis = 0,
): Tensor<S, T> {
  return retype(scattered('scatterMin', 'minimum', x, indices, updates, axis))
}

export interface PutOptions {
  /** How a value meets what is there; default `set`. */
  readonly mode?: 'set' | 'add' | 'max' | 'min'
}

const OPERATIONS: Record<NonNullable<PutOptions['mode']>, ScatterOperation> = {
  set: 'set',
  add: 'add',
  max: 'maximum',
  min: 'minimum',
}

/**
 * A copy of `x` with one value put at each position: `result[i, indices[i, j]] = values[i, j]` along the last of two
 * axes. The reverse of `takeAlongAxis`.
 *
 * @param values a number, or a tensor that broadcasts to the shape of the indices.
 * @param axis default -1.
 * @throws ShapeError when the shapes don't fit.
 * @example putAlongAxis(x, argmax(x, -1, { keepdims: true }), 0) // the largest of each row set to 0
 */
export function putAlongAxis<S extends Shape, T extends DType>(
  x: Tensor<S, T>,
  indices: Indices,
  values: Tensor | number,
  axis = -1,
  { mode = 'set' }: PutOptions = {},
): Tensor<S, T> {
  const operation = 'putAlongAxis'
  const along = normalizeAxis(operation, axis, x.ndim)
  return retype(
    withTemporaries(() => {
      const positions = indexTensor(operation, x, indices, x.shape[along] as number, along)
      const shape = alongShape(operation, x, positions, along)
      const updates = fitting(operation, x, values, shape)
      return scatter(operation, OPERATIONS[mode], x, broadcast(operation, positions, shape), updates, along)
    }),
  )
}
