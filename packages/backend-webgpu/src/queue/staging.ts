/** Buffers that the host can see, kept for the next read unless they are large. */

/** `GPUBufferUsage.MAP_READ | COPY_DST`, which Node has no globals for. */
const USAGE = 1 | 8

const SMALLEST = 256
const LARGEST_KEPT = 4 * 2 ** 20
const MOST_KEPT = 16

export class Staging {
  readonly #make: (descriptor: GPUBufferDescriptor) => GPUBuffer
  readonly #free: GPUBuffer[] = []

  /** @param make makes a buffer, under error scopes */
  constructor(make: (descriptor: GPUBufferDescriptor) => GPUBuffer) {
    this.#make = make
  }

  /** Bytes of buffers that wait to be used again. */
  get freeBytes(): number {
    return this.#free.reduce((sum, { size }) => sum + size, 0)
  }

  /** A buffer of at least so many bytes. */
  take(bytes: number): GPUBuffer {
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)))
    const position = this.#free.findIndex((buffer) => buffer.size === size)
    const [kept] = position < 0 ? [] : this.#free.splice(position, 1)
    return (
      kept ??
      this.#make({
        size: size > LARGEST_KEPT ? Math.ceil(bytes / 4) * 4 : size,
        usage: USAGE,
        label: 'staging',
      })
    )
  }

  /** Takes back one that is no longer mapped. */
  give(buffer: GPUBuffer): void {
    if (buffer.size > LARGEST_KEPT) {
      buffer.destroy()
      return
    }
    this.#free.push(buffer)
    if (this.#free.length > MOST_KEPT) this.#free.shift()?.destroy()
  }
}
