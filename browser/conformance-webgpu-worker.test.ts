/**
 * The conformance kit on the WebGPU backend in a worker in Chromium, whose adapter is software: all cases, eager and captured,
 * with every call of every kernel sent to the worker.
 */
import { conformanceCases } from '@nabla/conformance/core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium, startChromium } from './chromium.js'
import type { ConformanceReport } from './pages/conformance.js'
import { POLICY, visit } from './visit.js'

/** Mostly compiling of shaders, as without a worker. */
const TIMEOUT = { timeout: 1_800_000 }

/** A browser compiles one shader at a time, so two share the work; few shaders are of dtypes of both. */
const PARTS = ['float32,int32,bool', 'float16,uint32,uint8'] as const

describeInChromium(
  'conformance of webgpu in a worker in Chromium',
  (browser) => {
    let other: Browser
    beforeAll(async () => {
      other = await startChromium({ webgpu: true })
    })
    afterAll(() => other?.close())

    test('all cases, eager and captured', TIMEOUT, async () => {
      const scripts = await bundlePage('conformance')
      const visits = await Promise.all(
        PARTS.map((dtypes, position) =>
          visit<ConformanceReport>(position === 0 ? browser() : other, {
            scripts,
            headers: POLICY,
            parameters: { backend: 'worker:webgpu', dtypes },
          }),
        ),
      )
      expect(visits.flatMap(({ errors }) => errors)).toEqual([])
      const reports = visits.map(({ report }) => report)
      expect(reports.flatMap(({ failures }) => failures)).toEqual([])
      const sum = (kind: 'eager' | 'captured') => reports.reduce((total, each) => total + each[kind], 0)
      expect(sum('captured')).toBeGreaterThan(1000)
      for (const { capabilities } of reports) {
        expect(capabilities.description).toMatch(/, in a worker$/)
        expect(sum('eager') + sum('captured')).toBe(conformanceCases(capabilities).length)
      }
    })
  },
  { webgpu: true },
)
