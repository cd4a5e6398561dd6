import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { grad } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { arange, ones, tensor, zeros } from '../ops/creation/index.js'
import {
  bernoulli,
  categorical,
  dropout,
  Generator,
  normal,
  permutation,
  randint,
  shuffle,
  truncatedNormal,
  uniform,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const COUNT = 40_000

function moments(values: ArrayLike<number>): {
  mean: number
  variance: number
  skewness: number
  kurtosis: number
} {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  const central = (power: number): number =>
    list.reduce((sum, value) => sum + (value - mean) ** power, 0) / list.length
  const variance = central(2)
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 }
}

/** Pearson's statistic for counts that should be equal: about its degrees of freedom, give or take √(2 · degrees). */
function chiSquare(counts: readonly number[], shares?: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count, i) => {
    const expected = total * (shares?.[i] ?? 1 / counts.length)
    return sum + (count - expected) ** 2 / expected
  }, 0)
}

function histogram(values: ArrayLike<number>, bins: number, bin: (value: number) => number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of Array.from(values)) counts[bin(value)] = (counts[bin(value)] ?? 0) + 1
  return counts
}

describe('uniform', () => {
  test.each(['float32', 'float64', 'float16'] as const)('is even in [0, 1) in %s', async (dtype) => {
    const values = await uniform([COUNT], { dtype, generator: new Generator(1) }).data()
    expect(values.every((value: number) => value >= 0 && value < 1)).toBe(true)
    const { mean, variance } = moments(values)
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
    // 63 degrees of freedom: beyond 110 once in 5000 seeds.
    expect(chiSquare(histogram(values, 64, (value) => Math.floor(value * 64)))).toBeLessThan(110)
  })

  test('has 53 random bits in float64', async () => {
    const values = await uniform([1000], { dtype: 'float64', generator: new Generator(1) }).data()
    expect(values.some((value: number) => Math.fround(value) !== value)).toBe(true)
    expect(values.every((value: number) => Number.isInteger(value * 2 ** 53))).toBe(true)
  })

  test('takes its ends', async () => {
    const values = await uniform([1000], { low: -3, high: 5, generator: new Generator(2) }).data()
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3)
    expect(Math.max(...values)).toBeLessThanOrEqual(5)
    expect(moments(values).mean).toBeCloseTo(1, 0)
  })

  test('has uncorrelated neighbours and draws', async () => {
    const generator = new Generator(3)
    const a = await uniform([COUNT], { generator }).data()
    const b = await uniform([COUNT], { generator }).data()
    const correlation = (shift: number, other: Float32Array): number => {
      let sum = 0
      for (let i = 0; i + shift < a.length; i++)
        sum += ((a[i] as number) - 0.5) * ((other[i + shift] as number) - 0.5)
      return (12 * sum) / a.length
    }
    expect(Math.abs(correlation(1, a))).toBeLessThan(0.02)
    expect(Math.abs(correlation(0, b))).toBeLessThan(0.02)
  })

  test('explains what it cannot do', () => {
    expect(() => uniform([2], { low: 1, high: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: uniform: expected finite ends, low ≤ high; received low 1 and high 0. Fix: pass finite ends, low ≤ high.]`,
    )
    expect(() => uniform([2], { dtype: 'int32' })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: uniform: expected a floating-point dtype; received int32. Fix: draw floats and cast them, or use randint for whole numbers.]`,
    )
  })
})

