/**
 * The page that runs the conformance kit, all of it, on the wasm backend.
 */
import { createWasmBackend } from '@nabla/backend-wasm'
import { failuresOf, runConformance } from '@nabla/conformance/core'
import { report } from './report.js'

export interface ConformanceReport {
  readonly backend: string
  /** Whether the page may share memory between threads. */
  readonly isolated: boolean
  readonly eager: number
  readonly captured: number
  readonly failures: readonly string[]
}

report(async (): Promise<ConformanceReport> => {
  const backend = createWasmBackend()
  const results = await runConformance(backend)
  const captured = results.filter(({ case: { aspect = '' } }) => aspect.includes('captured')).length
  return {
    backend: backend.capabilities.description,
    isolated: crossOriginIsolated,
    eager: results.length - captured,
    captured,
    failures: failuresOf(results),
  }
})
