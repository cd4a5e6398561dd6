/**
 * The whole conformance kit on the WebGPU backend in Chromium, whose adapter is software: all cases, eager and captured, in one
 * of the ways in which the backend can be had there.
 */
import type { Capabilities } from '@nabla/backend'
import { conformanceCases } from '@nabla/conformance/core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundlePage } from './bundle.js'
import { describeInChromium, startChromium } from './chromium.js'
import type { ConformanceParameters, ConformanceReport } from './pages/conformance.js'
import type { Scripts } from './site.js'
import { visit } from './visit.js'

/** Mostly compiling of shaders: two minutes where nothing else goes on, several beside other tests. */
const TIMEOUT = { timeout: 1_800_000 }

/** A browser compiles one shader at a time, so two share the work; few shaders are of dtypes of both. */
const PARTS = ['float32,int32,bool', 'float16,uint32,uint8'] as const

interface Way {
  readonly backend: ConformanceParameters['backend']
  /** What the page is served with. */
  readonly headers: Readonly<Record<string, string>>
  /** By what it is seen that the backend is the one that was meant. */
  readonly expectIt: (capabilities: Capabilities) => void
}

export function describeKitOnWebgpu(name: string, { backend, headers, expectIt }: Way): void {
  describeInChromium(
    name,
    (browser) => {
      let scripts: Scripts
      let other: Browser
      beforeAll(async () => {
        scripts = await bundlePage('conformance')
        other = await startChromium({ webgpu: true })
      })
      afterAll(() => other?.close())

      test('all cases, eager and captured', TIMEOUT, async () => {
        const visits = await Promise.all(
          PARTS.map((dtypes, position) =>
            visit<ConformanceReport>(position === 0 ? browser() : other, {
              scripts,
              headers,
              parameters: { backend, dtypes },
            }),
          ),
        )
        expect(visits.flatMap(({ errors }) => errors)).toEqual([])
        const reports = visits.map(({ report }) => report)
        expect(reports.flatMap(({ failures }) => failures)).toEqual([])
        const sum = (kind: 'eager' | 'captured') => reports.reduce((total, each) => total + each[kind], 0)
        expect(sum('captured')).toBeGreaterThan(1000)
        for (const { capabilities } of reports) {
          expectIt(capabilities)
          expect(sum('eager') + sum('captured')).toBe(conformanceCases(capabilities).length)
        }
      })
    },
    { webgpu: true },
  )
}
