/**
 * The one memory that all kernels of a backend share, with typed views that follow its growth. Never keep a view across
 * an allocation: growing detaches it.
 *
 * Layout: nothing at 0, two words for errors, the block for the arguments of a kernel, then blocks of the arena.
 */
import { BackendError, bytesPerElement, type DType, type TypedArray } from '@nabla/backend'
import { Arena, roundedBytes } from './arena.js'

/** Where the arguments of a kernel are written before it is called. */
export const ARGUMENTS = 1024
export const ARGUMENT_BYTES = 15 * 1024
/** Where kernels leave what went wrong: a word that isn't 0 then, and one more. */
export const STATUS = 512
const PAGE = 65536
const MOST_PAGES = 65536

/** Typed views on all of the memory. */
export interface MemoryViews {
  readonly buffer: ArrayBufferLike
  readonly u8: Uint8Array
  readonly u16: Uint16Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f32: Float32Array
  readonly f64: Float64Array
}

function viewsOn(buffer: ArrayBufferLike): MemoryViews {
  return {
    buffer,
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  }
}

const MAKE: { readonly [D in DType]: (buffer: ArrayBufferLike, at: number, length: number) => TypedArray } = {
  bool: (buffer, at, length) => new Uint8Array(buffer, at, length),
  uint8: (buffer, at, length) => new Uint8Array(buffer, at, length),
  int32: (buffer, at, length) => new Int32Array(buffer, at, length),
  uint32: (buffer, at, length) => new Uint32Array(buffer, at, length),
  float16: (buffer, at, length) => new Uint16Array(buffer, at, length),
  float32: (buffer, at, length) => new Float32Array(buffer, at, length),
  float64: (buffer, at, length) => new Float64Array(buffer, at, length),
}

/** A block of memory. */
export interface Block {
  readonly address: number
  /** What it takes, rounded. */
  readonly bytes: number
}

export interface LinearMemoryOptions {
  /** Bytes at most, up to 4 GiB. */
  readonly maximumBytes: number
  /** Whether threads may share it. */
  readonly shared: boolean
  /** What is using memory now, for the message when there is no more. */
  readonly describeUse: () => string
}

/** Where addresses are scarce, as on phones, the host may refuse to reserve as much: then half of it, and so on. */
function createMemory(wanted: number, shared: boolean): { memory: WebAssembly.Memory; maximum: number } {
  for (let maximum = wanted; ; maximum >>= 1) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 2, maximum, shared }), maximum }
    } catch (error) {
      if (maximum < 4) throw error
    }
  }
}

export class LinearMemory {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  readonly #arena: Arena
  readonly #describeUse: () => string
  #views: MemoryViews
  #borrowed = 0

  constructor({ maximumBytes, shared, describeUse }: LinearMemoryOptions) {
    const wanted = Math.min(MOST_PAGES, Math.max(2, Math.floor(maximumBytes / PAGE)))
    const { memory, maximum } = createMemory(wanted, shared)
    this.memory = memory
    this.shared = shared
    this.#describeUse = describeUse
    this.#views = viewsOn(this.memory.buffer)
    const first = ARGUMENTS + ARGUMENT_BYTES
    this.#arena = new Arena(first, 2 * PAGE, maximum * PAGE, (bytes) => this.#growTo(bytes, maximum))
  }

  /** Views on the memory as it is now. */
  get views(): MemoryViews {
    if (this.#views.buffer !== this.memory.buffer) this.#views = viewsOn(this.memory.buffer)
    return this.#views
  }

  get freeBytes(): number {
    return this.#arena.freeBytes
  }

  /**
   * A block with whatever it held before.
   *
   * @throws BackendError if there is no more memory, saying what is in use.
   */
  take(bytes: number): Block {
    const size = roundedBytes(bytes)
    const address = this.#arena.take(size)
    if (address !== undefined) return { address, bytes: size }
    throw new BackendError('allocate', {
      expected: `room for ${bytes} bytes in WebAssembly memory, which ends at 4 GiB or at what the options and the system allow`,
      received: this.#describeUse(),
      fix: 'free tensors earlier (scope, dispose), use smaller batches, or a narrower dtype',
    })
  }

  give({ address, bytes }: Block): void {
    this.#arena.give(address, bytes)
  }

  /** How often memory was borrowed so far. */
  get borrowed(): number {
    return this.#borrowed
  }

  /** Runs `use` with a block that is free again afterwards. */
  borrow<R>(bytes: number, use: (block: Block) => R): R {
    const block = this.take(bytes)
    this.#borrowed += 1
    try {
      return use(block)
    } finally {
      this.give(block)
    }
  }

  /** A typed view on `length` elements at an address: not to be kept. */
  arrayAt(dtype: DType, address: number, length: number): TypedArray {
    return MAKE[dtype](this.memory.buffer, address, length)
  }

  /** A quarter more than needed, so that growing is rare; less if that is too much. */
  #growTo(bytes: number, maximum: number): boolean {
    const now = this.memory.buffer.byteLength / PAGE
    const needed = Math.ceil(bytes / PAGE) - now
    if (needed <= 0) return true
    const generous = Math.min(maximum - now, needed + Math.min(1024, now >> 2))
    for (const pages of [generous, needed]) {
      try {
        this.memory.grow(pages)
        return true
      } catch {
        // The system doesn't give that much: try less, then give up.
      }
    }
    return false
  }
}

/** Bytes that elements take. */
export function bytesOf(dtype: DType, length: number): number {
  return bytesPerElement(dtype) * length
}
