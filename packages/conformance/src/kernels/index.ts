/** All cases of the kernel level. */
import type { Capabilities } from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { alongAxisCases } from './along-axis.js'
import { bufferCases } from './buffers.js'
import { compositeCases } from './composite.js'
import { contractCases } from './contract.js'
import { mapFormCases } from './map-forms.js'
import { mapInstructionCases } from './map-instructions.js'
import { poolCases } from './pool.js'
import { programCases } from './programs.js'
import { reduceCases } from './reduce.js'

const KERNEL_CASES = [
  bufferCases,
  mapInstructionCases,
  mapFormCases,
  reduceCases,
  contractCases,
  poolCases,
  alongAxisCases,
  compositeCases,
  programCases,
]

export function kernelCases(capabilities: Capabilities): ConformanceCase[] {
  return KERNEL_CASES.flatMap((cases) => cases(capabilities))
}
