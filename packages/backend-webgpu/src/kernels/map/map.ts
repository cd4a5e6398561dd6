/** Maps: every position of a shape, every expression there. */
import { type MapCall, type ProgramScalar, sizeOf } from '@nabla/backend'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { isCrowdedMap, spreadMap } from '../crowded.js'
import type { Memory } from '../memory.js'
import { planElementwise } from './elementwise.js'
import { mapProblem } from './problem.js'
import { planTransposed, transpositionOf } from './transposed.js'

function planFitting(call: MapCall<Memory, ProgramScalar>, facts: DeviceFacts): Dispatch {
  const problem = mapProblem(call)
  const transposition = transpositionOf(problem, facts)
  return transposition === undefined
    ? planElementwise(problem, facts)
    : planTransposed(problem, transposition, facts)
}

/** A map over any memory. */
export function planMap(call: MapCall<Memory, ProgramScalar>, facts: DeviceFacts): readonly Dispatch[] {
  if (sizeOf(call.shape) === 0) return []
  if (!isCrowdedMap(call, facts)) return [planFitting(call, facts)]
  return spreadMap(call, facts).map((each) => planFitting(each, facts))
}
