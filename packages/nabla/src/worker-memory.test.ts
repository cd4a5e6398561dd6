/**
 * 10,000 steps of training through a worker: memory stays flat on both sides, and a process ends when nothing but a worker
 * that nobody waits for is left.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleForNode } from '../../../vitest.workers.js'
import type { Moment } from './testing/long-training.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-worker-'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await bundleForNode({
    entryPoints: ['long-training.ts', 'watched-worker.ts'].map((path) =>
      join(import.meta.dirname, 'testing', path),
    ),
    entryNames: '[name]',
    outdir: folder,
  })
})

afterAll(() => rm(folder, { recursive: true }))

test.each(['eager', 'captured'])('10,000 %s steps', { timeout: 180_000 }, async (how) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    join(folder, 'long-training.js'),
    how,
    '10000',
  ])
  const moments: Moment[] = JSON.parse(stdout)
  expect(moments).toHaveLength(4)
  const [first, ...later] = moments as [Moment, ...Moment[]]
  for (const { megabytes, ...counts } of later) {
    expect({ ...counts, megabytes: first.megabytes }).toEqual(first)
    // Code is still compiled. A step that left its inputs behind would take 10 more each time.
    expect(megabytes.main - first.megabytes.main).toBeLessThan(8)
    expect(megabytes.worker - first.megabytes.worker).toBeLessThan(4)
  }
})
