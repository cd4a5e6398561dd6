/**
 * How a reduction is cut: which invocations of a workgroup share a result, how many results a workgroup makes, and whether
 * the reduced elements are cut into slices that a second dispatch puts together.
 */
import type { DeviceFacts } from '../../plan/plan.js'

export interface ReduceShape {
  /** Results of a workgroup, and invocations that share one. */
  readonly across: number
  readonly along: number
  /** Whether neighbouring invocations take neighbouring elements of one result, or of neighbouring results. */
  readonly isAlongFirst: boolean
  readonly slices: number
  /** Units of work in a slice. */
  readonly slice: number
}

/** Invocations that keep a device busy. */
const BUSY: Readonly<Record<DeviceFacts['strength'], number>> = {
  software: 2 ** 9,
  modest: 2 ** 15,
  strong: 2 ** 18,
}

/** Units that an invocation should have at least before others are called in. */
const FEW = 4
/**
 * Units that an invocation must be spared by a second dispatch: it costs some 5 µs on any GPU, in which memory brings about
 * ten times what an invocation asks for at once.
 */
const SECOND_DISPATCH = 56
/** Units that one invocation may add up, where sums are rounded: see the blocks in the shader. */
const LONGEST_SUM = 512
/** Invocations beside each other that make good use of memory. */
const WIDTH = 32

const powerOf2From = (value: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, value)))

/** Invocations of a workgroup: a power of 2. */
export function invocationsOf(maximum: number): number {
  return Math.min(256, 2 ** Math.floor(Math.log2(maximum)))
}

/** Invocations that may share a result; where memory runs along the results, not all of a workgroup. */
export function mostAlong(kept: number, isOuter: boolean, invocations: number): number {
  return isOuter ? invocations / Math.min(WIDTH, powerOf2From(kept)) : invocations
}

export interface ReduceSizes {
  /** Results. */
  readonly kept: number
  /** Units of work for each result. */
  readonly units: number
  /** Whether memory runs along the results rather than along what is reduced. */
  readonly isOuter: boolean
  readonly isRounded: boolean
}

export function chooseShape(
  { kept, units, isOuter, isRounded }: ReduceSizes,
  { maximumInvocations, strength }: Pick<DeviceFacts, 'maximumInvocations' | 'strength'>,
): ReduceShape {
  const invocations = invocationsOf(maximumInvocations)
  const busy = BUSY[strength]
  // As many as have a few units each; more where results are few.
  const most = mostAlong(kept, isOuter, invocations)
  let along = isOuter ? 1 : Math.min(most, powerOf2From(units / (2 * FEW)))
  while (along < most && kept * along < busy && along * FEW < units) along *= 2
  const across = invocations / along
  const needed = isRounded ? Math.ceil(units / (along * LONGEST_SUM)) : 1
  const spare = Math.floor(busy / (Math.ceil(kept / across) * invocations))
  const steps = units / along
  const wished = Math.min(spare, Math.floor(steps / (FEW * 4)))
  const isWorth = steps - steps / wished >= SECOND_DISPATCH
  const slices = Math.max(1, needed, isWorth ? wished : 1)
  const slice = Math.ceil(units / slices / along) * along
  return { across, along, isAlongFirst: !isOuter, slices: slice === 0 ? 1 : Math.ceil(units / slice), slice }
}
