/**
 * Small host arrays (indices mostly) as tensors beside the tensor that they are used with.
 */
import type { DType, Shape, TypedArrayOf } from '@nabla/backend'
import { allocate } from '../engine/deliver.js'
import type { Tensor } from '../tensor.js'

/** Row-major host data as a tensor of `shape` on the backend of `beside`. */
export function upload<D extends DType>(
  operation: string,
  beside: Tensor,
  data: TypedArrayOf<D>,
  dtype: D,
  shape: Shape,
): Tensor {
  const { tensor, view } = allocate(operation, dtype, shape, [beside])
  beside.backend.write(view.buffer, data)
  return tensor
}
