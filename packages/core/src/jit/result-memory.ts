/**
 * The memory of results: their buffers go back to the program once their tensors were freed, and are used again.
 */
import type { Backend, Buffer } from '@nabla/backend'
import { Storage } from '../engine/storage.js'

/** Released buffers of a result, which are used again. */
export class Pool {
  #buffers: Buffer[] = []
  #isClosed = false

  constructor(private readonly backend: Backend) {}

  take(): Buffer | undefined {
    return this.#buffers.pop()
  }

  give(buffer: Buffer): void {
    if (this.#isClosed || this.#buffers.length >= POOLED) this.backend.release(buffer)
    else this.#buffers.push(buffer)
  }

  /** Keeps nothing from now on: results may outlive the program. */
  close(): void {
    this.#isClosed = true
    for (const buffer of this.#buffers.splice(0)) this.backend.release(buffer)
  }
}

/** A buffer of a result, which goes back to its pool once its tensor was freed. */
export class ResultStorage extends Storage {
  constructor(
    backend: Backend,
    buffer: Buffer,
    private readonly pool: Pool,
  ) {
    super(backend, buffer)
  }

  protected override free(): void {
    this.pool.give(this.buffer)
  }
}

/** Buffers that are kept per result. */
const POOLED = 2
