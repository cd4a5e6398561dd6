/** The WebGPU backend (a first form: one submit for each dispatch, no reuse of memory). */
import {
  type Backend,
  type Buffer,
  type Capabilities,
  createTypedArray,
  type DType,
  type KernelCall,
  type MemoryStats,
  type TypedArray,
} from '@nabla/backend'
import { storageOf, WebgpuBuffer } from './buffer.js'
import { planCall } from './kernels/plan-call.js'
import type { DeviceFacts } from './plan/plan.js'
import { Executor } from './queue/executor.js'
import { storedBytes } from './wgsl/types.js'

export function factsOf(device: GPUDevice): DeviceFacts {
  const { limits, features } = device
  return {
    maximumInvocations: limits.maxComputeInvocationsPerWorkgroup,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maximumStorageBuffers: limits.maxStorageBuffersPerShaderStage,
    maximumGroups: limits.maxComputeWorkgroupsPerDimension,
    float16: features.has('shader-f16'),
    subgroups: undefined,
    strength: 'software',
  }
}

export class WebgpuBackend implements Backend {
  readonly name = 'webgpu'
  readonly capabilities: Capabilities
  readonly #device: GPUDevice
  readonly #facts: DeviceFacts
  readonly #executor: Executor
  #nextId = 0

  constructor(device: GPUDevice) {
    this.#device = device
    this.#facts = factsOf(device)
    this.#executor = new Executor(device, this)
    device.addEventListener('uncapturederror', (event) => console.error(event.error.message))
    this.capabilities = {
      dtypes: ['bool', 'uint8', 'int32', 'uint32', 'float16', 'float32'],
      synchronousRead: false,
      threads: 1,
      composites: ['softmax', 'logSoftmax'],
      maximumViews: 7,
      description: 'WebGPU',
      limitations: [],
    }
  }

  allocate(dtype: DType, length: number): WebgpuBuffer {
    const bytes = Math.max(16, Math.ceil((length * storedBytes(dtype, this.#facts)) / 16) * 16)
    const storage = this.#device.createBuffer({ size: bytes, usage: 0x80 | 0x4 | 0x8 })
    return new WebgpuBuffer(this.#nextId++, dtype, length, this, storage)
  }

  release(buffer: Buffer): void {
    storageOf(buffer, this, 'release').destroy()
    ;(buffer as WebgpuBuffer).storage = undefined
  }

  write(buffer: Buffer, data: TypedArray): void {
    const wide = storedBytes(buffer.dtype, this.#facts) === 4 && data.BYTES_PER_ELEMENT < 4
    let words: TypedArray = wide ? Uint32Array.from(data) : data
    if (words.byteLength % 4 !== 0) {
      words = createTypedArray(buffer.dtype, words.length + 1)
      words.set(data)
    }
    this.#device.queue.writeBuffer(storageOf(buffer, this, 'write'), 0, words as BufferSource)
  }

  async read(buffer: Buffer, offset = 0, length = buffer.length - offset): Promise<TypedArray> {
    const size = storedBytes(buffer.dtype, this.#facts)
    const bytes = await this.#executor.copyOut(storageOf(buffer, this, 'read'), offset * size, length * size)
    const result = createTypedArray(buffer.dtype, length)
    if (result.BYTES_PER_ELEMENT === size) new Uint8Array(result.buffer).set(new Uint8Array(bytes))
    else result.set(new Uint32Array(bytes))
    return result
  }

  run(call: KernelCall): void {
    this.#executor.run(planCall(call, this.#facts))
  }

  async synchronize(): Promise<void> {
    await this.#device.queue.onSubmittedWorkDone()
  }

  memory(): MemoryStats {
    return { buffers: 0, bytes: 0, peakBytes: 0, pooledBytes: 0 }
  }

  async dispose(): Promise<void> {
    this.#device.destroy()
  }
}
