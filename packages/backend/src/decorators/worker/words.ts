/**
 * Words: what the operations of a batch are on the wire, numbers in one float64 array, since writing them takes a tenth of
 * the time in which the platform copies a kernel call as an object.
 */
import { DTYPES, type DType } from '../../dtype.js'

/** Words that fit at first; what needs more makes room, and too much of it is not kept. */
const INITIAL_WORDS = 4096
const MOST_KEPT_WORDS = 2 ** 17

export class WordWriter {
  #words = new Float64Array(INITIAL_WORDS)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(word: number): void {
    if (this.#length === this.#words.length) this.#grow()
    this.#words[this.#length++] = word
  }

  /** How many there are, and each. */
  list(values: ArrayLike<number>): void {
    this.push(values.length)
    for (let i = 0; i < values.length; i++) this.push(values[i] as number)
  }

  dtype(dtype: DType): void {
    this.push(DTYPES.indexOf(dtype))
  }

  /** Changes a word that was written before. */
  set(position: number, word: number): void {
    this.#words[position] = word
  }

  /** Takes back everything from a position on. */
  rewind(position: number): void {
    this.#length = position
  }

  /** What was written, as an array of its own; starts anew. */
  take(): Float64Array<ArrayBuffer> {
    const taken = this.#words.slice(0, this.#length)
    this.#length = 0
    if (this.#words.length > MOST_KEPT_WORDS) this.#words = new Float64Array(INITIAL_WORDS)
    return taken
  }

  #grow(): void {
    const words = new Float64Array(2 * this.#words.length)
    words.set(this.#words)
    this.#words = words
  }
}

export class WordReader {
  position = 0

  constructor(private readonly words: Float64Array) {}

  get isAtEnd(): boolean {
    return this.position >= this.words.length
  }

  next(): number {
    return this.words[this.position++] ?? Number.NaN
  }

  list(): number[] {
    const length = this.next()
    const values = new Array<number>(length)
    for (let i = 0; i < length; i++) values[i] = this.next()
    return values
  }

  dtype(): DType {
    return oneOf(DTYPES, this.next())
  }
}

/** The member of a closed set that stands at a place. */
export function oneOf<T extends string>(names: readonly T[], place: number): T {
  const name = names[place]
  if (name === undefined)
    throw new RangeError(
      `worker: there is no ${place} among ${names.join(', ')}; both sides must have one version`,
    )
  return name
}
