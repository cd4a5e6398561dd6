/** The buffer of the WebGPU backend: a block of GPU memory with an owner. */
import { BackendError, type Buffer, DisposedError, type DType } from '@nabla/backend'
import type { Block } from './memory/block.js'

export class WebgpuBuffer implements Buffer {
  readonly id: number
  readonly dtype: DType
  readonly length: number
  /** The backend that made it. */
  readonly owner: object
  /** `undefined` once it was released, and for stand-ins that are only planned with. */
  block: Block | undefined
  /** The date of the last call that wrote it; 0 for what the host wrote. See `Failures`. */
  written = 0

  constructor(id: number, dtype: DType, length: number, owner: object, block: Block | undefined) {
    this.id = id
    this.dtype = dtype
    this.length = length
    this.owner = owner
    this.block = block
  }
}

function describe({ id, dtype, length }: Buffer): string {
  return `buffer ${id} (${dtype}, ${length} elements)`
}

/**
 * The buffer as one of `owner`'s.
 *
 * @throws BackendError if another backend made it
 */
export function ownBuffer(buffer: Buffer, owner: object, operation: string): WebgpuBuffer {
  if (buffer instanceof WebgpuBuffer && buffer.owner === owner) return buffer
  throw new BackendError(operation, {
    expected: 'buffers of this webgpu backend',
    received: `${describe(buffer)}, which belongs to another backend`,
    fix: 'move the tensor first with tensor.to(backend)',
  })
}

/**
 * The memory behind a buffer of `owner`.
 *
 * @throws BackendError if another backend made it; DisposedError if it was released
 */
export function blockOf(buffer: Buffer, owner: object, operation: string): Block {
  const { block } = ownBuffer(buffer, owner, operation)
  if (block !== undefined) return block
  throw new DisposedError(operation, {
    expected: 'buffers that are still in use',
    received: `${describe(buffer)}, which was released`,
    fix: 'keep the tensor alive until its last use: leave out the dispose, or clone it first',
  })
}
