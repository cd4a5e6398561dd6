/** Not written yet. */

import type { Buffer, MapCall, ProgramScalar } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planMap: Planner<MapCall<Buffer, ProgramScalar>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
