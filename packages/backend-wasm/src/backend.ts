/**
 * The WASM backend: buffers in one linear memory, kernels assembled when they are first needed.
 */
import {
  type Backend,
  BackendError,
  type BackendFactory,
  type Buffer,
  bytesPerElement,
  type Capabilities,
  COMPOSITES,
  DTYPES,
  type DType,
  decorate,
  type Executable,
  type KernelCall,
  type MemoryStats,
  type Program,
  replayProgram,
  type TypedArray,
  ValueError,
  viewsOf,
} from '@nabla/backend'
import { supportsRelaxedSimd, whatIsMissing } from './assembler/index.js'
import { runGather, runScatter } from './axis/indexed.js'
import { runPool } from './axis/pool.js'
import { runScan } from './axis/scan.js'
import { runSort } from './axis/sort.js'
import { ownBuffer, WasmBuffer } from './buffer.js'
import { runContract } from './contraction.js'
import { Device } from './device.js'
import { runMap } from './map/map.js'
import { bytesOf, LinearMemory } from './memory/linear-memory.js'
import { runReduce } from './reduce/reduce.js'
import { runComposite } from './softmax/composites.js'
import { makeThreads, type ThreadOptions, type Threads } from './threads/threads.js'

export interface WasmBackendOptions {
  /** Threads to compute with, with the calling one; default: as many as cores, up to 8. 1 makes memory that isn't shared. */
  readonly threads?: number
  /** Whether to use relaxed SIMD, whose multiply-add is up to twice as fast; default: where the engine has it. */
  readonly relaxedSimd?: boolean
  /** `strict` rounds after each multiplication and addition, so that results are the same on every machine; default `fast`. */
  readonly numerics?: 'fast' | 'strict'
  /** Bytes of memory at most, up to and by default 4 GiB. */
  readonly maximumBytes?: number
  /**
   * In browsers: where the file `@nabla/backend-wasm/nabla-worker` is, seen from the page; default: beside the program, where
   * Vite and webpack put it.
   */
  readonly workerUrl?: string | URL
}

function capabilitiesOf(
  relaxed: boolean,
  { threads, reason }: Pick<Threads, 'threads' | 'reason'>,
): Capabilities {
  const simd = `WebAssembly with 128-bit SIMD${relaxed ? ' and relaxed multiply-add' : ''}`
  const why = reason === undefined ? '' : ` (${reason})`
  return {
    dtypes: DTYPES,
    synchronousRead: true,
    threads,
    composites: COMPOSITES,
    maximumViews: 256,
    description: `${simd}, ${threads === 1 ? 'one thread' : `${threads} threads`}${why}`,
    limitations: [
      ...(threads === 1 ? [`one thread${why}`] : []),
      'memory ends at 4 GiB, since addresses have 32 bits, and is not given back to the system before dispose',
      'float16 is stored as such and computed in float32',
      'transcendental functions of float64 are those of the host, one element at a time and on one thread',
    ],
  }
}

function execute(device: Device, call: KernelCall): void {
  switch (call.kind) {
    case 'map':
      runMap(device, call)
      break
    case 'reduce':
      runReduce(device, call)
      break
    case 'contract':
      runContract(call, device)
      break
    case 'pool':
      runPool(device, call)
      break
    case 'scan':
      runScan(device, call)
      break
    case 'gather':
      runGather(device, call)
      break
    case 'scatter':
      runScatter(device, call)
      break
    case 'sort':
      runSort(device, call)
      break
    case 'composite':
      runComposite(device, call)
      break
  }
}

export class WasmBackend implements Backend {
  readonly name = 'wasm'
  readonly #relaxed: boolean
  readonly #threads: Threads
  #device: Device | undefined
  readonly #live = new Set<WasmBuffer>()
  #stated:
    | { readonly threads: number; readonly reason: string | undefined; readonly capabilities: Capabilities }
    | undefined
  #nextId = 0
  #bytes = 0
  #peakBytes = 0

  constructor(options: WasmBackendOptions, internal: ThreadOptions) {
    const { relaxedSimd = true, numerics = 'fast', maximumBytes = 2 ** 32, threads, workerUrl } = options
    this.#relaxed = numerics === 'fast' && relaxedSimd && supportsRelaxedSimd()
    this.#threads = makeThreads(this, { threads, workerUrl }, internal, (shared) => {
      return new LinearMemory({ maximumBytes, shared, describeUse: () => this.#describeUse() })
    })
    const { memory, pool } = this.#threads
    this.#device = new Device(memory, { relaxed: this.#relaxed }, pool, internal.leastWork)
  }

  /** Asked for by every operation, so made anew only when threads came or went. */
  get capabilities(): Capabilities {
    const { threads, reason } = this.#threads
    if (this.#stated?.threads !== threads || this.#stated.reason !== reason) {
      this.#stated = { threads, reason, capabilities: capabilitiesOf(this.#relaxed, { threads, reason }) }
    }
    return this.#stated.capabilities
  }

  /** Starts threads now instead of with the first kernel that is long enough; resolves when they are there or given up. */
  async startThreads(): Promise<void> {
    await this.#threads.pool?.settled()
  }

