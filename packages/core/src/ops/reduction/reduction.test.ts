import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import type { Axes } from '../../types/axes.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { expectGrid, reduceGrid } from '../testing/grid.js'
import { axesOf, samples, toTensor } from '../testing/layouts.js'
import * as reduction from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

type Reduce = (x: Tensor, axes?: Axes, options?: { keepdims?: boolean }) => Tensor

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)
const average = (values: number[]): number => total(values) / values.length
const spread = (values: number[], correction: number): number => {
  const center = average(values)
  return total(values.map((value) => (value - center) ** 2)) / Math.max(values.length - correction, 0)
}
const share = (values: number[], probability: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const position = probability * (sorted.length - 1)
  const low = sorted[Math.floor(position)] as number
  const high = sorted[Math.ceil(position)] as number
  return low + (high - low) * (position - Math.floor(position))
}
const minkowski = (values: number[], order: number): number =>
  total(values.map((value) => Math.abs(value) ** order)) ** (1 / order)

interface Case {
  readonly run: Reduce
  readonly reference: (values: number[]) => number
  /** Whether it refuses to reduce nothing. */
  readonly needsElements?: boolean
  readonly tolerance?: number
}

const CASES: Record<string, Case> = {
  sum: { run: reduction.sum, reference: total },
  prod: { run: reduction.prod, reference: (values) => values.reduce((product, value) => product * value, 1) },
  mean: { run: reduction.mean, reference: average },
  max: { run: reduction.max, reference: (values) => Math.max(...values), needsElements: true },
  min: { run: reduction.min, reference: (values) => Math.min(...values), needsElements: true },
  any: { run: reduction.any, reference: (values) => Number(values.some((value) => value !== 0)) },
  all: { run: reduction.all, reference: (values) => Number(values.every((value) => value !== 0)) },
  countNonzero: {
    run: reduction.countNonzero,
    reference: (values) => values.filter((value) => value !== 0).length,
  },
  variance: { run: reduction.variance, reference: (values) => spread(values, 0) },
  'variance with correction': {
    run: (x, axes, options) => reduction.variance(x, axes, { ...options, correction: 1 }),
    reference: (values) => spread(values, 1),
  },
  standardDeviation: {
    run: reduction.standardDeviation,
    reference: (values) => Math.sqrt(spread(values, 0)),
  },
  norm: { run: reduction.norm, reference: (values) => Math.hypot(...values) },
  'norm of order 1': {
    run: (x, axes, options) => reduction.norm(x, axes, { ...options, order: 1 }),
    reference: (values) => total(values.map(Math.abs)),
  },
  'norm of order 3': {
    run: (x, axes, options) => reduction.norm(x, axes, { ...options, order: 3 }),
    reference: (values) => minkowski(values, 3),
  },
  'norm of order Infinity': {
    run: (x, axes, options) => reduction.norm(x, axes, { ...options, order: Infinity }),
    reference: (values) => Math.max(...values.map(Math.abs)),
    needsElements: true,
  },
  'norm of order -Infinity': {
    run: (x, axes, options) => reduction.norm(x, axes, { ...options, order: -Infinity }),
    reference: (values) => Math.min(...values.map(Math.abs)),
    needsElements: true,
  },
  logSumExp: { run: reduction.logSumExp, reference: (values) => Math.log(total(values.map(Math.exp))) },
  median: { run: reduction.median, reference: (values) => share(values, 0.5), needsElements: true },
  quantile: {
    run: (x, axes, options) => reduction.quantile(x, 0.3, axes, options),
    reference: (values) => share(values, 0.3),
    needsElements: true,
  },
}

describe.each(Object.entries(CASES))('%s', (_, { run, reference, needsElements = false }) => {
  it('agrees with the reference over shapes, axes and layouts, and leaks nothing', () => {
    const cases = samples().chain((sample) =>
      fc.tuple(fc.constant(sample), axesOf(sample.grid.shape.length), fc.boolean()),
    )
    fc.assert(
      fc.property(cases, ([sample, axes, keepdims]) => {
        const { grid } = sample
        const rank = grid.shape.length
        const named = (axes === undefined ? grid.shape.map((_, axis) => axis) : [axes].flat()).map(
          (axis) => (axis + rank) % rank,
        )
        fc.pre(!(needsElements && named.some((axis) => grid.shape[axis] === 0)))
        const x = toTensor(sample)
        expectGrid(run(x, axes, { keepdims }), reduceGrid(grid, named, keepdims, reference), 1e-9)
        expectNoLeaks(() => run(x, axes, { keepdims }))
        x.dispose()
      }),
      { numRuns: 40 },
    )
  })
})

describe.each([
  ['argmax', reduction.argmax, (values: number[]) => values.indexOf(Math.max(...values))],
  ['argmin', reduction.argmin, (values: number[]) => values.indexOf(Math.min(...values))],
] as const)('%s', (_, run, reference) => {
  it('finds the first of the extremes along an axis or in the flattened tensor', () => {
    const cases = samples({ minimumLength: 1, value: fc.integer({ min: 0, max: 2 }) }).chain((sample) => {
      const rank = sample.grid.shape.length
      const axis =
        rank === 0
          ? fc.constant(undefined)
          : fc.option(fc.integer({ min: -rank, max: rank - 1 }), { nil: undefined })
      return fc.tuple(fc.constant(sample), axis, fc.boolean())
    })
    fc.assert(
      fc.property(cases, ([sample, axis, keepdims]) => {
        const { grid } = sample
        const rank = grid.shape.length
        const axes = axis === undefined ? grid.shape.map((_, each) => each) : [(axis + rank) % rank]
        const x = toTensor(sample)
        expectGrid(run(x, axis, { keepdims }), reduceGrid(grid, axes, keepdims, reference))
        expectNoLeaks(() => run(x, axis, { keepdims }))
        x.dispose()
      }),
      { numRuns: 40 },
    )
  })
})
