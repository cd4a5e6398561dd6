/** Maps: every position of a shape, every expression there. */
import { type Buffer, type MapCall, type ProgramScalar, sizeOf } from '@nabla/backend'
import type { Planner } from '../../plan/plan.js'
import { planElementwise } from './elementwise.js'
import { mapProblem } from './problem.js'

export const planMap: Planner<MapCall<Buffer, ProgramScalar>> = (call, facts) => {
  if (sizeOf(call.shape) === 0) return []
  return [planElementwise(mapProblem(call), facts)]
}