describe('normal', () => {
  test.each(['float32', 'float64', 'float16'] as const)(
    'has the moments of a normal distribution in %s',
    async (dtype) => {
      const values = await normal([COUNT], { dtype, generator: new Generator(1) }).data()
      const { mean, variance, skewness, kurtosis } = moments(values)
      expect(Math.abs(mean)).toBeLessThan(0.02)
      expect(Math.abs(variance - 1)).toBeLessThan(0.03)
      expect(Math.abs(skewness)).toBeLessThan(0.05)
      expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1)
    },
  )

  test('takes mean and standard deviation', async () => {
    const values = await normal([COUNT], {
      mean: 10,
      standardDeviation: 2,
      generator: new Generator(4),
    }).data()
    const { mean, variance } = moments(values)
    expect(Math.abs(mean - 10)).toBeLessThan(0.05)
    expect(Math.abs(variance - 4)).toBeLessThan(0.15)
  })

  test('explains what it cannot do', () => {
    expect(() => normal([2], { standardDeviation: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: normal: expected a finite mean and a standardDeviation from 0; received mean 0 and standardDeviation -1. Fix: pass a finite mean and a standardDeviation from 0.]`,
    )
  })
})

describe('truncatedNormal', () => {
  test('stays within two deviations and has their variance', async () => {
    const values = await truncatedNormal([COUNT], {
      mean: 1,
      standardDeviation: 0.5,
      generator: new Generator(5),
    }).data()
    expect(values.every((value: number) => value >= 0 && value <= 2)).toBe(true)
    const { mean, variance } = moments(values)
    expect(Math.abs(mean - 1)).toBeLessThan(0.01)
    // 0.7737 is the variance of a standard normal cut at ±2.
    expect(Math.abs(variance / 0.25 - 0.7737)).toBeLessThan(0.02)
  })

  test('takes other cuts, also far from the middle', async () => {
    const values = await truncatedNormal([2000], {
      low: 1,
      high: 3,
      dtype: 'float64',
      generator: new Generator(6),
    }).data()
    expect(values.every((value: number) => value >= 1 && value <= 3)).toBe(true)
    // (φ(1) − φ(3)) / (Φ(3) − Φ(1))
    expect(Math.abs(moments(values).mean - 1.5107)).toBeLessThan(0.03)
    expect(() => truncatedNormal([2], { low: 2, high: -2 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: truncatedNormal: expected cuts with low < high; received low 2 and high -2. Fix: pass cuts with low < high.]`,
    )
  })
})

describe('bernoulli', () => {
  test('is true as often as asked', async () => {
    const values = await bernoulli([COUNT], 0.3, { dtype: 'float32', generator: new Generator(7) }).data()
    expect(Math.abs(moments(values).mean - 0.3)).toBeLessThan(0.01)
    expect(bernoulli([2]).dtype).toBe('bool')
    expect(await bernoulli([3], 0).array()).toEqual([false, false, false])
    expect(await bernoulli([3], 1).array()).toEqual([true, true, true])
  })

  test('takes a probability for each element', async () => {
    const flips = bernoulli([1000, 3], tensor([0, 0.5, 1]), { dtype: 'float32', generator: new Generator(8) })
    const [never = 1, half = 0, always = 0] = await flips.mean(0).array()
    expect([never, always]).toEqual([0, 1])
    expect(Math.abs(half - 0.5)).toBeLessThan(0.05)
    expect(() => bernoulli([2], 1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: bernoulli: expected a probability from 0 to 1; received 1.5. Fix: pass a probability from 0 to 1.]`,
    )
    expect(() => bernoulli([2], tensor([1, 1, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: bernoulli: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2] and [3], which differ at axis -1 (2 against 3). Fix: reshape or transpose one of them so that axis -1 agrees, or give it length 1 with expandDims.]`,
    )
  })
})

