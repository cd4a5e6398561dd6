import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import { slice } from '../movement/index.js'
import { expectGradient } from '../testing/gradients.js'
import { gridOf } from '../testing/grid.js'
import * as reduction from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Values without ties and away from zero. */
const x = gridOf([2, 3, 2], ([i = 0, j = 0, k = 0]) => Math.sin(7 * i + 3 * j + k + 1) * 2 + 0.3 * j)
/** With zeros, which products must survive. */
const withZeros = gridOf([3, 3], ([i = 0, j = 0]) => (i === j && i < 2 ? 0 : i - 0.7 * j + 0.4))

/** Without the infinity that an exclusive maximum starts with. */
const finite = (t: Tensor): Tensor => {
  const result = slice(t, null, [1, null])
  if (t.node === undefined) t.dispose()
  return result
}

const SMOOTH: [string, (x: Tensor) => Tensor][] = [
  ['sum', (t) => reduction.sum(t, 1)],
  ['sum of all', (t) => reduction.sum(t)],
  ['sum kept', (t) => reduction.sum(t, [0, -1], { keepdims: true })],
  ['mean', (t) => reduction.mean(t, [1, 2])],
  ['prod', (t) => reduction.prod(t, 1)],
  ['prod of all', (t) => reduction.prod(t)],
  ['variance', (t) => reduction.variance(t, 1)],
  ['variance with correction', (t) => reduction.variance(t, [0, 2], { correction: 1 })],
  ['standardDeviation', (t) => reduction.standardDeviation(t, -1)],
  ['norm', (t) => reduction.norm(t, 1)],
  ['norm of order 3', (t) => reduction.norm(t, [0, 1], { order: 3 })],
  ['norm of order 1.5', (t) => reduction.norm(t, undefined, { order: 1.5 })],
  ['logSumExp', (t) => reduction.logSumExp(t, 1)],
  ['logSumExp of all, kept', (t) => reduction.logSumExp(t, undefined, { keepdims: true })],
  ['softmax', (t) => reduction.softmax(t, 1)],
  ['logSoftmax', (t) => reduction.logSoftmax(t)],
  ['cumsum', (t) => reduction.cumsum(t, 1)],
  ['cumsum reversed and exclusive', (t) => reduction.cumsum(t, 0, { reverse: true, exclusive: true })],
  ['cumsum of all', (t) => reduction.cumsum(t)],
  ['cumprod', (t) => reduction.cumprod(t, 1)],
  ['cumprod reversed', (t) => reduction.cumprod(t, 1, { reverse: true })],
  ['cumprod exclusive', (t) => reduction.cumprod(t, 1, { exclusive: true })],
]

const PIECEWISE: [string, (x: Tensor) => Tensor][] = [
  ['max', (t) => reduction.max(t, 1)],
  ['max of all, kept', (t) => reduction.max(t, undefined, { keepdims: true })],
  ['min', (t) => reduction.min(t, [0, 2])],
  ['norm of order 1', (t) => reduction.norm(t, 1, { order: 1 })],
  ['norm of order Infinity', (t) => reduction.norm(t, 1, { order: Infinity })],
  ['cummax', (t) => reduction.cummax(t, 1)],
  ['cummax exclusive', (t) => finite(reduction.cummax(t, 1, { exclusive: true }))],
  ['cummin reversed', (t) => reduction.cummin(t, -1, { reverse: true })],
  ['median', (t) => reduction.median(t, 1)],
  ['median of all', (t) => reduction.median(t)],
  ['quantile', (t) => reduction.quantile(t, [0.2, 0.9], [1, 2])],
]

describe('first and second order', () => {
  it.each(SMOOTH)('%s', (_, f) => expectGradient(f, x, { second: true }))
  it('prod around zeros', () => expectGradient((t) => reduction.prod(t, 1), withZeros, { second: true }))
  it('cumprod around zeros', () =>
    expectGradient((t) => reduction.cumprod(t, 1), withZeros, { second: true }))
})

describe('first order', () => {
  it.each(PIECEWISE)('%s', (_, f) => expectGradient(f, x))
})

describe('where no difference quotient helps', () => {
  const gradientOf = (f: (x: Tensor) => Tensor, values: number[]): number[] =>
    Array.from(grad(f)(tensor(values) as Tensor).dataSync(), Number)

  it('shares among equal extremes', () => {
    expect(gradientOf((t) => reduction.max(t), [2, 5, 5])).toEqual([0, 0.5, 0.5])
    expect(gradientOf((t) => reduction.sum(reduction.cummax(t, 0)), [3, 3])).toEqual([1.5, 0.5])
  })

  it('is zero at the minimum of a norm or a deviation', () => {
    expect(gradientOf((t) => reduction.norm(t), [0, 0])).toEqual([0, 0])
    expect(gradientOf((t) => reduction.norm(t, undefined, { order: 3 }), [0, 0])).toEqual([0, 0])
    expect(gradientOf((t) => reduction.standardDeviation(t), [4, 4])).toEqual([0, 0])
  })
})
