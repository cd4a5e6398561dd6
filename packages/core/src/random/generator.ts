/**
 * Generators: where random numbers come from. A generator is a key and the number of draws made so far; the bits
 * themselves are computed on the device by Threefry-2x32 from key, draw and element number, so the same seed gives the
 * same bits on every backend.
 */
import { threefry2x32, ValueError } from '@nabla/backend'
import { noteChange, type Rewind } from '../engine/journal.js'
import { tracing, untraced } from '../engine/tracing.js'

/** A generator's whole state, as plain data for a checkpoint. */
export interface GeneratorState {
  readonly key: readonly [number, number]
  readonly draws: number
}

const WORD = 2 ** 32
/** Number of the draw that no tensor makes: it is for keys derived by `fold`. */
const LAST = WORD - 1

function requireWhole(operation: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new ValueError(operation, {
    expected: `a whole number from 0 to 2^53 - 1 as ${name}`,
    received: String(value),
    fix: 'pass for example 42',
  })
}

const wordsOf = (value: number): [number, number] => [Math.floor(value / WORD), value % WORD]

/**
 * A source of random numbers.
 *
 * @example
 * const generator = new Generator(42)
 * normal([2, 3], { generator })
 */
export class Generator {
  #key: readonly [number, number]
  #draws: number

  /** @param seed a whole number from 0; default: another one each time */
  constructor(seed?: number) {
    const key = (): [number, number] => wordsOf(seed ?? Math.floor(Math.random() * Number.MAX_SAFE_INTEGER))
    if (seed !== undefined) requireWhole('Generator', 'seed', seed)
    this.#key = key()
    this.#draws = 0
    tracing.current?.made(this)
    tracing.current?.effect(this, () => this.#set(key(), 0))
  }

  /** A generator that goes on from a state. */
  static from(state: GeneratorState): Generator {
    const generator = new Generator(0)
    generator.restore(state)
    return generator
  }

  /** The state, to go on from later. */
  state(): GeneratorState {
    return { key: [...this.#key], draws: this.#draws }
  }

  /** Goes on from a state. */
  restore({ key, draws }: GeneratorState): void {
    for (const word of key) requireWhole('Generator.restore', 'word of the key', word)
    requireWhole('Generator.restore', 'number of draws', draws)
    this.#note()
    this.#set(key, draws)
    tracing.current?.effect(this, () => this.#set(key, draws))
  }

  #set(key: readonly [number, number], draws: number): void {
    this.#key = [...key]
    this.#draws = draws
  }

  #note(): void {
    noteChange(this, () => this.#remember())
  }

  #remember(): Rewind {
    const before = this.state()
    return () => {
      const now = this.state()
      this.#set(before.key, before.draws)
      return () => this.#set(now.key, now.draws)
    }
  }

  /** @internal Key and number of the next draw: what a kernel takes besides the element number. */
  next(): readonly [key0: number, key1: number, draw: number] {
    this.#note()
    if (this.#draws >= LAST) {
      this.#key = threefry2x32(...this.#key, LAST, LAST)
      this.#draws = 0
    }
    const draw = this.#draws
    this.#draws += 1
    return [...this.#key, draw]
  }

  /**
   * Independent generators, for example one per worker; this one goes on after them.
   *
   * @example const [forData, forModel] = new Generator(1).split(2)
   */
  split(count: number): Generator[] {
    requireWhole('Generator.split', 'count', count)
    const generators = Array.from({ length: count }, () => new Generator(0))
    const deal = (): void => {
      const [key0, key1, draw] = this.next()
      // Element numbers from the end of the draw, which no tensor is large enough to reach.
      generators.forEach((each, i) => {
        each.#set(threefry2x32(key0, key1, LAST - i, draw), 0)
      })
    }
    deal()
    tracing.current?.effect(this, deal)
    return generators
  }

  /**
   * The generator that belongs to a number, for example to an epoch or a sample: the same for the same number, and
   * independent of the draws made.
   */
  fold(data: number): Generator {
    requireWhole('Generator.fold', 'data', data)
    const generator = new Generator(0)
    const derive = (): void => {
      const [key0, key1] = threefry2x32(...this.#key, LAST, LAST)
      generator.#set(threefry2x32(key0, key1, ...wordsOf(data)), 0)
    }
    derive()
    tracing.current?.effect(generator, derive)
    return generator
  }
}

let shared: Generator | undefined

/** The generator that is used where none is given. */
export function defaultGenerator(): Generator {
  shared ??= untraced(() => new Generator())
  return shared
}

/**
 * Starts the default generator again from a seed: what follows is the same each time.
 *
 * @example setSeed(42)
 */
export function setSeed(seed: number): void {
  defaultGenerator().restore(new Generator(seed).state())
}
