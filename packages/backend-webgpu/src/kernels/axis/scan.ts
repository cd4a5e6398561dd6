/** Not written yet. */

import type { Buffer, ScanCall } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'

export const planScan: Planner<ScanCall<Buffer>> = (call): KernelPlan => {
  throw new Error(`webgpu: ${call.kind} is not written yet`)
}
