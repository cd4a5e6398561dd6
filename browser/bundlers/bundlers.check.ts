/**
 * A program that trains on wasm and on WebGPU, bundled from the built packages by each of the usual bundlers, runs in
 * Chromium. Not among the tests, which need no build: `pnpm check` runs it after its own.
 */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import type { Scripts } from '../site.js'
import { POLICY, visit } from '../visit.js'
import { BUNDLERS } from './bundlers.js'
import { makeProject, type Project } from './project.js'

interface Report {
  readonly backend: string
  readonly losses: readonly number[]
}

let project: Project | undefined
const bundles = new Map<string, Promise<Scripts>>()
afterAll(() => project?.[Symbol.dispose]())

/** What a bundler makes of the program, the first time that it is asked. */
function bundleOf(name: string): Promise<Scripts> {
  project ??= makeProject()
  const made = bundles.get(name) ?? BUNDLERS[name]?.(project, join(project.folder, `dist-${name}`))
  if (made === undefined) throw new Error(`there is no bundler ${name}`)
  bundles.set(name, made)
  return made
}

for (const backend of ['wasm', 'webgpu']) {
  describeInChromium(
    `bundles that train on ${backend}`,
    (browser) => {
      test.each(Object.keys(BUNDLERS))('made by %s run', async (name) => {
        const scripts = await bundleOf(name)
        const { report, errors } = await visit<Report>(browser(), {
          scripts,
          headers: POLICY,
          parameters: { backend },
        })
        expect(errors).toEqual([])
        expect(report.backend).toBe(backend)
        expect(report.losses).toHaveLength(4)
        expect(report.losses.at(-1)).toBeLessThan((report.losses[0] ?? 0) * 0.8)
      })
    },
    { webgpu: backend === 'webgpu' },
  )
}
