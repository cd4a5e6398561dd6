/**
 * The conformance kit on the WebGPU backend in Chromium, whose adapter is software: all cases, eager and captured; and those
 * of kernels on a device with no more than the specification's defaults (all of them run on such a device in Node).
 */
import { conformanceCases } from '@nabla/conformance/core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium, startChromium } from './chromium.js'
import type { ConformanceReport } from './pages/conformance.js'
import type { Scripts } from './site.js'
import { POLICY, STRICT_POLICY, visit } from './visit.js'

/** Mostly compiling of shaders: two minutes where nothing else goes on. */
const TIMEOUT = { timeout: 900_000 }

/** A browser compiles one shader at a time, so two share the work; few shaders are of dtypes of both. */
const PARTS = ['float32,int32,bool', 'float16,uint32,uint8'] as const

describeInChromium(
  'conformance of webgpu in Chromium',
  (browser) => {
    let scripts: Scripts
    let other: Browser
    beforeAll(async () => {
      scripts = await bundlePage('conformance')
      other = await startChromium({ webgpu: true })
    })
    afterAll(() => other?.close())

    test('with all that the adapter gives', TIMEOUT, async () => {
      const visits = await Promise.all(
        PARTS.map((dtypes, position) =>
          visit<ConformanceReport>(position === 0 ? browser() : other, {
            scripts,
            headers: POLICY,
            parameters: { backend: 'webgpu', dtypes },
          }),
        ),
      )
      expect(visits.flatMap(({ errors }) => errors)).toEqual([])
      const reports = visits.map(({ report }) => report)
      expect(reports.flatMap(({ failures }) => failures)).toEqual([])
      const sum = (kind: 'eager' | 'captured') => reports.reduce((total, each) => total + each[kind], 0)
      expect(sum('captured')).toBeGreaterThan(1000)
      for (const { capabilities } of reports) {
        expect(sum('eager') + sum('captured')).toBe(conformanceCases(capabilities).length)
      }
    })

    test('kernels, with the minimum and under a policy without WebAssembly', TIMEOUT, async () => {
      const { report, errors } = await visit<ConformanceReport>(browser(), {
        scripts,
        headers: STRICT_POLICY,
        parameters: { backend: 'webgpu-minimum', dtypes: 'float32', level: 'kernel' },
      })
      expect(errors).toEqual([])
      expect(report).toMatchObject({ failures: [], capabilities: { maximumViews: 7 } })
      expect(report.eager).toBeGreaterThan(50)
      expect(report.captured).toBeGreaterThan(50)
    })
  },
  { webgpu: true },
)
