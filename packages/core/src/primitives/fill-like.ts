/**
 * Constant tensors on the backend of another one, for gradient rules.
 */
import type { Shape } from '@nabla/backend'
import { allocate } from '../engine/deliver.js'
import type { Tensor } from '../tensor.js'
import { fillView } from './copy.js'

/** A tensor of `shape` full of `value`, with the backend and dtype of `like`. */
export function fillLike(operation: string, like: Tensor, shape: Shape, value: number): Tensor {
  const { tensor, view } = allocate(operation, like.dtype, shape, [like])
  fillView(like, operation, view, value)
  return tensor
}
