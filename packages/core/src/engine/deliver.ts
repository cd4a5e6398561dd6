/**
 * Making tensors from kernel results and from views: the only place where handles get their storage and their owner.
 */
import {
  type Backend,
  BackendError,
  type DType,
  DTypeError,
  type Layout,
  rowMajorLayout,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { HandleParts, TensorHandle } from './handle.js'
import { requireTensor } from './operands.js'
import { currentOwner, inheritedOwner } from './scope.js'
import { Reference, Storage, watch } from './storage.js'
import { tracing } from './tracing.js'

/** What makes a tensor from its parts; the Tensor class itself is above this file. */
export type MakeTensor = (parts: HandleParts) => Tensor

/** Gives a new tensor to the owner of what is made now, or puts the safety net under it. */
export function own(tensor: Tensor, inputs: readonly TensorHandle[]): Tensor {
  const owner = currentOwner() ?? inheritedOwner(inputs)
  if (owner !== undefined && !owner.closed) owner.adopt(tensor)
  else watch(tensor, tensor.reference)
  return tensor
}

/** Checks that a backend has a dtype. */
export function requireDType(operation: string, backend: Backend, dtype: DType): void {
  if (backend.capabilities.dtypes.includes(dtype)) return
  throw new DTypeError(operation, {
    expected: `a dtype that backend "${backend.name}" has: ${backend.capabilities.dtypes.join(', ')}`,
    received: dtype,
    fix: 'cast to one of them, or use a backend that has it',
  })
}

/** A fresh result: its handle and the view that a kernel writes to. */
export interface Fresh {
  readonly tensor: Tensor
  readonly view: View
}

/** A new row-major tensor with unspecified contents on a backend, made with `make`. */
export function allocateWith(
  make: MakeTensor,
  backend: Backend,
  operation: string,
  dtype: DType,
  shape: Shape,
  inputs: readonly Tensor[] = [],
): Fresh {
  const { current } = tracing
  const target = current === undefined ? backend : current.standIn(backend)
  requireDType(operation, target, dtype)
  const buffer = target.allocate(dtype, sizeOf(shape))
  const storage = new Storage(target, buffer, current !== undefined)
  const layout = rowMajorLayout(shape)
  const tensor = make({ storage, dtype, layout, reference: new Reference(storage, operation) })
  const view = { buffer, dtype, shape: layout.shape, strides: layout.strides, offset: layout.offset }
  return { tensor: own(tensor, inputs), view }
}

/** A new row-major tensor for the result of an operation on `inputs`, on their backend. */
export function allocate(
  operation: string,
  dtype: DType,
  shape: Shape,
  inputs: readonly [Tensor, ...Tensor[]],
): Fresh {
  const [first] = inputs
  requireTensor(operation, first)
  return allocateWith(first.make, first.backend, operation, dtype, shape, inputs)
}

/** Another handle on the same storage under another layout. */
export function alias(operation: string, input: Tensor, layout: Layout): Tensor {
  requireTensor(operation, input)
  input.view(operation)
  const storage = input.reference.storage.retain()
  const tensor = input.make({
    storage,
    dtype: input.dtype,
    layout,
    reference: new Reference(storage, operation),
  })
  return own(tensor, [input])
}

/** Checks that all inputs live on one backend, and returns it. */
export function commonBackend(operation: string, inputs: readonly [Tensor, ...Tensor[]]): Backend {
  requireTensor(operation, inputs[0])
  const { backend } = inputs[0]
  for (const input of inputs) {
    requireTensor(operation, input)
    if (input.backend === backend) continue
    const other = input.backend.name
    throw new BackendError(operation, {
      expected: 'all tensors on one backend',
      received: `tensors on "${backend.name}" and "${other}"${other === backend.name ? ' (two of that name)' : ''}`,
      fix: `move one of them first: await tensor.to(backend)`,
    })
  }
  return backend
}
