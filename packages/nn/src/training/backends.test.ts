/**
 * Training on wasm against training on cpu: the same losses from the same seed.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { createWasmBackend } from '@nabla/backend-wasm'
import { setDefaultBackend } from '@nabla/core'
import { expect, test } from 'vitest'
import { curve, networks, worstDistance } from './testing/curves.js'

test.each(Object.entries(networks))(
  'loss curves of %s on wasm, captured and eager, are those on cpu over 200 steps',
  { timeout: 60_000 },
  async (_, make) => {
    setDefaultBackend(createCpuBackend())
    const wanted = await curve(make, true)
    setDefaultBackend(createWasmBackend())
    const [captured, eager] = [await curve(make, true), await curve(make, false)]
    expect(worstDistance(captured, wanted)).toBeLessThan(1e-3)
    expect(worstDistance(eager, wanted)).toBeLessThan(1e-3)
    // They learned something, so that the comparison means something.
    expect(wanted.at(-1)).toBeLessThan((wanted[0] ?? 0) / 2)
  },
)
