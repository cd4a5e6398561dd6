/**
 * Initializers: their spread, by the shape of the weight.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, setSeed } from '@nabla/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fans, type InitializerLike, initializerFrom } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(1))

async function sample(initializer: InitializerLike, shape = [60, 90]): Promise<number[]> {
  return [...(await initializerFrom(initializer)(shape).data())]
}

function spread(values: readonly number[]): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) }
}

describe('scaled to the inputs and outputs of a unit', () => {
  const [fanIn, fanOut] = [60, 90]
  test.each([
    ['glorotUniform', 2 / (fanIn + fanOut)],
    ['glorotNormal', 2 / (fanIn + fanOut)],
    ['heUniform', 2 / fanIn],
    ['heNormal', 2 / fanIn],
    ['lecunUniform', 1 / fanIn],
    ['lecunNormal', 1 / fanIn],
  ] as const)('%s', async (name, variance) => {
    const { mean, deviation, largest } = spread(await sample(name))
    expect(Math.abs(mean)).toBeLessThan(0.05 * Math.sqrt(variance) * 2)
    expect(Math.abs(deviation / Math.sqrt(variance) - 1)).toBeLessThan(0.05)
    // Uniform: √3 deviations; normal: cut at two deviations of the wider normal.
    const bound = name.endsWith('Uniform') ? Math.sqrt(3) : 2 / 0.8796256610342398
    expect(largest).toBeLessThanOrEqual(bound * Math.sqrt(variance) * 1.0001)
    expect(largest).toBeGreaterThan(bound * Math.sqrt(variance) * 0.95)
  })

  test('of kernels with a window', () => {
    expect(fans([3, 5, 4, 8])).toEqual({ fanIn: 60, fanOut: 120 })
    expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 })
    expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 })
  })
})

describe('as plain data', () => {
  test('zeros, ones and constants', async () => {
    expect(new Set(await sample('zeros', [3]))).toEqual(new Set([0]))
    expect(new Set(await sample('ones', [3]))).toEqual(new Set([1]))
    expect(new Set(await sample({ kind: 'constant', value: 2.5 }, [3]))).toEqual(new Set([2.5]))
  })

  test('uniform', async () => {
    const values = await sample({ kind: 'uniform', low: 2, high: 4 })
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...values)).toBeLessThanOrEqual(4)
    expect(Math.abs(spread(values).mean - 3)).toBeLessThan(0.05)
  })

  test('normal and truncated normal', async () => {
    const normal = spread(await sample({ kind: 'normal', mean: 1, deviation: 0.5 }))
    expect(Math.abs(normal.mean - 1)).toBeLessThan(0.03)
    expect(Math.abs(normal.deviation - 0.5)).toBeLessThan(0.03)
    const values = await sample({ kind: 'truncatedNormal', mean: 1, deviation: 0.5 })
    expect(Math.max(...values.map((value) => Math.abs(value - 1)))).toBeLessThanOrEqual(1.0001)
  })
})

test('the same seed gives the same weights', async () => {
  const first = await sample('heNormal')
  setSeed(1)
  expect(await sample('heNormal')).toEqual(first)
})
