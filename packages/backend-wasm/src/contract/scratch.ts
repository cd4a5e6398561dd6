/**
 * A block of memory that only grows: packed panels and sums, shared by all calls.
 */
import type { Block, LinearMemory } from '../memory/linear-memory.js'

export class Scratch {
  readonly #memory: LinearMemory
  #block: Block | undefined

  constructor(memory: LinearMemory) {
    this.#memory = memory
  }

  /** The address of at least so many bytes; what was there before is lost. */
  of(bytes: number): number {
    if (this.#block === undefined || this.#block.bytes < bytes) {
      this.free()
      this.#block = this.#memory.take(bytes)
    }
    return this.#block.address
  }

  free(): void {
    if (this.#block !== undefined) this.#memory.give(this.#block)
    this.#block = undefined
  }
}
