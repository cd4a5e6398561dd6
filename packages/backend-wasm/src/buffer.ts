/**
 * The buffer of the WASM backend: a block of its linear memory with an owner, so that a buffer of another backend, or one
 * that was released, is found out wherever it turns up.
 */
import {
  BackendError,
  type Buffer,
  bytesPerElement,
  DisposedError,
  type DType,
  type View,
} from '@nabla/backend'
import type { Block } from './memory/linear-memory.js'

export class WasmBuffer implements Buffer {
  readonly id: number
  readonly dtype: DType
  readonly length: number
  /** The backend object that made it. */
  readonly owner: object
  /** `undefined` once it was released. */
  block: Block | undefined

  constructor(id: number, dtype: DType, length: number, owner: object, block: Block) {
    this.id = id
    this.dtype = dtype
    this.length = length
    this.owner = owner
    this.block = block
  }
}

/**
 * The buffer as one of `owner`'s, still in use.
 *
 * @throws BackendError if another backend made it; DisposedError if it was released.
 */
export function ownBuffer(buffer: Buffer, owner: object, label: string): WasmBuffer {
  if (buffer instanceof WasmBuffer && buffer.owner === owner && buffer.block !== undefined) return buffer
  const what = `buffer ${buffer.id} (${buffer.dtype}, ${buffer.length} elements)`
  if (!(buffer instanceof WasmBuffer) || buffer.owner !== owner) {
    throw new BackendError(label, {
      expected: 'buffers of this wasm backend',
      received: `${what}, which belongs to another backend`,
      fix: 'move the tensor first with tensor.to(backend)',
    })
  }
  throw new DisposedError(label, {
    expected: 'buffers that are still in use',
    received: `${what}, which was released`,
    fix: 'keep the tensor alive until its last use: leave out the dispose, or clone it first',
  })
}

/** The address of the first element of a buffer; kernels trust that the backend has checked whose it is. */
export function addressOf(buffer: Buffer): number {
  return buffer instanceof WasmBuffer && buffer.block !== undefined ? buffer.block.address : 0
}

/** The address of the element that a view starts at. */
export function startOf({ buffer, dtype, offset }: View): number {
  return addressOf(buffer) + offset * bytesPerElement(dtype)
}
