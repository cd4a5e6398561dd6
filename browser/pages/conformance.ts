/**
 * The page that runs the conformance kit, all of it, on the backend that its address names.
 */
import { conformanceCases, failuresOf, runConformance } from '@nabla/conformance/core'
import { configure } from 'nabla'
import { report } from './report.js'

export interface ConformanceReport {
  readonly name: string
  readonly description: string
  /** How many cases its capabilities call for. */
  readonly cases: number
  /** Whether the page may share memory between threads. */
  readonly isolated: boolean
  readonly eager: number
  readonly captured: number
  readonly failures: readonly string[]
}

report(async (parameters): Promise<ConformanceReport> => {
  const { backend } = await configure({ backend: parameters.get('backend') ?? 'auto' })
  const { name, capabilities } = backend
  const cases = conformanceCases(capabilities).length
  const results = await runConformance(backend)
  const captured = results.filter(({ case: { aspect = '' } }) => aspect.includes('captured')).length
  return {
    name,
    description: capabilities.description,
    cases,
    isolated: crossOriginIsolated,
    eager: results.length - captured,
    captured,
    failures: failuresOf(results),
  }
})
