/**
 * Joins programs and folds: takes the block that a program has just computed, in whichever lane, to the fold.
 */
import type { AnyProgram } from '../map/programs.js'
import { BLOCK } from '../nest.js'
import { type Extremes, foldExtremes } from './arg.js'
import type { Fold, Folding } from './folding.js'

export interface BlockFold {
  /** Whether it wants positions. */
  readonly positions: boolean
  /** Folds `n` elements from element `from` of the current tile into the accumulators at `at`, `at + atStep` … */
  run(at: number, atStep: number, from: number, n: number, position: number, positionStep: number): void
}

function runFold<A>(
  fold: Fold<A>,
  into: Float64Array,
  at: number,
  atStep: number,
  block: A,
  from: number,
  step: number,
  n: number,
): void {
  if (atStep === 0) fold.row(into, at, block, from, step, n)
  else fold.columns(into, at, atStep, block, from, step, n)
}

/** The elements of a program's current tile as a wide block. */
function widener(program: AnyProgram): (from: number, n: number) => { block: Float64Array; from: number; step: number } {
  const value = program.plan.results[0] as number
  const widened = new Float64Array(BLOCK)
  return (from, n) => {
    const block = program.values.arrays[value] as Float32Array | Float64Array
    const step = program.values.uniform[value] ? 0 : 1
    const start = (program.values.at[value] as number) + from * step
    if (block instanceof Float64Array) return { block, from: start, step }
    const count = step === 0 ? 1 : n
    for (let p = 0; p < count; p++) widened[p] = block[start + p]!
    return { block: widened, from: 0, step }
  }
}

export function foldValues(program: AnyProgram, { narrow, wide }: Folding, into: Float64Array): BlockFold {
  const value = program.plan.results[0] as number
  const widen = widener(program)
  return {
    positions: false,
    run(at, atStep, from, n) {
      const block = program.values.arrays[value] as Float32Array | Float64Array
      if (narrow !== undefined && block instanceof Float32Array) {
        const step = program.values.uniform[value] ? 0 : 1
        runFold(narrow, into, at, atStep, block, (program.values.at[value] as number) + from * step, step, n)
      } else {
        const wideBlock = widen(from, n)
        runFold(wide, into, at, atStep, wideBlock.block, wideBlock.from, wideBlock.step, n)
      }
    },
  }
}

export function foldExtremesOf(program: AnyProgram, extremes: Extremes): BlockFold {
  const widen = widener(program)
  return {
    positions: true,
    run(at, atStep, from, n, position, positionStep) {
      const { block, from: start, step } = widen(from, n)
      foldExtremes(extremes, at, atStep, block, start, step, position, positionStep, n)
    },
  }
}
