/**
 * Memory for buffers, kept for reuse by element type and rounded size: allocating and clearing a fresh typed array
 * costs more than most kernels on it. What is kept is bounded; the size classes that were filled longest ago go first.
 */
import { bytesPerElement, createTypedArray, type DType } from '@nabla/backend'
import { Storage } from './buffer.js'

const SMALLEST = 16

/** The capacity for `length` elements: the next of four steps per power of two, so at most a quarter is unused. */
export function roundedLength(length: number): number {
  if (length <= SMALLEST) return SMALLEST
  const step = 2 ** Math.max(2, 29 - Math.clz32(length - 1))
  return Math.ceil(length / step) * step
}

export class BufferPool {
  readonly #limit: number
  readonly #classes = new Map<DType, Map<number, Storage[]>>()
  #bytes = 0

  /** @param limit bytes that are kept at most. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes kept for reuse. */
  get bytes(): number {
    return this.#bytes
  }

  /** Memory for `length` elements, with whatever it held before. */
  take(dtype: DType, length: number): Storage {
    const capacity = roundedLength(length)
    const kept = this.#classes.get(dtype)?.get(capacity)?.pop()
    if (kept === undefined) return new Storage(createTypedArray(dtype, capacity))
    this.#bytes -= kept.data.byteLength
    return kept
  }

  /** Takes memory back; too much of it is left to the garbage collector. */
  give(dtype: DType, storage: Storage): void {
    const { data } = storage
    if (data.byteLength > this.#limit) return
    if (this.#bytes + data.byteLength > this.#limit) this.#evict(data.byteLength)
    let sizes = this.#classes.get(dtype)
    if (sizes === undefined) {
      sizes = new Map()
      this.#classes.set(dtype, sizes)
    }
    const list = sizes.get(data.length)
    if (list === undefined) sizes.set(data.length, [storage])
    else list.push(storage)
    this.#bytes += data.byteLength
  }

  clear(): void {
    this.#classes.clear()
    this.#bytes = 0
  }

  #evict(needed: number): void {
    for (const [dtype, sizes] of this.#classes) {
      for (const [capacity, list] of sizes) {
        this.#bytes -= list.length * capacity * bytesPerElement(dtype)
        sizes.delete(capacity)
        if (this.#bytes + needed <= this.#limit) return
      }
    }
  }
}
