/**
 * Reading: bytes are copied to a buffer that the host can see, behind all that was queued, and with them the words in which
 * shaders report faults.
 */
import type { Block } from '../memory/block.js'
import type { Memory } from '../memory/memory.js'
import type { Failures } from './failures.js'
import { FAULT_BYTES, type Faults } from './faults.js'
import { noticed } from './firefox.js'
import { Staging } from './staging.js'

/** `GPUMapMode.READ`, which Node has no global for. */
const READ = 1

export class Readback {
  readonly #device: GPUDevice
  readonly #failures: Failures
  readonly #memory: Memory
  readonly #faults: Faults
  /** Buffers that the host can see. */
  readonly staging: Staging
  #faultWords: Block | undefined

  constructor(device: GPUDevice, failures: Failures, memory: Memory, faults: Faults) {
    this.#device = device
    this.#failures = failures
    this.#memory = memory
    this.#faults = faults
    this.staging = new Staging((descriptor) => memory.makeBuffer(descriptor))
  }

  /** Bytes that are kept for the next read. */
  get keptBytes(): number {
    return this.staging.freeBytes
  }

  /** Where shaders report faults. */
  get faultWords(): Block {
    this.#faultWords ??= this.#memory.makeShared(FAULT_BYTES)
    return this.#faultWords
  }

  /**
   * Encodes the copy of bytes. Returns what to do when that was submitted: it resolves with them.
   */
  copy(
    encoder: GPUCommandEncoder,
    block: Block,
    offset: number,
    bytes: number,
  ): (date: number) => Promise<ArrayBuffer> {
    // Copies are in words.
    const start = offset - (offset % 4)
    const size = Math.ceil((offset - start + bytes) / 4) * 4
    const all = FAULT_BYTES + size
    const staging = this.staging.take(all)
    if (size > 0) encoder.copyBufferToBuffer(block.gpu, start, staging, FAULT_BYTES, size)
    const report = this.#faults.isPossible ? this.#faults.look() : undefined
    if (report !== undefined) {
      encoder.copyBufferToBuffer(this.faultWords.gpu, 0, staging, 0, FAULT_BYTES)
      encoder.clearBuffer(this.faultWords.gpu)
    }
    return async (date) => {
      await this.#map(staging, all, date)
      const mapped = staging.getMappedRange(0, all)
      const [code = 0, value = 0] = new Uint32Array(mapped, 0, 2)
      report?.(code, value)
      const first = FAULT_BYTES + offset - start
      const result = mapped.slice(first, first + bytes)
      staging.unmap()
      this.staging.give(staging)
      await this.#check(date)
      return result
    }
  }

  async #map(staging: GPUBuffer, bytes: number, date: number): Promise<void> {
    try {
      await noticed(this.#device.queue, staging.mapAsync(READ, 0, bytes))
    } catch (error) {
      staging.destroy()
      await this.#check(date)
      // Who destroys a device learns of it a moment later.
      await Promise.race([this.#device.lost, new Promise((resolve) => setTimeout(resolve, 100))])
      this.#failures.requireAlive()
      throw error
    }
  }

  /** Resolves when the queue is empty. */
  async idle(date: number): Promise<void> {
    await noticed(this.#device.queue, this.#device.queue.onSubmittedWorkDone())
    await this.#check(date)
    this.#failures.requireAlive()
  }

  async #check(date: number): Promise<void> {
    await this.#failures.settle()
    this.#failures.throwLatched(date)
  }
}
