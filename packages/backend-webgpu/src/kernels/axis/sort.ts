/** Not written yet. */

import type { Buffer, SortCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planSort: Planner<SortCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
