/**
 * The same program on a backend in a worker, which has threads in workers of its own: bundled from the built packages by each
 * of the usual bundlers, in Chromium; and in Node, without a bundler.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium } from '../chromium.js'
import type { Scripts } from '../site.js'
import { ISOLATION, POLICY, visit } from '../visit.js'
import { BUNDLERS, type Bundle, withEsbuildInWorker, withEsbuildSplitting, withRollup } from './bundlers.js'
import { makeProject, type Project } from './project.js'

interface Report {
  readonly backend: string
  readonly threadsAfterwards: number
  readonly losses: readonly number[]
}

let project: Project
beforeAll(() => {
  project = makeProject()
})
afterAll(() => project[Symbol.dispose]())

type Program = Parameters<Project['entry']>[0]

/** Characters that neither chunks nor the worker of threads have. */
const LARGE = 250_000

/** How a bundler gets a worker, of which program, and how many threads that has; none where its file is missing. */
const WAYS: Readonly<Record<string, readonly [Bundle, Program, number]>> = {
  Vite: [BUNDLERS.Vite, 'program', 2],
  webpack: [BUNDLERS.webpack, 'program', 2],
  'esbuild, the workers as entries': [withEsbuildInWorker, 'program', 2],
  // They make no file of the worker that has threads.
  'esbuild, the worker imported, with splitting': [withEsbuildSplitting, 'program-in-worker', 1],
  'Rollup, the worker imported': [withRollup, 'program-in-worker', 1],
  esbuild: [BUNDLERS.esbuild, 'program', 0],
  Rollup: [BUNDLERS.Rollup, 'program', 0],
}

describeInChromium('a backend in a worker', (browser) => {
  test.each(Object.entries(WAYS))('%s', async (name, [bundle, program, threads]) => {
    const { folder } = project
    const scripts: Scripts = await bundle({ folder, entry: project.entry(program), out: join(folder, name) })
    const visited = visit<Report>(browser(), {
      scripts,
      headers: { ...POLICY, ...ISOLATION },
      parameters: { backend: 'worker:wasm' },
    })
    if (threads === 0) {
      await expect(visited).rejects.toThrow(/its file could not be loaded.*nabla-backend-worker/)
      return
    }
    const { report, errors } = await visited
    expect(errors).toEqual([])
    expect(report).toMatchObject({ backend: 'worker(wasm)', threadsAfterwards: threads })
    expect(report.losses.at(-1)).toBeLessThan((report.losses[0] ?? 0) * 0.8)
    // The program and the worker, each once.
    const large = [...scripts.files.values()].filter(({ length }) => length > LARGE)
    if (threads === 2) expect(large).toHaveLength(2)
  })
})

test('a backend in a worker in Node', async () => {
  const program = `import { createWorkerBackend, ones } from 'nabla'
    const backend = await createWorkerBackend({ backend: 'wasm', threads: 2 })
    console.log(backend.name, await ones([3], { backend }).sum().item())`
  const parameters = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: project.folder })
  expect(stdout).toBe('worker(wasm) 3\n')
})
