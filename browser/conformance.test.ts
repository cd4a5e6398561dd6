/**
 * The conformance kit in Chromium, under a content security policy that allows no more than compiling WebAssembly: all
 * cases, eager and captured, for each backend, on a page that may share memory between threads and on one that may not.
 */
import { beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium } from './chromium.js'
import type { ConformanceReport } from './pages/conformance.js'
import type { Scripts } from './site.js'
import { ISOLATION, POLICY, visit } from './visit.js'

/** Some 20 seconds where nothing else goes on. */
const TIMEOUT = { timeout: 300_000 }

const ISOLATED = ['isolated from other origins', true, { ...POLICY, ...ISOLATION }] as const
const PLAIN = ['not isolated', false, POLICY] as const

const pages = [
  ['wasm', 'wasm', ...ISOLATED],
  ['wasm', 'wasm', ...PLAIN],
  ['worker:wasm', 'worker(wasm)', ...ISOLATED],
] as const

describeInChromium('conformance in Chromium', (browser) => {
  let scripts: Scripts
  beforeAll(async () => {
    scripts = await bundlePage('conformance')
  })

  test.each(pages)('of %s (%s) on a page %s', TIMEOUT, async (backend, name, _, isolated, headers) => {
    const parameters = { backend }
    const { report, errors } = await visit<ConformanceReport>(browser(), { scripts, headers, parameters })
    expect(report).toMatchObject({ name, isolated, failures: [] })
    if (backend.startsWith('worker:')) expect(report.description).toMatch(/, in a worker$/)
    expect(report.captured).toBeGreaterThan(1000)
    expect(report.eager + report.captured).toBe(report.cases)
    expect(errors).toEqual([])
  })
})