  /** Resolves when `capabilities` say how many threads there are, where that isn't certain from the start. */
  threadsKnown(): Promise<void> {
    return this.#threads.settled()
  }

  get #ready(): Device {
    if (this.#device !== undefined) return this.#device
    throw new BackendError('wasm', {
      expected: 'a backend in use',
      received: 'one that was disposed',
      fix: 'make another with createWasmBackend()',
    })
  }

  #describeUse(): string {
    const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
    const largest = [...this.#live].sort(
      (a, b) => b.length * bytesPerElement(b.dtype) - a.length * bytesPerElement(a.dtype),
    )
    const list = largest.slice(0, 3).map(({ dtype, length }) => `${dtype}[${length}]`)
    return `${this.#live.size} live buffers with ${size(this.#bytes)}, the largest ${list.join(', ') || 'none'}`
  }

  allocate(dtype: DType, length: number): WasmBuffer {
    const bytes = bytesOf(dtype, length)
    const block = this.#ready.memory.take(bytes)
    const buffer = new WasmBuffer(this.#nextId++, dtype, length, this, block)
    this.#live.add(buffer)
    this.#bytes += bytes
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes
    return buffer
  }

  release(buffer: Buffer): void {
    const own = ownBuffer(buffer, this, 'release')
    if (own.block !== undefined) this.#ready.memory.give(own.block)
    own.block = undefined
    this.#live.delete(own)
    this.#bytes -= bytesOf(own.dtype, own.length)
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
    this.#elementsOf(own, 0, data.length).set(data)
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
    return this.#elementsOf(own, offset, length).slice()
  }

  #elementsOf({ dtype, block }: WasmBuffer, offset: number, length: number): TypedArray {
    const address = (block?.address ?? 0) + bytesOf(dtype, offset)
    return this.#ready.memory.arrayAt(dtype, address, length)
  }

  async read(buffer: Buffer, offset?: number, length?: number): Promise<TypedArray> {
    return this.readSync(buffer, offset, length)
  }

  run(call: KernelCall): void {
    this.#check(call)
    execute(this.#ready, call)
  }

  #check(call: KernelCall): void {
    const { reads, writes } = viewsOf(call)
    for (const view of reads) ownBuffer(view.buffer, this, call.label)
    for (const view of writes) ownBuffer(view.buffer, this, call.label)
  }

  /** A replay in which a call that comes again, as the very object, is not laid out again. */
  prepare(program: Program): Executable {
    const recorded = new WeakMap<KernelCall, readonly (() => void)[]>()
    const run = (call: KernelCall): void => {
      const device = this.#ready
      this.#check(call)
      const actions = recorded.get(call)
      if (actions !== undefined) {
        for (const action of actions) action()
        return
      }
      const recording = device.record(() => execute(device, call))
      if (recording !== undefined) recorded.set(call, recording)
    }
    return replayProgram(decorate(this, { run }), program)
  }

  async synchronize(): Promise<void> {}

  memory(): MemoryStats {
    return {
      buffers: this.#live.size,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
      pooledBytes: this.#device?.memory.freeBytes ?? 0,
    }
  }

  async dispose(): Promise<void> {
    for (const buffer of this.#live) buffer.block = undefined
    this.#live.clear()
    this.#bytes = 0
    this.#device = undefined
    await this.#threads.pool?.end()
  }
}

/**
 * A backend on WebAssembly. Several may exist side by side, each with a memory of its own.
 *
 * @example
 * const backend = createWasmBackend({ numerics: 'strict' })
 *
 * @throws BackendError where there is no WebAssembly with SIMD.
 */
export function createWasmBackend(options: WasmBackendOptions = {}): Backend {
  return makeBackend(options)
}

/** The same with choices that only tests make. */
export function makeBackend(options: WasmBackendOptions, internal: ThreadOptions = {}): WasmBackend {
  const missing = whatIsMissing()
  if (missing !== undefined) {
    const expected = 'an engine with WebAssembly and 128-bit SIMD'
    throw new BackendError('createWasmBackend', { expected, ...REFUSALS[missing] })
  }
  return new WasmBackend(options, internal)
}

const REFUSALS = {
  WebAssembly: {
    received: 'an engine without WebAssembly',
    fix: 'use the cpu backend, or another engine (some turn it off in a mode of higher security)',
  },
  permission: {
    received: 'a content security policy that forbids WebAssembly',
    fix: "allow 'wasm-unsafe-eval' in the policy's script-src, or use the cpu backend",
  },
  SIMD: {
    received: 'an engine whose WebAssembly has no 128-bit SIMD',
    fix: 'use the cpu backend, or a newer engine (browsers since 2023 have it)',
  },
} as const

/** For `registerBackend`: name `wasm`, before `cpu`. */
export const wasmBackendFactory: BackendFactory = {
  name: 'wasm',
  priority: 10,
  probe() {
    const missing = whatIsMissing()
    if (missing === undefined) return { available: true }
    return { available: false, reason: REFUSALS[missing].received }
  },
  async create({ threads }) {
    const backend = makeBackend(threads === undefined ? {} : { threads })
    await backend.threadsKnown()
    return backend
  },
}