describe('randint', () => {
  test('is even over its range', async () => {
    const values = await randint([COUNT], -3, 7, { generator: new Generator(9) }).data()
    expect(values).toBeInstanceOf(Int32Array)
    // 9 degrees of freedom: beyond 30 once in 2000 seeds.
    expect(chiSquare(histogram(values, 10, (value) => value + 3))).toBeLessThan(30)
  })

  test('reaches the ends of 32 bits', async () => {
    const wide = await randint([1000], -(2 ** 31), 2 ** 31 - 1, { generator: new Generator(10) }).data()
    expect(Math.min(...wide)).toBeLessThan(-(2 ** 31) + 2 ** 24)
    expect(Math.max(...wide)).toBeGreaterThan(2 ** 31 - 2 ** 24)
    const unsigned = await randint([1000], 0, 2 ** 32 - 1, {
      dtype: 'uint32',
      generator: new Generator(10),
    }).data()
    expect(Math.max(...unsigned)).toBeGreaterThan(2 ** 32 - 2 ** 25)
    expect(await randint([3], 5, 6, { dtype: 'uint8' }).array()).toEqual([5, 5, 5])
    expect(() => randint([1], 3, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: randint: expected whole numbers low < high from -2147483648 to 2147483648; received low 3 and high 3. Fix: pass whole numbers low < high from -2147483648 to 2147483648.]`,
    )
  })
})

describe('permutation and shuffle', () => {
  test('hold each number once', async () => {
    const order = await permutation(100, { generator: new Generator(11) }).array()
    expect(order).not.toEqual(order.toSorted((a, b) => a - b))
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(await permutation(0).array()).toEqual([])
  })

  test('are even over all orders', async () => {
    const generator = new Generator(12)
    const counts = new Map<string, number>()
    for (let i = 0; i < 1200; i++) {
      const order = String(permutation(3, { generator }).dataSync())
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    // 5 degrees of freedom: beyond 21 once in 1200 seeds.
    expect(chiSquare([...counts.values()])).toBeLessThan(21)
  })

  test('keep slices whole, along any axis', async () => {
    const x = arange(12).reshape([4, 3])
    const rows = await shuffle(x, { generator: new Generator(13) }).array()
    expect(rows).not.toEqual(await x.array())
    expect(rows.toSorted(([a = 0], [b = 0]) => a - b)).toEqual(await x.array())
    const columns = await shuffle(x, { axis: 1, generator: new Generator(13) }).array()
    expect(columns.map((row) => row.toSorted((a, b) => a - b))).toEqual(await x.array())
  })
})

describe('categorical', () => {
  test('draws with the probabilities of the softmax', async () => {
    const shares = [0.1, 0.2, 0.7]
    const logits = tensor(shares.map(Math.log))
    const drawn = categorical(logits, { samples: COUNT, generator: new Generator(14) })
    expect(drawn).toMatchObject({ shape: [COUNT], dtype: 'int32' })
    // 2 degrees of freedom: beyond 15 once in 1800 seeds.
    expect(
      chiSquare(
        histogram(await drawn.data(), 3, (value) => value),
        shares,
      ),
    ).toBeLessThan(15)
  })

  test('draws one per distribution, along an axis', async () => {
    const sure = Number.NEGATIVE_INFINITY
    const logits = tensor([
      [0, sure],
      [sure, 0],
    ])
    expect(await categorical(logits).array()).toEqual([0, 1])
    expect(await categorical(logits, { axis: 0, samples: 2 }).array()).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect(() => categorical(tensor([1, 2], { dtype: 'int32' }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: categorical: expected floating-point logits; received int32. Fix: take the logarithm of probabilities, or cast: logits.cast('float32').]`,
    )
  })
})

describe('dropout', () => {
  test('drops as many as asked and keeps the sum on average', async () => {
    const values = await dropout(ones([200, 200]), 0.25, { generator: new Generator(15) }).data()
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.01)
    expect(values.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6)).toBe(true)
  })

  test('has a gradient with the same mask, whatever the layout, and stores nothing for it', async () => {
    const x = arange(1, 13).reshape([3, 4]).transpose()
    const run = (generator: Generator) => (input: typeof x) => dropout(input, 0.5, { generator }).sum()
    const gradient = await grad(run(new Generator(16)))(x).array()
    const output = await dropout(x, 0.5, { generator: new Generator(16) }).array()
    const values = await x.array()
    expect(gradient).toEqual(
      output.map((row, i) => row.map((value, j) => value / (values[i]?.[j] ?? Number.NaN))),
    )
    expect(gradient.flat()).toContain(0)
    expect(gradient.flat()).toContain(2)
  })

  test('takes the ends of the rate', async () => {
    expect(await dropout(ones([3]), 0).array()).toEqual([1, 1, 1])
    expect(await dropout(ones([3]), 1).array()).toEqual([0, 0, 0])
    expect(await dropout(zeros([]), 0.5).array()).toBe(0)
    expect(() => dropout(ones([3]), 1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: dropout: expected a rate from 0 to 1: the part that is set to 0; received 1.5. Fix: pass for example 0.5.]`,
    )
    expect(() => dropout(ones([3], { dtype: 'int32' }), 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: dropout: expected a floating-point tensor; received int32. Fix: cast it first: x.cast('float32').]`,
    )
  })
})
