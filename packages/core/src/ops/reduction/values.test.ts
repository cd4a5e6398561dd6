import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { expectNoLeaks } from '../testing/gradients.js'
import * as reduction from './index.js'

const { logSumExp, max, mean, median, min, norm, standardDeviation, sum, variance } = reduction

beforeAll(() => setDefaultBackend(createCpuBackend()))

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

describe('element types', () => {
  it('adds booleans and bytes up in int32, other integers in their own type', () => {
    const bytes = reduction.sum(tensor([200, 100], { dtype: 'uint8' }))
    expect([bytes.dtype, ...numbers(bytes)]).toEqual(['int32', 300])
    expect(reduction.prod(tensor([true, true])).dtype).toBe('int32')
    expect(reduction.cumsum(tensor([true, true, false])).dtype).toBe('int32')
    expect(reduction.sum(tensor([1], { dtype: 'uint32' })).dtype).toBe('uint32')
    expect(numbers(reduction.sum(tensor([2 ** 31 - 1, 1], { dtype: 'int32' })))).toEqual([-(2 ** 31)])
  })

  it.each([mean, variance, standardDeviation, norm, logSumExp, median])(
    '$name of integers is float32 and leaks nothing',
    (run) => {
      const x = tensor([1, 2, 4, 9], { dtype: 'int32' })
      expect(run(x).dtype).toBe('float32')
      expectNoLeaks(() => run(x))
    },
  )

  it('softmax of integers is float32 and leaks nothing', () => {
    const x = tensor([1, 2], { dtype: 'int32' })
    expect(reduction.softmax(x).dtype).toBe('float32')
    expectNoLeaks(() => reduction.logSoftmax(x))
  })

  it('forms means of float16 in float32, which does not overflow', () => {
    const x = tensorFrom(new Array<number>(64).fill(60000), [64], { dtype: 'float16' })
    const mean = reduction.mean(x)
    expect([mean.dtype, ...numbers(mean)]).toEqual(['float16', 60000])
    expect(numbers(reduction.variance(x))).toEqual([0])
    expectNoLeaks(() => reduction.mean(x))
  })

  it('keeps extremes in their type, also booleans', () => {
    expect(reduction.max(tensor([3, 250], { dtype: 'uint8' })).dtype).toBe('uint8')
    expect(numbers(reduction.max(tensor([false, true])))).toEqual([1])
    expect(numbers(reduction.cummin(tensor([true, false, true])))).toEqual([1, 0, 0])
  })
})

describe('precision', () => {
  it('keeps small terms of long float32 sums', () => {
    const x = new Float32Array(100_001).fill(1e-4)
    x[0] = 1e4
    expect(numbers(reduction.sum(tensor(x)))[0]).toBeCloseTo(10_010, 2)
  })

  it('keeps the variance of numbers far from zero', () => {
    expect(numbers(reduction.variance(tensor([1e4, 1e4 + 1, 1e4 + 2])))[0]).toBeCloseTo(2 / 3, 6)
  })

  it('does not overflow in logSumExp and softmax', () => {
    expect(numbers(reduction.logSumExp(tensor([1000, 1000])))[0]).toBeCloseTo(1000 + Math.LN2, 3)
    expect(numbers(reduction.softmax(tensor([1000, 1000])))).toEqual([0.5, 0.5])
    expect(numbers(reduction.logSoftmax(tensor([0, -200])))).toEqual([0, -200])
  })
})

describe('special values', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

  it('has the neutral element, or NaN, over nothing', () => {
    const nothing = tensorFrom([], [0])
    expect(numbers(reduction.sum(nothing))).toEqual([0])
    expect(numbers(reduction.prod(nothing))).toEqual([1])
    expect(numbers(reduction.any(nothing))).toEqual([0])
    expect(numbers(reduction.all(nothing))).toEqual([1])
    expect(numbers(reduction.mean(nothing))).toEqual([nan])
    expect(numbers(reduction.variance(nothing))).toEqual([nan])
    expect(numbers(reduction.logSumExp(nothing))).toEqual([-infinity])
    expect(numbers(reduction.norm(nothing))).toEqual([0])
  })

  it('passes NaN on', () => {
    const x = tensor([1, nan, 3])
    for (const run of [sum, mean, max, min, variance, norm, logSumExp, median]) {
      expect([run.name, ...numbers(run(x))]).toEqual([run.name, nan])
    }
    expect(numbers(reduction.argmax(x))).toEqual([1])
    expect(numbers(reduction.argmin(x))).toEqual([1])
    expect(numbers(reduction.any(x))).toEqual([1])
    expect(numbers(reduction.countNonzero(x))).toEqual([3])
    expect(numbers(reduction.cummax(x))).toEqual([1, nan, nan])
  })

  it('treats infinities as limits', () => {
    expect(numbers(reduction.logSumExp(tensor([-infinity, -infinity])))).toEqual([-infinity])
    expect(numbers(reduction.logSumExp(tensor([-infinity, 2])))).toEqual([2])
    expect(numbers(reduction.logSumExp(tensor([infinity, 2])))).toEqual([infinity])
    expect(numbers(reduction.median(tensor([infinity, infinity])))).toEqual([infinity])
    expect(numbers(reduction.softmax(tensor([-infinity, 0])))).toEqual([0, 1])
  })

  it('divides by nothing less than zero when the correction is too large', () => {
    expect(numbers(reduction.variance(tensor([5]), undefined, { correction: 1 }))).toEqual([nan])
    expect(numbers(reduction.variance(tensor([5]), undefined, { correction: 3 }))).toEqual([nan])
  })
})

describe('quantile', () => {
  it('puts several probabilities along a first axis', () => {
    const x = tensor([
      [4, 1, 3, 2],
      [40, 10, 30, 20],
    ])
    const result = reduction.quantile(x, [0, 0.5, 1], 1, { keepdims: true })
    expect(result.shape).toEqual([3, 2, 1])
    expect(numbers(result)).toEqual([1, 10, 2.5, 25, 4, 40])
    expectNoLeaks(() => reduction.quantile(x, [0.1, 0.9]))
  })
})
