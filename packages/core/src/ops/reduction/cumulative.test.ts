import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { tensor } from '../creation/tensor.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, expectGrid, type Grid, gridOf } from '../testing/grid.js'
import { samples, toTensor } from '../testing/layouts.js'
import { cummax, cummin, cumprod, cumsum } from './cumulative.js'
import { logSoftmax, softmax } from './softmax.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const CASES = [
  ['cumsum', cumsum, 0, (a: number, b: number) => a + b],
  ['cumprod', cumprod, 1, (a: number, b: number) => a * b],
  ['cummax', cummax, Number.NEGATIVE_INFINITY, Math.max],
  ['cummin', cummin, Number.POSITIVE_INFINITY, Math.min],
] as const

/** The elements of the line through a position that count for it. */
function running(x: Grid, axis: number, reverse: boolean, exclusive: boolean, index: number[]): number[] {
  const own = index[axis] as number
  const line = Array.from({ length: x.shape[axis] as number }, (_, i) => i)
  const counted = line.filter((i) => (reverse ? i > own : i < own) || (!exclusive && i === own))
  return (reverse ? counted.toReversed() : counted).map((i) => at(x, index.with(axis, i)))
}

describe.each(CASES)('%s', (_, run, initial, combine) => {
  it('agrees with the reference over axes, directions and layouts', () => {
    const cases = samples({ minimumRank: 1 }).chain((sample) => {
      const rank = sample.grid.shape.length
      return fc.tuple(
        fc.constant(sample),
        fc.integer({ min: -rank, max: rank - 1 }),
        fc.boolean(),
        fc.boolean(),
      )
    })
    fc.assert(
      fc.property(cases, ([sample, axis, reverse, exclusive]) => {
        const { grid } = sample
        const along = (axis + grid.shape.length) % grid.shape.length
        const x = toTensor(sample)
        const expected = gridOf(grid.shape, (index) =>
          running(grid, along, reverse, exclusive, index).reduce((a, b) => combine(a, b), initial),
        )
        expectGrid(run(x, axis, { reverse, exclusive }), expected)
        expectNoLeaks(() => run(x, axis, { reverse, exclusive }))
        x.dispose()
      }),
      { numRuns: 40 },
    )
  })

  it('flattens without an axis', () => {
    const result = run(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    )
    expect(result.shape).toEqual([4])
    expect(result.dataSync()).toEqual(run(tensor([1, 2, 3, 4]), 0).dataSync())
    const scalar = tensor(3)
    expectNoLeaks(() => run(scalar))
  })
})

describe.each([
  ['softmax', softmax, (part: number) => part],
  ['logSoftmax', logSoftmax, Math.log],
] as const)('%s', (_, run, finish) => {
  it('agrees with the reference over axes and layouts', () => {
    const cases = samples({ minimumRank: 1 }).chain((sample) => {
      const rank = sample.grid.shape.length
      return fc.tuple(fc.constant(sample), fc.integer({ min: -rank, max: rank - 1 }))
    })
    fc.assert(
      fc.property(cases, ([sample, axis]) => {
        const { grid } = sample
        const along = (axis + grid.shape.length) % grid.shape.length
        const x = toTensor(sample)
        const expected = gridOf(grid.shape, (index) => {
          const line = Array.from({ length: grid.shape[along] as number }, (_, i) =>
            at(grid, index.with(along, i)),
          )
          const total = line.reduce((sum, value) => sum + Math.exp(value), 0)
          return finish(Math.exp(at(grid, index)) / total)
        })
        expectGrid(run(x, axis), expected, 1e-9)
        expectNoLeaks(() => run(x, axis))
        x.dispose()
      }),
      { numRuns: 40 },
    )
  })
})
