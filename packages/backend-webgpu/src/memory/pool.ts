/**
 * The pool of blocks. A released block is handed out again at once, even while the GPU still works on it: whatever uses it
 * next is queued behind that work. What stays unused for long is given back to the system.
 */
import type { Block } from './block.js'
import { sizeClass } from './size-class.js'

/** Bytes that may lie unused in any case. */
const ALWAYS_KEPT = 64 * 2 ** 20

/** What the pool gets its blocks from. */
export interface BlockSource {
  /** Bytes of the largest block. */
  readonly largest: number
  /** @param purpose what it is for, in messages */
  make(bytes: number, purpose: string): Block
  destroy(block: Block): void
  /** Whether commands that are not submitted yet use it: then it can't be destroyed. */
  isPending(block: Block): boolean
}

export class Pool {
  readonly #source: BlockSource
  /** Unused blocks by size, the one that was released last at the end. */
  readonly #free = new Map<number, Block[]>()
  /** All unused blocks, the one that was released first in front. */
  readonly #order = new Set<Block>()
  #usedBytes = 0
  #freeBytes = 0
  #peakBytes = 0

  constructor(source: BlockSource) {
    this.#source = source
  }

  /** Bytes of blocks in use. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  get peakBytes(): number {
    return this.#peakBytes
  }

  /** Bytes of blocks that wait to be used again. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** A block of at least so many bytes, at most the largest there can be. */
  take(bytes: number, purpose: string): Block {
    const size = Math.min(sizeClass(bytes), this.#source.largest)
    const kept = this.#free.get(size)?.pop()
    if (kept !== undefined) {
      this.#order.delete(kept)
      this.#freeBytes -= size
    }
    const block = kept ?? this.#source.make(size, purpose)
    this.#usedBytes += size
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes)
    return block
  }

  give(block: Block): void {
    this.#usedBytes -= block.bytes
    this.#freeBytes += block.bytes
    this.#order.add(block)
    const list = this.#free.get(block.bytes)
    if (list === undefined) this.#free.set(block.bytes, [block])
    else list.push(block)
    this.trim(Math.max(ALWAYS_KEPT, this.#usedBytes))
  }

  /** Destroys unused blocks, the longest unused first, until there are `bytes` of them at most. */
  trim(bytes: number): void {
    for (const block of this.#order) {
      // Those behind it were released later still.
      if (this.#freeBytes <= bytes || this.#source.isPending(block)) return
      this.#order.delete(block)
      // The first of its size, too, is the one that was released first.
      this.#free.get(block.bytes)?.shift()
      this.#freeBytes -= block.bytes
      this.#source.destroy(block)
    }
  }
}
