/**
 * Putting a dispatch together: each buffer is bound once however many views it has (WebGPU forbids a buffer that is both
 * read and written under two bindings), and numbers become words of the uniform buffer.
 */
import type { Buffer, DType, NablaError, ProgramScalar } from '@nabla/backend'
import { bitsOf } from '../wgsl/bits.js'
import { FIRST_WORD } from '../wgsl/module.js'
import type { Binding, Dispatch, Place, ScalarWord, Shader } from './plan.js'

type Identity = Buffer | Place

const FAULTS: Place = { kind: 'faults' }

export class DispatchBuilder {
  readonly #label: string
  readonly #bindings: { place: Place; element: string; access: Binding['access'] }[] = []
  readonly #numbers = new Map<Identity, number>()
  readonly #words: number[] = []
  readonly #scalars: ScalarWord[] = []
  #fault: Dispatch['fault']

  constructor(label: string) {
    this.#label = label
  }

  #bind(identity: Identity, place: Place, element: string, access: Binding['access']): number {
    const known = this.#numbers.get(identity)
    const binding = known === undefined ? undefined : this.#bindings[known]
    if (known === undefined || binding === undefined) {
      this.#numbers.set(identity, this.#bindings.length)
      return this.#bindings.push({ place, element, access }) - 1
    }
    if (binding.element !== element) {
      throw new TypeError(`${this.#label}: one buffer as ${binding.element} and as ${element}`)
    }
    if (access === 'read_write') binding.access = access
    return known
  }

  /** The number `n` of the variable `bn` that holds a buffer. */
  buffer(buffer: Buffer, element: string, access: Binding['access']): number {
    return this.#bind(buffer, { kind: 'buffer', buffer }, element, access)
  }

  /** The same for memory of the plan's own, which later dispatches of the plan may bind again. */
  scratch(scratch: Place & { kind: 'scratch' }, element: string, access: Binding['access']): number {
    return this.#bind(scratch, scratch, element, access)
  }

  /** The same for the words in which the shader reports a bad index; see `reportFault` in wgsl/module.ts. */
  faults(fault: (value: number) => NablaError): number {
    this.#fault = fault
    return this.#bind(FAULTS, FAULTS, 'atomic<u32>', 'read_write')
  }

  /** Adds an integer, signed or not; returns the position of its word, for `wordText`. */
  integer(value: number): number {
    return this.#words.push(value >>> 0) - 1 + FIRST_WORD
  }

  integers(values: readonly number[]): number {
    const first = this.#words.length + FIRST_WORD
    for (const value of values) this.#words.push(value >>> 0)
    return first
  }

  /** Adds a scalar of the call in the type in which its expression uses it; float16 as the bits of a float32. */
  scalar(value: ProgramScalar, dtype: DType): number {
    const word = this.#words.length + FIRST_WORD
    if (typeof value === 'number') this.#words.push(bitsOf(value, dtype))
    else {
      this.#scalars.push({ word, slot: value.slot, dtype })
      this.#words.push(0)
    }
    return word
  }

  build(shader: Shader, groups: number): Dispatch {
    return {
      label: this.#label,
      shader,
      bindings: this.#bindings,
      words: this.#words,
      scalars: this.#scalars,
      groups,
      ...(this.#fault && { fault: this.#fault }),
    }
  }
}
