/**
 * Training on WebGPU against training on cpu and wasm: the same losses from the same seed. In Node that is Dawn, on a
 * software adapter where there is no GPU.
 */
import type { Backend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { createWasmBackend } from '@nabla/backend-wasm'
import { createWebgpuBackend } from '@nabla/backend-webgpu'
import { setDefaultBackend } from '@nabla/core'
import { expect, test } from 'vitest'
import { curve, networks, worstDistance } from './testing/curves.js'

/** Why there is no WebGPU here. In continuous integration nobody asks: the tests run, and fail for that reason. */
async function missingWebgpu(): Promise<string | undefined> {
  if (process.env.CI) return undefined
  try {
    const backend = await createWebgpuBackend({ allowSoftware: true })
    await backend.dispose()
    return undefined
  } catch (error) {
    return String(error)
  }
}

const missing = await missingWebgpu()
if (missing !== undefined) console.warn(`training on webgpu: skipped, ${missing}`)

async function curveOn(backend: Backend, name: string, jit: boolean): Promise<number[]> {
  setDefaultBackend(backend)
  const make = networks[name]
  if (make === undefined) throw new Error(`there is no network ${name}`)
  return curve(make, jit)
}

test.skipIf(missing !== undefined).each(Object.keys(networks))(
  'loss curves of %s on webgpu, captured and eager, are those on cpu and wasm over 200 steps',
  { timeout: 600_000 },
  async (name) => {
    const webgpu = await createWebgpuBackend({ allowSoftware: true })
    const captured = await curveOn(webgpu, name, true)
    const eager = await curveOn(webgpu, name, false)
    await webgpu.dispose()
    for (const other of [createCpuBackend(), createWasmBackend()]) {
      const wanted = await curveOn(other, name, true)
      expect(worstDistance(captured, wanted)).toBeLessThan(1e-3)
      expect(worstDistance(eager, wanted)).toBeLessThan(1e-3)
    }
    // It learned something, so that the comparison means something.
    expect(captured.at(-1)).toBeLessThan((captured[0] ?? 0) / 2)
  },
)
