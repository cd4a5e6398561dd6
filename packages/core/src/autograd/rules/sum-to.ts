/**
 * Un-broadcasting: a cotangent summed back to the shape that was repeated.
 */
import { type Shape, sameShape } from '@nabla/backend'
import { reduce } from '../../primitives/reduce.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'

/** `cotangent` summed over the axes along which `shape` was repeated. */
export function sumTo(operation: string, cotangent: Tensor, shape: Shape): Tensor {
  if (sameShape(cotangent.shape, shape)) return cotangent
  const added = cotangent.shape.length - shape.length
  const axes = cotangent.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (shape[axis - added] === 1 && cotangent.shape[axis] !== 1))
  return reshape(operation, reduce(operation, 'sum', cotangent, axes, true), shape)
}
