/**
 * The CPU backend: every kernel kind in plain TypeScript over typed arrays, on the calling thread, anywhere that
 * JavaScript runs. The readable reference for the faster backends, and the one that has every element type.
 */
import {
  type Backend,
  type BackendFactory,
  type Buffer,
  bytesPerElement,
  type Capabilities,
  COMPOSITES,
  DTYPES,
  type DType,
  type KernelCall,
  type MemoryStats,
  type TypedArray,
  ValueError,
  viewsOf,
} from '@nabla/backend'
import { CpuBuffer, ownBuffer } from './buffer.js'
import { BufferPool } from './buffer-pool.js'
import { runComposite } from './composites.js'
import { runContract } from './contract/run.js'
import { runGather } from './gather.js'
import { runMap } from './map/run.js'
import { runPool } from './pool.js'
import { runReduce } from './reduce/run.js'
import { runScan } from './scan.js'
import { runScatter } from './scatter.js'
import { runSort } from './sort.js'

export interface CpuBackendOptions {
  /** Bytes of released buffers that are kept for reuse at most; default 256 MiB. */
  readonly pooledBytes?: number
}

const CAPABILITIES: Capabilities = {
  dtypes: DTYPES,
  synchronousRead: true,
  threads: 1,
  composites: COMPOSITES,
  maximumViews: Number.POSITIVE_INFINITY,
  // Each instruction is a loop over a block: hardly faster than one over memory.
  memoryCost: 1,
  description: 'plain TypeScript on typed arrays, one thread',
  limitations: [
    'one thread and no SIMD, which JavaScript lacks',
    'float16 is stored as such and computed in float64',
  ],
}

class CpuBackend implements Backend {
  readonly name = 'cpu'
  readonly capabilities = CAPABILITIES
  readonly #pool: BufferPool
  #nextId = 0
  #buffers = 0
  #bytes = 0
  #peakBytes = 0

  constructor({ pooledBytes = 256 * 2 ** 20 }: CpuBackendOptions) {
    this.#pool = new BufferPool(pooledBytes)
  }

  allocate(dtype: DType, length: number): CpuBuffer {
    const buffer = new CpuBuffer(this.#nextId++, dtype, length, this, this.#pool.take(dtype, length))
    this.#buffers += 1
    this.#bytes += length * bytesPerElement(dtype)
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes
    return buffer
  }

  release(buffer: Buffer): void {
    const own = ownBuffer(buffer, this, 'release')
    if (own.storage !== undefined) this.#pool.give(own.dtype, own.storage)
    own.storage = undefined
    this.#buffers -= 1
    this.#bytes -= own.length * bytesPerElement(own.dtype)
  }

  write(buffer: Buffer, data: TypedArray): void {
    const own = ownBuffer(buffer, this, 'write')
    if (data.length > own.length) {
      throw new ValueError('write', {
        expected: `at most ${own.length} elements for buffer ${own.id}`,
        received: `${data.length} elements`,
        fix: 'allocate a longer buffer or write a part of the data',
      })
    }
    own.data.set(data)
  }

  readSync(buffer: Buffer, offset = 0, length = buffer.length - offset): TypedArray {
    const own = ownBuffer(buffer, this, 'read')
    if (offset < 0 || length < 0 || offset + length > own.length) {
      throw new ValueError('read', {
        expected: `a range within the ${own.length} elements of buffer ${own.id}`,
        received: `${length} elements from ${offset}`,
        fix: 'read fewer elements or start earlier',
      })
    }
    return own.data.slice(offset, offset + length)
  }

  async read(buffer: Buffer, offset?: number, length?: number): Promise<TypedArray> {
    return this.readSync(buffer, offset, length)
  }

  run(call: KernelCall): void {
    this.#checkBuffers(call)
    switch (call.kind) {
      case 'map':
        runMap(call)
        break
      case 'reduce':
        runReduce(call)
        break
      case 'contract':
        runContract(call)
        break
      case 'pool':
        runPool(call)
        break
      case 'scan':
        runScan(call)
        break
      case 'gather':
        runGather(call)
        break
      case 'scatter':
        runScatter(call)
        break
      case 'sort':
        runSort(call)
        break
      case 'composite':
        runComposite(call)
        break
    }
  }

  /** The kernels themselves trust their views. */
  #checkBuffers(call: KernelCall): void {
    if (call.kind === 'map') {
      for (const view of call.inputs) ownBuffer(view.buffer, this, call.label)
      for (const view of call.outputs) ownBuffer(view.buffer, this, call.label)
      if (call.when !== undefined) ownBuffer(call.when.buffer, this, call.label)
      return
    }
    const { reads, writes } = viewsOf(call)
    for (const view of reads) ownBuffer(view.buffer, this, call.label)
    for (const view of writes) ownBuffer(view.buffer, this, call.label)
  }

  async synchronize(): Promise<void> {}

  memory(): MemoryStats {
    return {
      buffers: this.#buffers,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
      pooledBytes: this.#pool.bytes,
    }
  }

  async dispose(): Promise<void> {
    this.#pool.clear()
  }
}

/**
 * A backend on typed arrays. Several may exist side by side; each knows its own buffers.
 *
 * @example
 * const backend = createCpuBackend()
 * const buffer = backend.allocate('float32', 4)
 * backend.write(buffer, new Float32Array([1, 2, 3, 4]))
 */
export function createCpuBackend(options: CpuBackendOptions = {}): Backend {
  return new CpuBackend(options)
}

/** For `registerBackend`: name `cpu`, the last resort of `auto`, always available. */
export const cpuBackendFactory: BackendFactory = {
  name: 'cpu',
  priority: 1,
  create: () => createCpuBackend(),
}
