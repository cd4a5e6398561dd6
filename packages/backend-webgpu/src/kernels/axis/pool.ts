/** Not written yet. */

import type { Buffer, PoolCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planPool: Planner<PoolCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
