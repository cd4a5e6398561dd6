/**
 * Faults that shaders report, such as an index out of range: the number of the call and a value, in two words that are
 * looked at, and cleared, with every read.
 */
import type { NablaError } from '@nabla/backend'
import { deviceError, type Failures } from './failures.js'

/** Bytes of what shaders write. */
export const FAULT_BYTES = 8

interface Known {
  readonly explain: (value: number) => NablaError
  /** The date of the call; `undefined` for one that is run again and again. */
  readonly date: number | undefined
}

export class Faults {
  readonly #failures: Failures
  readonly #known = new Map<number, Known>()
  /** Codes that nothing reports any more after the commands that were encoded so far. */
  #retired: number[] = []
  #lastCode = 0
  /** The date of the last look. */
  #looked = 0

  constructor(failures: Failures) {
    this.#failures = failures
  }

  /** Whether anything could have been reported since the last look. */
  get isPossible(): boolean {
    return this.#known.size > 0
  }

  /** The code of a call that runs once. */
  once(explain: Known['explain'], date: number): number {
    const code = this.#add({ explain, date })
    this.#retired.push(code)
    return code
  }

  /** The code of a call that runs until it is retired. */
  always(explain: Known['explain']): number {
    return this.#add({ explain, date: undefined })
  }

  retire(codes: readonly number[]): void {
    this.#retired.push(...codes)
  }

  #add(known: Known): number {
    this.#lastCode = (this.#lastCode + 1) >>> 0 || 1
    this.#known.set(this.#lastCode, known)
    return this.#lastCode
  }

  /** Begins a look: the two words are copied behind all that is encoded. Returns what to do with them. */
  look(): (code: number, value: number) => void {
    const since = this.#looked + 1
    this.#looked = this.#failures.date
    const retired = this.#retired
    this.#retired = []
    return (code, value) => {
      const known = this.#known.get(code)
      for (const each of retired) this.#known.delete(each)
      if (code === 0) return
      const unknown = { filter: 'internal', message: `unknown fault ${code}, ${value}` } as const
      this.#failures.latch(known?.date ?? since, known?.explain(value) ?? deviceError('webgpu', unknown))
    }
  }
}
