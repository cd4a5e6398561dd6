/**
 * A buffer of uniform words in slots, and what it holds as the host knows it. What the host has changed is written in one
 * piece; the order of the queue keeps it from work that was submitted before.
 */
import type { Block } from '../memory/block.js'

export class UniformPage {
  readonly block: Block
  readonly words: Uint32Array<ArrayBuffer>
  #next = 0
  /** Places that were given back, by their bytes. */
  readonly #free = new Map<number, number[]>()
  #changedFrom = Number.POSITIVE_INFINITY
  #changedTo = 0

  constructor(block: Block) {
    this.block = block
    this.words = new Uint32Array(block.bytes / 4)
  }

  /** The first word of a place for `bytes`, whole slots; `undefined` if there is none left. */
  take(bytes: number): number | undefined {
    const kept = this.#free.get(bytes)?.pop()
    if (kept !== undefined) return kept
    const start = this.#next
    if (start * 4 + bytes > this.block.bytes) return undefined
    this.#next += bytes / 4
    return start
  }

  give(start: number, bytes: number): void {
    const list = this.#free.get(bytes)
    if (list === undefined) this.#free.set(bytes, [start])
    else list.push(start)
  }

  /** Gives all places back. */
  clear(): void {
    this.#next = 0
  }

  /** Notes that words have changed. */
  changed(from: number, to: number): void {
    if (from < this.#changedFrom) this.#changedFrom = from
    if (to > this.#changedTo) this.#changedTo = to
  }

  /** Writes what has changed. */
  write(queue: GPUQueue): void {
    const from = this.#changedFrom
    if (from >= this.#changedTo) return
    queue.writeBuffer(this.block.gpu, 4 * from, this.words, from, this.#changedTo - from)
    this.#changedFrom = Number.POSITIVE_INFINITY
    this.#changedTo = 0
  }
}
