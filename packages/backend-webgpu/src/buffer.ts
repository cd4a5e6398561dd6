/** The buffer of the WebGPU backend: a GPUBuffer with an owner. */
import { BackendError, type Buffer, DisposedError, type DType } from '@nabla/backend'

export class WebgpuBuffer implements Buffer {
  readonly id: number
  readonly dtype: DType
  readonly length: number
  /** The backend that made it. */
  readonly owner: object
  /** `undefined` once it was released. */
  storage: GPUBuffer | undefined

  constructor(id: number, dtype: DType, length: number, owner: object, storage: GPUBuffer) {
    this.id = id
    this.dtype = dtype
    this.length = length
    this.owner = owner
    this.storage = storage
  }
}

/** The memory behind a buffer, which must be a live buffer of `owner`. */
export function storageOf(buffer: Buffer, owner: object, operation: string): GPUBuffer {
  if (!(buffer instanceof WebgpuBuffer) || buffer.owner !== owner) {
    throw new BackendError(operation, {
      expected: 'a buffer of this webgpu backend',
      received: 'a buffer of another backend',
      fix: 'move the tensor here with to(backend)',
    })
  }
  if (buffer.storage !== undefined) return buffer.storage
  throw new DisposedError(operation, {
    expected: 'a live buffer',
    received: `buffer ${buffer.id}, which was released`,
    fix: 'keep the tensor alive until its last use',
  })
}
