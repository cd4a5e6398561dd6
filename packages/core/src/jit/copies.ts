/**
 * Copies of real tensors, made beside the trace: what a captured program reads and writes lies row by row.
 */
import {
  type Backend,
  type Buffer,
  type DType,
  input,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import type { MakeTensor } from '../engine/deliver.js'
import type { TensorHandle } from '../engine/handle.js'
import { Reference, Storage } from '../engine/storage.js'
import type { Tensor } from '../tensor.js'

/** The view of a real tensor, whatever is being traced. */
export function realView({ reference, dtype, shape, strides, offset }: TensorHandle): View {
  return { buffer: reference.storage.buffer, dtype, shape, strides, offset }
}

/** Copies elements into a buffer, row by row from `offset` on. */
export function copyInto(backend: Backend, from: View, buffer: Buffer, offset = 0): void {
  backend.run({
    kind: 'map',
    label: 'copy',
    shape: from.shape,
    expressions: [input(0, from.dtype)],
    inputs: [from],
    scalars: [],
    outputs: [{ buffer, dtype: from.dtype, ...rowMajorLayout(from.shape), offset }],
  })
}

/** A tensor on a part of a storage, which nobody owns yet. */
export function tensorOn(
  make: MakeTensor,
  storage: Storage,
  operation: string,
  dtype: DType,
  shape: Shape,
  offset = 0,
): Tensor {
  const reference = new Reference(storage, operation)
  return make({ storage, dtype, layout: { ...rowMajorLayout(shape), offset }, reference })
}

/** A row-major copy in memory of its own, which nobody owns yet. */
export function copyOf(tensor: TensorHandle, make: MakeTensor): Tensor {
  const { backend } = tensor.reference.storage
  const buffer = backend.allocate(tensor.dtype, sizeOf(tensor.shape))
  copyInto(backend, realView(tensor), buffer)
  return tensorOn(make, new Storage(backend, buffer), tensor.reference.operation, tensor.dtype, tensor.shape)
}
