/** What a planner may know of the least device that WebGPU allows for. */
import type { DeviceFacts } from '../plan/plan.js'

export const PORTABLE: DeviceFacts = {
  maximumInvocations: 256,
  workgroupBytes: 16_384,
  maximumStorageBuffers: 8,
  maximumGroups: 65_535,
  float16: false,
  subgroups: undefined,
  strength: 'modest',
}
