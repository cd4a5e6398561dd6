/** Not written yet. */

import type { Buffer, ProgramScalar, ReduceCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planReduce: Planner<ReduceCall<Buffer, ProgramScalar>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
