/** All cases of the kernel level. */
import type { Capabilities } from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { alongAxisCases } from './along-axis.js'
import { contractCases } from './contract.js'
import { mapFormCases } from './map-forms.js'
import { mapInstructionCases } from './map-instructions.js'
import { poolCases } from './pool.js'
import { reduceCases } from './reduce.js'

export function kernelCases(capabilities: Capabilities): ConformanceCase[] {
  return [mapInstructionCases, mapFormCases, reduceCases, contractCases, poolCases, alongAxisCases].flatMap((cases) =>
    cases(capabilities),
  )
}
