import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, expectGrid, type Grid, gridOf } from '../testing/grid.js'
import { samples, toTensor } from '../testing/layouts.js'
import { searchSorted } from './search-sorted.js'
import { argsort, sort, topK } from './sort.js'
import { takeAlongAxis } from './take.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

/** Positions along an axis in order, by a sort that keeps equals in order. */
function orderOf(x: Grid, axis: number, descending: boolean): Grid {
  const length = x.shape[axis] as number
  return gridOf(x.shape, (index) => {
    const value = (i: number): number => at(x, index.with(axis, i))
    const order = Array.from({ length }, (_, i) => i).sort((a, b) =>
      descending ? value(b) - value(a) : value(a) - value(b),
    )
    return order[index[axis] as number] as number
  })
}

const cases = samples({ minimumRank: 1, maximumRank: 3, value: fc.integer({ min: -3, max: 3 }) }).chain(
  (sample) => {
    const rank = sample.grid.shape.length
    return fc.tuple(fc.constant(sample), fc.integer({ min: -rank, max: rank - 1 }), fc.boolean())
  },
)

it('sort and argsort agree with a stable sort, over axes, directions and layouts', () => {
  fc.assert(
    fc.property(cases, ([sample, axis, descending]) => {
      const { grid } = sample
      const along = (axis + grid.shape.length) % grid.shape.length
      const order = orderOf(grid, along, descending)
      const sorted = gridOf(grid.shape, (index) => at(grid, index.with(along, at(order, index))))
      const x = toTensor(sample)
      expectGrid(argsort(x, axis, { descending }), order)
      expectGrid(sort(x, axis, { descending }), sorted)
      expectNoLeaks(() => sort(x, axis, { descending }))
      expectNoLeaks(() => argsort(x, axis, { descending }))
      x.dispose()
    }),
    { numRuns: 40 },
  )
})

it('topK is the start of the sorted values, with their positions', () => {
  fc.assert(
    fc.property(cases, fc.nat(4), ([sample, axis, largest], most) => {
      const { grid } = sample
      const along = (axis + grid.shape.length) % grid.shape.length
      const k = Math.min(most, grid.shape[along] as number)
      const order = orderOf(grid, along, largest)
      const x = toTensor(sample)
      expectNoLeaks(() => Object.values(topK(x, k, axis, { largest })) as Tensor[])
      const { values, indices } = topK(x, k, axis, { largest })
      const { bytes } = memory()
      expect(bytes).toBeGreaterThanOrEqual(values.size * 8)
      const picked = takeAlongAxis(x, indices, axis)
      expect(numbers(picked)).toEqual(numbers(values))
      expectGrid(
        indices,
        gridOf(grid.shape.with(along, k), (index) => at(order, index)),
      )
      for (const each of [x, values, picked]) each.dispose()
    }),
    { numRuns: 40 },
  )
})

it('sorts NaN last, and first when descending', () => {
  const x = tensor([2, Number.NaN, -1])
  expect(numbers(sort(x))).toEqual([-1, 2, Number.NaN])
  expect(numbers(sort(x, 0, { descending: true }))).toEqual([Number.NaN, 2, -1])
  expect(numbers(argsort(x))).toEqual([2, 0, 1])
})

it('topK holds on to nothing but the k values', () => {
  const x = tensor(new Float32Array(1000))
  const { bytes } = memory()
  const { values, indices } = topK(x.reshape([10, 100]), 2)
  expect(memory().bytes - bytes).toBe(2 * 10 * 2 * 4)
  for (const each of [values, indices]) each.dispose()
})

it('searchSorted counts the elements before each value', () => {
  const sorted = tensor([1, 3, 3, 5], { dtype: 'int32' })
  const values = tensor([
    [0, 1, 3],
    [4, 5, 9.5],
  ])
  const left = searchSorted(sorted, values)
  expect([left.shape, left.dtype, numbers(left)]).toEqual([[2, 3], 'int32', [0, 0, 1, 3, 3, 4]])
  expect(numbers(searchSorted(sorted, values, { side: 'right' }))).toEqual([0, 1, 3, 3, 4, 4])
  expectNoLeaks(() => searchSorted(sorted, values))
})
