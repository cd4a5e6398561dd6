/**
 * The page that runs the conformance kit on the backend that its address names: all of it, or the part that is asked for.
 */
import type { Backend, Capabilities } from '@nabla/backend'
import { createWasmBackend } from '@nabla/backend-wasm'
import { createWebgpuBackend } from '@nabla/backend-webgpu'
import { type ConformanceCase, failuresOf, runConformance } from '@nabla/conformance/core'
import { createWorkerBackend } from 'nabla'
import { report } from './report.js'

/** What the page finds in its address. */
export interface ConformanceParameters extends Readonly<Record<string, string>> {
  /** A key of `BACKENDS`. */
  readonly backend: keyof typeof BACKENDS
  /** Only cases of these dtypes, separated by commas; nothing for all. */
  readonly dtypes: string
}

export interface ConformanceReport {
  readonly capabilities: Capabilities
  /** Whether the page may share memory between threads. */
  readonly isolated: boolean
  readonly eager: number
  readonly captured: number
  readonly failures: readonly string[]
}

const BACKENDS = {
  wasm: () => createWasmBackend(),
  'webgpu-minimum': () => createWebgpuBackend({ allowSoftware: true, limits: 'minimum' }),
  'worker:wasm': () => createWorkerBackend({ backend: 'wasm' }),
  'worker:webgpu': () => createWorkerBackend({ backend: 'webgpu', allowSoftware: true }),
} satisfies Record<string, () => Backend | Promise<Backend>>

function isBackend(name: string): name is keyof typeof BACKENDS {
  return Object.hasOwn(BACKENDS, name)
}

report(async (parameters): Promise<ConformanceReport> => {
  const [name, dtypes] = ['backend', 'dtypes'].map((key) => parameters.get(key) ?? '')
  if (name === undefined || !isBackend(name)) throw new Error(`there is no backend ${name} for this page`)
  const wanted = new Set(dtypes?.split(',').filter((dtype) => dtype !== ''))
  const only = ({ dtype }: ConformanceCase): boolean => wanted.size === 0 || wanted.has(dtype)
  const backend = await BACKENDS[name]()
  const results = await runConformance(backend, { only })
  const captured = results.filter(({ case: { aspect = '' } }) => aspect.includes('captured')).length
  return {
    capabilities: backend.capabilities,
    isolated: crossOriginIsolated,
    eager: results.length - captured,
    captured,
    failures: failuresOf(results),
  }
})
