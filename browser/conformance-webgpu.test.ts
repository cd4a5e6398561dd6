/**
 * The conformance kit on the WebGPU backend in Chromium, whose adapter is software: all cases, eager and captured, on a device
 * with no more than the specification's defaults. On one with all that the adapter gives they run in Node, and in Chromium
 * through a worker (conformance-webgpu-worker.test.ts): compiling the shaders of the kit takes software minutes, so each way
 * to run it is gone once.
 */
import { conformanceCases } from '@nabla/conformance/core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium, startChromium } from './chromium.js'
import type { ConformanceReport } from './pages/conformance.js'
import type { Scripts } from './site.js'
import { STRICT_POLICY, visit } from './visit.js'

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

    test('all cases, with the minimum and under a policy without WebAssembly', TIMEOUT, async () => {
      const visits = await Promise.all(
        PARTS.map((dtypes, position) =>
          visit<ConformanceReport>(position === 0 ? browser() : other, {
            scripts,
            headers: STRICT_POLICY,
            parameters: { backend: 'webgpu-minimum', dtypes },
          }),
        ),
      )
      expect(visits.flatMap(({ errors }) => errors)).toEqual([])
      const reports = visits.map(({ report }) => report)
      expect(reports.flatMap(({ failures }) => failures)).toEqual([])
      const sum = (kind: 'eager' | 'captured') => reports.reduce((total, each) => total + each[kind], 0)
      expect(sum('captured')).toBeGreaterThan(1000)
      for (const { capabilities } of reports) {
        expect(capabilities.maximumViews).toBe(7)
        expect(sum('eager') + sum('captured')).toBe(conformanceCases(capabilities).length)
      }
    })
  },
  { webgpu: true },
)
