/**
 * The GPU's memory: blocks for buffers from a pool, checked against the device's limits, and asked for once more, with the
 * pool emptied, when there is none left.
 */
import { BackendError, type DType } from '@nabla/backend'
import { formatBytes, largestBuffer } from '../device/facts.js'
import type { Caught, Failures } from '../queue/failures.js'
import { deviceError } from '../queue/failures.js'
import { Block } from './block.js'
import { Pool } from './pool.js'

/** `GPUBufferUsage`, which Node has no global for. */
const COPY_SRC = 4
const COPY_DST = 8
const UNIFORM = 0x40
const STORAGE = 0x80

/** Elements of one buffer: shaders count them in int32. */
const MOST_ELEMENTS = 2 ** 31 - 1

/** Blocks for uniform words that wait for the next program. */
const UNIFORMS_KEPT = 16

/** What else has to do with blocks. */
export interface BlockUsers {
  /** Whether commands that wait use it. */
  isPending(block: Block): boolean
  /** Called before one is destroyed. */
  forget(block: Block): void
}

export class Memory {
  readonly #device: GPUDevice
  readonly #failures: Failures
  readonly #pool: Pool
  readonly #largest: number
  readonly #freeUniforms: Block[] = []
  #made = 0
  #others = 0

  constructor(device: GPUDevice, failures: Failures, users: BlockUsers) {
    this.#device = device
    this.#failures = failures
    this.#largest = largestBuffer(device.limits)
    this.#pool = new Pool({
      largest: this.#largest,
      make: (bytes, purpose) => this.#make(bytes, STORAGE | COPY_SRC | COPY_DST, purpose),
      destroy: (block) => {
        users.forget(block)
        block.gpu.destroy()
      },
      isPending: (block) => users.isPending(block),
    })
  }

  /** How many GPUBuffers were made so far. */
  get made(): number {
    return this.#made
  }

  get usedBytes(): number {
    return this.#pool.usedBytes
  }

  get peakBytes(): number {
    return this.#pool.peakBytes
  }

  /** Bytes that are kept: of unused blocks, and of those for uniform words. */
  get keptBytes(): number {
    return this.#pool.freeBytes + this.#others
  }

  /**
   * A block for a buffer.
   *
   * @param bytesEach bytes of a stored element
   * @throws BackendError if it would be larger than the device allows
   */
  takeFor(dtype: DType, length: number, bytesEach: number): Block {
    const bytes = length * bytesEach
    if (bytes > this.#largest || length > MOST_ELEMENTS) throw this.#tooLarge(dtype, length, bytes)
    return this.#pool.take(bytes, `${dtype}[${length}]`)
  }

  /** A block of 32-bit words. */
  takeWords(words: number): Block {
    if (4 * words > this.#largest) throw this.#tooLarge('uint32', words, 4 * words)
    return this.#pool.take(4 * words, `${words} words`)
  }

  give(block: Block): void {
    this.#pool.give(block)
  }

  /** A block for uniform words, which the pool has none of. */
  takeUniforms(bytes: number): Block {
    const position = this.#freeUniforms.findIndex((block) => block.bytes === bytes)
    const [kept] = position < 0 ? [] : this.#freeUniforms.splice(position, 1)
    if (kept !== undefined) return kept
    this.#others += bytes
    return this.#make(bytes, UNIFORM | COPY_DST, 'uniform words')
  }

  /** Takes back a block for uniform words that no waiting command uses. */
  giveUniforms(block: Block): void {
    this.#freeUniforms.push(block)
    if (this.#freeUniforms.length <= UNIFORMS_KEPT) return
    const oldest = this.#freeUniforms.shift()
    this.#others -= oldest?.bytes ?? 0
    oldest?.gpu.destroy()
  }

  /** A block of words that belongs to no buffer and is never given back. */
  makeShared(bytes: number): Block {
    this.#others += bytes
    return this.#make(bytes, STORAGE | COPY_SRC | COPY_DST, 'shared words')
  }

  /** A buffer besides blocks, for the call that goes on. */
  makeBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    this.#made += 1
    return this.#failures.guard(
      this.#failures.date,
      () => this.#device.createBuffer(descriptor),
      (caught) => this.#error(descriptor.size, descriptor.label ?? 'a buffer', caught),
    )
  }

  #make(size: number, usage: GPUBufferUsageFlags, label: string): Block {
    const descriptor = { size, usage, label }
    this.#made += 1
    return this.#failures.guard(
      this.#failures.begin(),
      () => new Block(this.#made, size, this.#device.createBuffer(descriptor)),
      (caught, block) => this.#mend(block, descriptor, caught),
    )
  }

  /** Frees what is unused and asks again, if the block is still without contents. */
  async #mend(
    block: Block,
    descriptor: GPUBufferDescriptor,
    caught: Caught,
  ): Promise<BackendError | undefined> {
    const error = this.#error(block.bytes, descriptor.label ?? 'a buffer', caught)
    if (caught.filter !== 'out-of-memory') return error
    this.#pool.trim(0)
    if (block.isTouched) return error
    const again = this.#failures.attempt(() => this.#device.createBuffer(descriptor))
    block.gpu = again.value
    return (await again.caught) === undefined ? undefined : error
  }

  #error(bytes: number, purpose: string, caught: Caught): BackendError {
    const where = `allocate ${purpose}`
    if (caught.filter !== 'out-of-memory') return deviceError(where, caught)
    return new BackendError(where, {
      expected: `${formatBytes(bytes)} of the GPU's memory`,
      received: `out of memory, with ${formatBytes(this.#pool.usedBytes)} in use: ${caught.message}`,
      fix: 'use smaller batches or a smaller model, or free what is no longer needed',
    })
  }

  #tooLarge(dtype: DType, length: number, bytes: number): BackendError {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits
    return new BackendError('allocate', {
      expected: `at most ${formatBytes(this.#largest)} in a buffer, which is this device's limit (maxBufferSize ${maxBufferSize}, maxStorageBufferBindingSize ${maxStorageBufferBindingSize}), and ${MOST_ELEMENTS} elements`,
      received: `${formatBytes(bytes)} for ${length} elements of ${dtype}`,
      fix: 'use smaller batches, or split the tensor',
    })
  }
}
