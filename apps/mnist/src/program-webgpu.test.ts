/**
 * The program on WebGPU: in Node that is Dawn, on a software adapter where there is no GPU.
 */
import { readFile } from 'node:fs/promises'
import { createWebgpuBackend } from 'nabla'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonReport } from './report/json.js'
import { makeWorkspace, type Workspace } from './testing/workspace.js'

/** Why there is no WebGPU here. In continuous integration nobody asks: the tests run, and fail for that reason. */
async function missingWebgpu(): Promise<string | undefined> {
  if (process.env.CI) return undefined
  try {
    await (await createWebgpuBackend({ allowSoftware: true })).dispose()
    return undefined
  } catch (error) {
    return String(error)
  }
}

const missing = await missingWebgpu()
if (missing !== undefined) console.warn(`mnist on webgpu: skipped, ${missing}`)

let workspace: Workspace
beforeAll(async () => {
  workspace = await makeWorkspace()
})
afterAll(() => workspace.remove())

async function train(name: string, backend: string): Promise<JsonReport> {
  const data = workspace.path('data')
  const json = workspace.path(`${name}.json`)
  const { code, errors } = await workspace.run([
    ...['--backend', backend, '--allow-software', '--data', data, '--epochs', '2', '--batch-size', '32'],
    ...['--out', workspace.path(name), '--json', json, '--quiet'],
  ])
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return JSON.parse(await readFile(json, 'utf8'))
}

test.skipIf(missing !== undefined)(
  'trains on webgpu when told that software will do, with the losses of wasm',
  { timeout: 300_000 },
  async () => {
    await workspace.writeData('data', { train: 200, test: 60 })
    const [onWebgpu, onWasm] = [await train('webgpu', 'webgpu'), await train('wasm', 'wasm')]
    expect(onWebgpu.backend).toBe('webgpu')
    expect(onWebgpu.epochs).toHaveLength(2)
    onWebgpu.epochs.forEach(({ loss }, epoch) => {
      expect(Math.abs(loss - (onWasm.epochs[epoch]?.loss ?? Number.NaN))).toBeLessThan(1e-3)
    })
    expect(Math.abs(onWebgpu.test.loss - onWasm.test.loss)).toBeLessThan(1e-3)
  },
)

test.skipIf(missing !== undefined)(
  'without being told, it refuses software and says how to allow it',
  async () => {
    const { code, errors } = await workspace.run([
      ...['--backend', 'webgpu', '--data', 'digits', '--limit', '10', '--out', workspace.path('no')],
    ])
    // On a machine with a GPU it trains.
    if (code === 0) return
    expect(errors).toMatch(
      /"webgpu": only a software adapter .*--allow-software.*asked for by the command line/,
    )
  },
)
