/** Not written yet. */

import type { Buffer, GatherCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planGather: Planner<GatherCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
