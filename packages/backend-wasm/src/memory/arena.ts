/**
 * Where in linear memory things are: blocks from an address space that only grows. Freed blocks are kept by size class
 * and handed out again at once; when the space would have to grow, free neighbours are merged and split first. Numbers
 * only, no memory is touched.
 */

/** Blocks start and end at multiples of this: rows of vectors never share a cache line with another buffer. */
export const ALIGNMENT = 256

/** The size class of a block: the next of eight steps per power of two, so at most an eighth is unused. */
export function roundedBytes(bytes: number): number {
  if (bytes <= 8 * ALIGNMENT) return Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3)
  return Math.ceil(bytes / step) * step
}

export class Arena {
  readonly #first: number
  readonly #limit: number
  /** Addresses of free blocks by their size. */
  #free = new Map<number, number[]>()
  #freeBytes = 0
  #end: number
  /** Up to here there is memory behind the addresses. */
  #backed: number
  readonly #grow: (bytes: number) => boolean

  /**
   * @param first address of the first block.
   * @param backed how much memory is there.
   * @param limit no block ends above this.
   * @param grow makes memory for all addresses below a number, or says that it can't.
   */
  constructor(first: number, backed: number, limit: number, grow: (bytes: number) => boolean) {
    this.#first = first
    this.#end = first
    this.#backed = backed
    this.#limit = limit
    this.#grow = grow
  }

  /** Bytes in free blocks. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** Bytes between the first address and the end of the last block. */
  get reservedBytes(): number {
    return this.#end - this.#first
  }

  /** The address of a block of `size` bytes, which `roundedBytes` gave; `undefined` if there is no room. */
  take(size: number): number | undefined {
    const kept = this.#free.get(size)?.pop()
    if (kept !== undefined) {
      this.#freeBytes -= size
      return kept
    }
    if (this.#end + size <= this.#backed) return this.#append(size)
    if (this.#freeBytes > 0) {
      this.#merge()
      const split = this.#split(size)
      if (split !== undefined) return split
    }
    if (this.#end + size > this.#limit || !this.#grow(this.#end + size)) return undefined
    this.#backed = Math.max(this.#backed, this.#end + size)
    return this.#append(size)
  }

  /** Takes back a block that `take` gave. */
  give(address: number, size: number): void {
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [address])
    else list.push(address)
    this.#freeBytes += size
  }

  #append(size: number): number {
    const address = this.#end
    this.#end += size
    return address
  }

  /** Makes one block of free neighbours, and gives what lies at the end back to the unused space. */
  #merge(): void {
    const blocks = [...this.#free].flatMap(([size, addresses]) => addresses.map((at) => [at, size] as const))
    blocks.sort(([a], [b]) => a - b)
    this.#free = new Map()
    this.#freeBytes = 0
    let start = 0
    let end = -1
    const close = (): void => {
      if (end === this.#end) this.#end = start
      else if (end > start) this.give(start, end - start)
    }
    for (const [at, size] of blocks) {
      if (at !== end) {
        close()
        start = at
      }
      end = at + size
    }
    close()
  }

  /** The smallest free block that holds `size` bytes; what is left of it stays free. */
  #split(size: number): number | undefined {
    let best = Number.POSITIVE_INFINITY
    for (const [own, addresses] of this.#free) {
      if (own >= size && own < best && addresses.length > 0) best = own
    }
    const address = this.#free.get(best)?.pop()
    if (address === undefined) return this.#end + size <= this.#backed ? this.#append(size) : undefined
    this.#freeBytes -= best
    if (best > size) this.give(address + size, best - size)
    return address
  }
}
