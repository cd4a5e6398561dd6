/**
 * The conformance kit on the wasm backend in Chromium, under a content security policy that allows no more than compiling
 * WebAssembly: all cases, eager and captured, on a page that may share memory between threads and on one that may not, and
 * through a worker.
 */
import { conformanceCases } from '@nabla/conformance/core'
import { beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium } from './chromium.js'
import type { ConformanceReport } from './pages/conformance.js'
import type { Scripts } from './site.js'
import { ISOLATION, POLICY, visit } from './visit.js'

/** Some 20 seconds where nothing else goes on. */
const TIMEOUT = { timeout: 300_000 }

const ISOLATED = { ...POLICY, ...ISOLATION }

const pages = [
  ['wasm', 'isolated from other origins', true, ISOLATED],
  ['wasm', 'not isolated', false, POLICY],
  ['worker:wasm', 'isolated from other origins', true, ISOLATED],
] as const

describeInChromium('conformance of wasm in Chromium', (browser) => {
  let scripts: Scripts
  beforeAll(async () => {
    scripts = await bundlePage('conformance')
  })

  test.each(pages)('%s on a page %s', TIMEOUT, async (backend, _, isolated, headers) => {
    const parameters = { backend }
    const { report, errors } = await visit<ConformanceReport>(browser(), { scripts, headers, parameters })
    expect(report).toMatchObject({ isolated, failures: [] })
    const { description } = report.capabilities
    if (backend === 'worker:wasm') expect(description).toMatch(/threads?, in a worker$/)
    expect(report.captured).toBeGreaterThan(1000)
    expect(report.eager + report.captured).toBe(conformanceCases(report.capabilities).length)
    expect(errors).toEqual([])
  })
})
