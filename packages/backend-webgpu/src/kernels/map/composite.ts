/** Not written yet. */

import type { Buffer, CompositeCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planComposite: Planner<CompositeCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
