/**
 * Kernels that workers can run: the bytes of their modules under numbers. A worker is sent a module with the first list
 * that needs it; V8 then finds that it has compiled those bytes already.
 */
import type { Kernel } from '../assembler/index.js'
import { LIST_WORDS } from './control.js'

/** A module and the number of its first kernel. */
export interface Source {
  readonly bytes: Uint8Array
  readonly first: number
  /** Workers that have it. */
  readonly known: Set<number>
}

export interface Entry {
  readonly source: Source
  readonly number: number
}

/** Numbers forgotten with one module. */
export const MOST_FORGOTTEN = 64
/** What may be defined in one list, with a call after it. */
const MOST_BYTES = 4 * (LIST_WORDS - 256)

export class Library {
  readonly #entries = new WeakMap<Kernel, Entry>()
  /** Kernels go with the expressions that they were made for; workers are told with the next module. */
  readonly #gone = new FinalizationRegistry<number>((number) => {
    for (const list of this.#forgotten) list.push(number)
  })
  readonly #forgotten: readonly number[][]
  #next = 0

  /** @param workers how many there are. */
  constructor(workers: number) {
    this.#forgotten = Array.from({ length: workers }, () => [])
  }

  /** @param kernels what the module exports, in its order. */
  add(bytes: Uint8Array, kernels: readonly Kernel[]): void {
    if (bytes.length > MOST_BYTES) return
    const source: Source = { bytes, first: this.#next, known: new Set() }
    for (const kernel of kernels) {
      this.#gone.register(kernel, this.#next)
      this.#entries.set(kernel, { source, number: this.#next++ })
    }
  }

  /** Numbers that a worker can forget, some of them. */
  forgotten(worker: number): readonly number[] {
    return this.#forgotten[worker]?.splice(0, MOST_FORGOTTEN) ?? []
  }

  find(kernel: Kernel): Entry | undefined {
    return this.#entries.get(kernel)
  }
}
