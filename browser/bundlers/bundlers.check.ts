/**
 * A program that trains on wasm, bundled from the built packages by each of the usual bundlers, runs in Chromium. Not among
 * the tests, which need no build: `pnpm check` runs it after its own.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import { POLICY, visit } from '../visit.js'
import { BUNDLERS } from './bundlers.js'
import { makeProject, type Project } from './project.js'

interface Report {
  readonly backend: string
  readonly losses: readonly number[]
}

describeInChromium('bundles', (browser) => {
  let project: Project
  beforeAll(() => {
    project = makeProject()
  })
  afterAll(() => project[Symbol.dispose]())

  test.each(Object.entries(BUNDLERS))('made by %s run', async (name, bundle) => {
    const scripts = await bundle(project, join(project.folder, `dist-${name}`))
    const { report, errors } = await visit<Report>(browser(), { scripts, headers: POLICY })
    expect(errors).toEqual([])
    expect(report.backend).toBe('wasm')
    expect(report.losses).toHaveLength(4)
    expect(report.losses.at(-1)).toBeLessThan((report.losses[0] ?? 0) * 0.8)
  })
})
