/**
 * Losses: buffers whose contents could not be computed, because a kernel failed or was dropped, and why. What is computed
 * from them is lost too; so nobody reads numbers that mean nothing.
 */
import type { Buffer, View } from '../../view.js'

export class Losses {
  readonly #reasons = new Map<Buffer, Error>()
  /** Those that stand for buffers which could not be allocated. */
  readonly #missing = new Set<Buffer>()

  /** Whether nothing is lost, as nearly always. */
  get areNone(): boolean {
    return this.#reasons.size === 0
  }

  /** A buffer to stand for one that could not be allocated. */
  addMissing(buffer: Buffer, reason: Error): void {
    this.#missing.add(buffer)
    this.#reasons.set(buffer, reason)
  }

  of(buffer: Buffer): Error | undefined {
    return this.#reasons.get(buffer)
  }

  /** Why nothing can be written to a buffer. */
  ofMissing(buffer: Buffer): Error | undefined {
    return this.#missing.has(buffer) ? this.#reasons.get(buffer) : undefined
  }

  /** Why a computation that reads and writes these can't be done; nothing if it can. */
  among(reads: Iterable<Buffer>, writes: Iterable<Buffer>): Error | undefined {
    if (this.areNone) return undefined
    for (const buffer of reads) if (this.#reasons.has(buffer)) return this.#reasons.get(buffer)
    for (const buffer of writes) if (this.#missing.has(buffer)) return this.#reasons.get(buffer)
    return undefined
  }

  add(buffers: Iterable<Buffer>, reason: Error): void {
    for (const buffer of buffers) if (!this.#missing.has(buffer)) this.#reasons.set(buffer, reason)
  }

  /** Elements were written; if that was all of the buffer, it has contents again. */
  restore(buffer: Buffer, elements: number): void {
    if (elements >= buffer.length && !this.#missing.has(buffer)) this.#reasons.delete(buffer)
  }

  forget(buffer: Buffer): void {
    this.#missing.delete(buffer)
    this.#reasons.delete(buffer)
  }
}

export const buffersOf = (views: readonly View[]): Buffer[] => views.map(({ buffer }) => buffer)
