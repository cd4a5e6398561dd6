/**
 * Where the values of a program are: each in an array from some position on, either a scratch block of its own or
 * borrowed memory of a buffer. A uniform value is one element that stands for the whole tile.
 */
import { roundToType } from '@nabla/backend'
import type { Storage } from '../buffer.js'
import type { Block, Lane, ScratchBlock } from './loop.js'
import type { Plan } from './plan.js'

/** Blocks into which uniform operands are spread, one per operand position. */
export const SPREADS = 4

export class Values<A extends Block> {
  readonly arrays: A[] = []
  /** The same memory as 32-bit words, for those values that instructions want that way. */
  readonly words: Int32Array[] = []
  readonly at: number[] = []
  readonly uniform: boolean[] = []
  readonly #own: ScratchBlock<A>[] = []
  readonly #wordsWanted: boolean[] = []

  constructor(plan: Plan, lane: Lane<A>, scratch: (position: number) => ScratchBlock<A>) {
    const { leaves, fixed, steps, registers } = plan
    const constants = lane.createScratch(Math.max(1, fixed.length))
    leaves.forEach((_, leaf) => {
      this.#add(scratch(registers + SPREADS + leaf), 0, false)
    })
    fixed.forEach((node, position) => {
      this.#add(constants, position, true)
      if (node.kind === 'constant') constants.values[position] = roundToType(node.value, node.dtype)
    })
    for (const step of steps) this.#add(scratch(step.register), 0, false)
    for (let spread = 0; spread < SPREADS; spread++) this.#add(scratch(registers + spread), 0, false)
    steps.forEach(({ node, operands }, step) => {
      if (lane.codeFor(node).on !== 'words') return
      for (const value of [...operands, leaves.length + fixed.length + step]) this.#wordsWanted[value] = true
    })
  }

  /** The value into which the uniform operand at a position is spread. */
  spreadFor(position: number): number {
    return this.arrays.length - SPREADS + position
  }

  /** Puts a value into its own scratch block. */
  own(value: number): void {
    const block = this.#own[value]!
    this.arrays[value] = block.values
    this.words[value] = block.words
    this.at[value] = 0
  }

  /** Puts a value into the memory of a buffer, which the lane sees as `native`. */
  borrow(value: number, native: A, storage: Storage): void {
    this.arrays[value] = native
    if (this.#wordsWanted[value]) this.words[value] = storage.words
  }

  #add(block: ScratchBlock<A>, at: number, uniform: boolean): void {
    this.arrays.push(block.values)
    this.words.push(block.words)
    this.at.push(at)
    this.uniform.push(uniform)
    this.#own.push(block)
    this.#wordsWanted.push(false)
  }
}
