/** Not written yet. */

import type { Buffer, ContractCall, ProgramScalar } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planContract: Planner<ContractCall<Buffer, ProgramScalar>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
