/**
 * The default generator when its first use is inside a captured function: it is not made anew at every call.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { expect, it } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { defaultGenerator, setSeed, uniform } from '../random/index.js'
import { jit } from './jit.js'

it('goes on from what it was seeded with', () => {
  setDefaultBackend(createCpuBackend())
  const f = jit(() => uniform([4]))
  const draw = (): number[] => Array.from(f().dataSync())
  const first = draw()
  expect(defaultGenerator().state().draws).toBe(1)
  const { key } = defaultGenerator().state()
  expect(draw()).not.toEqual(first)
  expect(defaultGenerator().state()).toEqual({ key, draws: 2 })
  setSeed(1)
  const seeded = [draw(), draw()]
  setSeed(1)
  expect([draw(), draw()]).toEqual(seeded)
})
