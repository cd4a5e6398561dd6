/**
 * A program that trains on wasm or WebGPU, bundled from the built packages by each of the usual bundlers, runs in Chromium, on as many
 * threads as its page and its bundler let it have, and says from the start how many these are. Not among the tests, which
 * need no build: `pnpm check` runs it after its own.
 */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import type { Scripts } from '../site.js'
import { ISOLATION, POLICY, visit } from '../visit.js'
import { BUNDLERS, type Bundle, withEsbuildBeside, withEsbuildSplitting, withRollup } from './bundlers.js'
import { makeProject, type Project } from './project.js'

type Program = Parameters<Project['entry']>[0]

interface Report {
  readonly backend: string
  /** Before and after the training. */
  readonly threads: number
  readonly threadsAfterwards: number
  readonly description: string
  readonly losses: readonly number[]
}

/** What is said where a bundler doesn't see that there is a worker. */
const NO_FILE = /one thread \(a worker failed: its file could not be loaded.*option workerUrl\)/

/** By the bundler: what programs get that do nothing for it. */
const THREADS = { esbuild: 1, Vite: 2, Rollup: 1, webpack: 2 } as const

/** Ways to get threads from bundlers that make no file by themselves. */
const WAYS: Readonly<Record<string, readonly [Bundle, Program]>> = {
  'esbuild, the worker as an entry': [withEsbuildBeside, 'program'],
  'esbuild, the worker imported, with splitting': [withEsbuildSplitting, 'program-with-worker'],
  'Rollup, the worker imported': [withRollup, 'program-with-worker'],
}

const names = Object.keys(BUNDLERS) as (keyof typeof BUNDLERS)[]

let project: Project | undefined
const made = new Map<string, Promise<Scripts>>()
afterAll(() => project?.[Symbol.dispose]())

/** What a bundler makes of a program, the first time that it is asked. */
function scriptsOf(name: string, bundle: Bundle, program: Program = 'program'): Promise<Scripts> {
  project ??= makeProject()
  const { folder } = project
  const scripts = made.get(name) ?? bundle({ folder, entry: project.entry(program), out: join(folder, name) })
  made.set(name, scripts)
  return scripts
}

function expectTrained({ backend, losses }: Report, expected = 'wasm'): void {
  expect(backend).toBe(expected)
  expect(losses).toHaveLength(4)
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8)
}

describeInChromium('bundles', (browser) => {
  test.each(names)('made by %s run', async (name) => {
    const scripts = await scriptsOf(name, BUNDLERS[name])
    const { report, errors } = await visit<Report>(browser(), { scripts, headers: POLICY })
    expect(errors).toEqual([])
    expectTrained(report)
    expect(report.description).toMatch(/one thread \(.*not cross-origin isolated/)

    const isolated = { scripts, headers: { ...POLICY, ...ISOLATION } }
    const { report: other, errors: found } = await visit<Report>(browser(), isolated)
    expectTrained(other)
    expect(other).toMatchObject({ threads: THREADS[name], threadsAfterwards: THREADS[name] })
    expect(other.description).toMatch(THREADS[name] === 2 ? /, 2 threads$/ : NO_FILE)
    expect(found).toEqual([])
    // Threads change no result.
    expect(other.losses).toEqual(report.losses)
  })

  test.each(Object.entries(WAYS))('%s: with threads', async (name, [bundle, program]) => {
    const scripts = await scriptsOf(name, bundle, program)
    const headers = { ...POLICY, ...ISOLATION }
    const { report, errors } = await visit<Report>(browser(), { scripts, headers })
    expectTrained(report)
    expect(report.threadsAfterwards).toBe(2)
    expect(errors).toEqual([])
  })

  test('no bundle says where it was made', async () => {
    for (const name of names) {
      const { files } = await scriptsOf(name, BUNDLERS[name])
      for (const text of files.values()) expect(text).not.toContain(project?.folder)
    }
  })
})

describeInChromium(
  'bundles that train on webgpu',
  (browser) => {
    test.each(names)('made by %s run', async (name) => {
      const scripts = await scriptsOf(name, BUNDLERS[name])
      const parameters = { backend: 'webgpu' }
      const { report, errors } = await visit<Report>(browser(), { scripts, headers: POLICY, parameters })
      expect(errors).toEqual([])
      expectTrained(report, 'webgpu')
    })
  },
  { webgpu: true },
)
