/**
 * The block of arguments that a kernel reads: 32-bit words in the order in which the host writes them, scalars after them.
 * The host and the emitter count along the same way.
 */
import { type Local, load, type Value } from '../assembler/index.js'
import type { Kit } from './kit.js'

/** Hands out the words of the block one after the other, as values in locals. */
export class ArgumentReader {
  readonly #kit: Kit
  readonly #args: Local<'i32'>
  #next = 0

  constructor(kit: Kit, args: Local<'i32'>) {
    this.#kit = kit
    this.#args = args
  }

  /** The next word. */
  word(): Local<'i32'> {
    const value = load('i32', this.#args, this.#next)
    this.#next += 4
    return this.#kit.f.let(value)
  }

  words(count: number): Value<'i32'>[] {
    return Array.from({ length: count }, () => this.word())
  }

  /** Where scalars begin: the next multiple of eight. */
  get scalars(): number {
    return Math.ceil(this.#next / 8) * 8
  }
}
