/**
 * A group of axes as one index: a table of byte offsets in linear memory, and what is known about its structure, so that
 * kernels use vectors where elements lie side by side. With tables no layout is slow, and convolutions need no im2col.
 */
import type { Block, LinearMemory } from '../memory/linear-memory.js'

/** One axis: its length, and the bytes between neighbours. */
export interface Axis {
  readonly length: number
  readonly stride: number
}

export interface Table {
  /** Of the first offset. The last one is repeated beyond the end, for panels that stick out. */
  readonly address: number
  readonly length: number
  /** How many elements lie side by side, again and again. */
  readonly run: number
  /** Bytes from each element to the next, if that is always the same. */
  readonly step: number | undefined
}

/** Offsets beyond the end. */
const PADDING = 8

/** The same index with axes joined that lie row by row among themselves. */
function joined(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = []
  for (const axis of axes) {
    if (axis.length === 1) continue
    const outer = result.at(-1)
    if (outer !== undefined && outer.stride === axis.stride * axis.length)
      result[result.length - 1] = { length: outer.length * axis.length, stride: axis.stride }
    else result.push(axis)
  }
  return result
}

/** Offsets of all positions in row-major order. */
function offsetsOf(axes: readonly Axis[], padding: number): Int32Array {
  const length = axes.reduce((size, axis) => size * axis.length, 1)
  const table = new Int32Array(length + padding)
  if (length === 0) return table
  // Grown from the innermost axis outwards: each axis repeats what is there already, shifted by its stride.
  let filled = 1
  for (const axis of axes.toReversed()) {
    for (let step = 1; step < axis.length; step++) {
      const shift = step * axis.stride
      const to = step * filled
      for (let p = 0; p < filled; p++) table[to + p] = table[p]! + shift
    }
    filled *= axis.length
  }
  return table.fill(table[length - 1]!, length)
}

export class Tables {
  readonly #memory: LinearMemory
  readonly #known = new Map<string, { readonly table: Table; readonly block: Block }>()
  #bytes = 0

  constructor(memory: LinearMemory) {
    this.#memory = memory
  }

  /** What all tables take. */
  get bytes(): number {
    return this.#bytes
  }

  /** The table of an index over elements of some bytes, made once. */
  of(axes: readonly Axis[], elementBytes: number): Table {
    const merged = joined(axes)
    const key = `${elementBytes}:${merged.map(({ length, stride }) => `${length},${stride}`).join(';')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known.table
    const offsets = offsetsOf(merged, PADDING)
    const block = this.#memory.take(4 * offsets.length)
    this.#memory.views.i32.set(offsets, block.address / 4)
    this.#bytes += block.bytes
    const inner = merged.at(-1)
    const table = {
      address: block.address,
      length: offsets.length - PADDING,
      run: inner?.stride === elementBytes ? inner.length : 1,
      step: merged.length > 1 ? undefined : (inner?.stride ?? elementBytes),
    }
    this.#known.set(key, { table, block })
    return table
  }

  /** One offset of a table. */
  readonly at = ({ address }: Table, index: number): number => this.#memory.views.i32[address / 4 + index]!

  /** Forgets all tables. */
  clear(): void {
    for (const { block } of this.#known.values()) this.#memory.give(block)
    this.#known.clear()
    this.#bytes = 0
  }
}
