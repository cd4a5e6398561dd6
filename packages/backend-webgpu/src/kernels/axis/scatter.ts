/** Not written yet. */

import type { Buffer, ScatterCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planScatter: Planner<ScatterCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
