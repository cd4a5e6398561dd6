/** All cases of the kernel level: buffers, every kind of call, run and as prepared programs, and longer programs. */
import type { Capabilities } from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { alongAxisCases } from './along-axis.js'
import { bufferCases } from './buffers.js'
import { compositeCases } from './composite.js'
import { contractCases } from './contract.js'
import { mapFormCases } from './map-forms.js'
import { mapInstructionCases } from './map-instructions.js'
import { poolCases } from './pool.js'
import { asPrepared } from './prepared.js'
import { programCases } from './programs.js'
import { reduceCases } from './reduce.js'

const CALLS = [
  mapInstructionCases,
  mapFormCases,
  reduceCases,
  contractCases,
  poolCases,
  alongAxisCases,
  compositeCases,
]

export function kernelCases(capabilities: Capabilities): ConformanceCase[] {
  const calls = CALLS.flatMap((cases) => cases(capabilities))
  return [...bufferCases(capabilities), ...calls, ...calls.map(asPrepared), ...programCases(capabilities)]
}
