/**
 * The instructions of a program with the loop of each chosen by which of its operands are uniform in the current call.
 */
import type { Block, InstructionCode, Lane, Loop, Rounding } from './loop.js'
import type { Plan } from './plan.js'
import type { Values } from './values.js'

interface BoundStep<A> {
  readonly operands: readonly number[]
  readonly result: number
  readonly code: InstructionCode<A>
  readonly rounding: Rounding<A> | undefined
  /** The one of these that applies. */
  valuesLoop: Loop<A> | undefined
  wordsLoop: Loop<Int32Array> | undefined
  /** The values that the loop reads; unused positions repeat the first. */
  a: number
  b: number
  c: number
  d: number
  /** Positions of uniform operands that are spread into blocks first, as bits. */
  spreads: number
}

export class BoundSteps<A extends Block> {
  readonly #lane: Lane<A>
  readonly #values: Values<A>
  readonly #steps: BoundStep<A>[]
  readonly #leafCount: number
  /** Which leaves were uniform at the last binding. */
  readonly #pattern: boolean[] = []

  constructor(plan: Plan, lane: Lane<A>, values: Values<A>) {
    this.#lane = lane
    this.#values = values
    this.#leafCount = plan.leaves.length
    this.#steps = plan.steps.map(({ node, operands }, step) => ({
      operands,
      result: plan.leaves.length + plan.fixed.length + step,
      code: lane.codeFor(node),
      rounding: lane.roundingAfter(node),
      valuesLoop: undefined,
      wordsLoop: undefined,
      a: 0,
      b: 0,
      c: 0,
      d: 0,
      spreads: 0,
    }))
    for (const step of this.#steps) this.#bindStep(step)
    for (let leaf = 0; leaf < this.#leafCount; leaf++) this.#pattern.push(false)
  }

  /** Chooses the loops again if other leaves are uniform than last time. */
  bind(): void {
    const { uniform } = this.#values
    let changed = false
    for (let leaf = 0; leaf < this.#leafCount; leaf++) {
      if (uniform[leaf] === this.#pattern[leaf]) continue
      this.#pattern[leaf] = uniform[leaf]!
      changed = true
    }
    if (changed) for (const step of this.#steps) this.#bindStep(step)
  }

  #bindStep(step: BoundStep<A>): void {
    const { operands, code, result } = step
    const { uniform } = this.#values
    let mask = 0
    operands.forEach((value, position) => {
      if (uniform[value]) mask |= 1 << position
    })
    const all = mask === (1 << operands.length) - 1
    uniform[result] = all
    const special = !all && code.variants[mask] !== undefined
    step.valuesLoop = code.on === 'values' ? code.variants[special ? mask : 0] : undefined
    step.wordsLoop = code.on === 'words' ? code.variants[special ? mask : 0] : undefined
    step.spreads = special || all ? 0 : mask
    const reads = operands.map((value, position) =>
      step.spreads & (1 << position) ? this.#values.spreadFor(position) : value,
    )
    step.a = reads[0] ?? 0
    step.b = reads[1] ?? step.a
    step.c = reads[2] ?? step.a
    step.d = reads[3] ?? step.a
  }

  /** Runs all instructions over `n` elements. */
  run(n: number): void {
    const steps = this.#steps
    for (let step = 0; step < steps.length; step++) this.#runStep(steps[step]!, n)
  }

  #runStep(step: BoundStep<A>, n: number): void {
    const { arrays, words, at, uniform } = this.#values
    const { a, b, c, d, result } = step
    if (step.spreads !== 0) this.#spread(step, n)
    const count = uniform[result] ? 1 : n
    const to = at[result]!
    if (step.wordsLoop !== undefined) {
      step.wordsLoop(
        count,
        words[result]!,
        to,
        words[a]!,
        at[a]!,
        words[b]!,
        at[b]!,
        words[c]!,
        at[c]!,
        words[d]!,
        at[d]!,
      )
    } else if (step.valuesLoop !== undefined) {
      const block = arrays[result]!
      step.valuesLoop(
        count,
        block,
        to,
        arrays[a]!,
        at[a]!,
        arrays[b]!,
        at[b]!,
        arrays[c]!,
        at[c]!,
        arrays[d]!,
        at[d]!,
      )
    }
    if (step.rounding !== undefined) step.rounding(count, arrays[result]!, to)
  }

  #spread({ spreads, operands }: BoundStep<A>, n: number): void {
    const { arrays, at } = this.#values
    for (let position = 0; position < operands.length; position++) {
      if ((spreads & (1 << position)) === 0) continue
      const value = operands[position]!
      const block = arrays[this.#values.spreadFor(position)]!
      this.#lane.spread(n, block, 0, arrays[value]!, at[value]!)
    }
  }
}
