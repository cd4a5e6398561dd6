import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { transpose } from '../movement/index.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, coordinates, expectGrid, type Grid, gridOf } from '../testing/grid.js'
import { type Sample, samples, toTensor } from '../testing/layouts.js'
import * as indexing from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)
const indexTensor = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensorFrom([...values], [...shape], { dtype: 'int32' })

interface Picking {
  readonly sample: Sample
  /** From the front. */
  readonly axis: number
  /** As an operation is given it, maybe from the back. */
  readonly given: number
  readonly indices: Grid
}

/** Data in any layout, an axis of it, and indices of a shape that `shapeOf` chooses. */
function pickings(
  shapeOf: (shape: readonly number[], axis: number) => fc.Arbitrary<number[]>,
): fc.Arbitrary<Picking> {
  return samples({ minimumRank: 1, maximumRank: 3, minimumLength: 1 }).chain((sample) => {
    const { shape } = sample.grid
    return fc.tuple(fc.nat(shape.length - 1), fc.boolean()).chain(([axis, back]) =>
      shapeOf(shape, axis).chain((picked) => {
        const length = shape[axis] as number
        const size = picked.reduce((product, each) => product * each, 1)
        const values = fc.array(fc.integer({ min: -length, max: length - 1 }), {
          minLength: size,
          maxLength: size,
        })
        return values.map((all) => ({
          sample,
          axis,
          given: back ? axis - shape.length : axis,
          indices: { shape: picked, values: all },
        }))
      }),
    )
  })
}

const anyShape = (): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 })
const sameRank = (shape: readonly number[], axis: number): fc.Arbitrary<number[]> =>
  fc.nat(4).map((length) => shape.with(axis, length))
const front = (index: number, length: number): number => (index < 0 ? index + length : index)

describe('picking', () => {
  it('take and gather replace the axis by the axes of the indices', () => {
    fc.assert(
      fc.property(pickings(anyShape), ({ sample, axis, given, indices }) => {
        const { grid } = sample
        const x = toTensor(sample)
        const positions = indexTensor(indices.values, indices.shape)
        const rank = indices.shape.length
        const expected = gridOf(grid.shape.toSpliced(axis, 1, ...indices.shape), (index) =>
          at(
            grid,
            index.toSpliced(
              axis,
              rank,
              front(at(indices, index.slice(axis, axis + rank)), grid.shape[axis] as number),
            ),
          ),
        )
        expectGrid(indexing.take(x, positions, given), expected)
        expectGrid(indexing.gather(x, positions, given), expected)
        expectNoLeaks(() => indexing.take(x, positions, given))
        for (const each of [x, positions]) each.dispose()
      }),
      { numRuns: 40 },
    )
  })

  it('take accepts plain numbers, and flattens without an axis', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(numbers(indexing.take(x, [5, -6]))).toEqual([6, 1])
    expect(indexing.take(x, 1, 1).shape).toEqual([2])
    expect(
      indexing.take(
        x,
        [
          [0, 1],
          [1, 0],
        ],
        0,
      ).shape,
    ).toEqual([2, 2, 3])
    expect(numbers(indexing.take(x, indexTensor([1], [1]).cast('uint8'), 0))).toEqual([4, 5, 6])
    expectNoLeaks(() => indexing.take(x, [[0], [1]], 1))
  })

  it('takeAlongAxis picks one element per position, also with repeated indices and in any layout', () => {
    fc.assert(
      fc.property(pickings(sameRank), fc.boolean(), ({ sample, axis, given, indices }, shared) => {
        const { grid } = sample
        const x = toTensor(sample)
        // Axes other than the one that is picked from may have length 1.
        const shape = shared
          ? indices.shape.map((length, other) => (other === axis ? length : 1))
          : indices.shape
        const own = gridOf(shape, (index) => at(indices, index))
        const positions = indexTensor(own.values, shape)
        const expected = gridOf(indices.shape, (index) => {
          const from = index.map((coordinate, other) => (shape[other] === 1 ? 0 : coordinate))
          return at(grid, index.with(axis, front(at(own, from), grid.shape[axis] as number)))
        })
        expectGrid(indexing.takeAlongAxis(x, positions, given), expected)
        expectNoLeaks(() => indexing.takeAlongAxis(x, positions, given))
        for (const each of [x, positions]) each.dispose()
      }),
      { numRuns: 40 },
    )
  })
})

const COMBINE = {
  add: (a: number, b: number) => a + b,
  set: (_: number, b: number) => b,
  max: Math.max,
  min: Math.min,
}
const MODES = ['add', 'set', 'max', 'min'] as const
const SCATTER = {
  add: indexing.scatterAdd,
  set: indexing.scatterSet,
  max: indexing.scatterMax,
  min: indexing.scatterMin,
}

describe.each(MODES)('combining by index: %s', (mode) => {
  it('scatter puts slices', () => {
    fc.assert(
      fc.property(pickings(anyShape), ({ sample, axis, given, indices }) => {
        const { grid } = sample
        const rank = indices.shape.length
        const updates = gridOf(grid.shape.toSpliced(axis, 1, ...indices.shape), (index) =>
          Math.sin(index.join('').length + index.reduce((a, b) => 3 * a + b, 1)),
        )
        const expected = new Map(coordinates(grid.shape).map((index) => [index.join(), at(grid, index)]))
        for (const index of coordinates(updates.shape)) {
          const to = front(at(indices, index.slice(axis, axis + rank)), grid.shape[axis] as number)
          const key = index.toSpliced(axis, rank, to).join()
          expected.set(key, COMBINE[mode](expected.get(key) as number, at(updates, index)))
        }
        const x = toTensor(sample)
        const positions = indexTensor(indices.values, indices.shape)
        const values = tensorFrom([...updates.values], updates.shape, { dtype: 'float64' })
        expectGrid(SCATTER[mode](x, positions, values, given), {
          shape: grid.shape,
          values: [...expected.values()],
        })
        expectNoLeaks(() => SCATTER[mode](x, positions, values, given))
        for (const each of [x, positions, values]) each.dispose()
      }),
      { numRuns: 40 },
    )
  })

  it('putAlongAxis puts elements', () => {
    fc.assert(
      fc.property(pickings(sameRank), ({ sample, axis, given, indices }) => {
        const { grid } = sample
        const expected = new Map(coordinates(grid.shape).map((index) => [index.join(), at(grid, index)]))
        for (const index of coordinates(indices.shape)) {
          const key = index.with(axis, front(at(indices, index), grid.shape[axis] as number)).join()
          expected.set(key, COMBINE[mode](expected.get(key) as number, 0.5))
        }
        const x = toTensor(sample)
        const positions = indexTensor(indices.values, indices.shape)
        expectGrid(indexing.putAlongAxis(x, positions, 0.5, given, { mode }), {
          shape: grid.shape,
          values: [...expected.values()],
        })
        expectNoLeaks(() => indexing.putAlongAxis(x, positions, 0.5, given, { mode }))
        for (const each of [x, positions]) each.dispose()
      }),
      { numRuns: 40 },
    )
  })
})

describe('scatter', () => {
  it('broadcasts updates, casts them up, and leaves the data as it was', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    const update = tensor([10], { dtype: 'int32' })
    expect(numbers(indexing.scatterAdd(x, [1, 1], update))).toEqual([1, 2, 23, 24])
    expect(numbers(indexing.scatterSet(x, -1, 0, 1))).toEqual([1, 0, 3, 0])
    expect(numbers(x)).toEqual([1, 2, 3, 4])
    expectNoLeaks(() => indexing.scatterAdd(x, [0, 1], update))
  })

  it('adds into transposed data', () => {
    const x = transpose(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
    expect(numbers(indexing.scatterAdd(x, [2], 1))).toEqual([1, 4, 2, 5, 4, 7])
  })
})

describe('oneHot', () => {
  it('has a 1 where the class is, and zeros for classes that do not exist', () => {
    const classes = indexTensor([2, 0, -1, 3], [2, 2])
    const encoded = indexing.oneHot(classes, 3)
    expect([encoded.dtype, encoded.shape]).toEqual(['float32', [2, 2, 3]])
    expect(numbers(encoded)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(indexing.oneHot(classes, 2, { dtype: 'bool' }).dtype).toBe('bool')
    const bytes = tensor([1, 0], { dtype: 'uint8' })
    expectNoLeaks(() => indexing.oneHot(bytes, 3))
  })
})

describe('masks', () => {
  it('nonzero gives the coordinates along each axis', async () => {
    await fc.assert(
      fc.asyncProperty(
        samples({ maximumRank: 3, value: fc.constantFrom(0, 0, 1, Number.NaN) }),
        async (sample) => {
          const x = toTensor(sample)
          const before = memory().tensors
          const found = await indexing.nonzero(x)
          const expected = coordinates(sample.grid.shape).filter((index) => at(sample.grid, index) !== 0)
          expect(found.map(numbers)).toEqual(
            sample.grid.shape.map((_, axis) => expected.map((index) => index[axis])),
          )
          for (const each of found) each.dispose()
          expect(memory().tensors).toBe(before)
          x.dispose()
        },
      ),
      { numRuns: 30 },
    )
  })

  it('booleanMask picks elements or slices', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const before = memory().tensors
    const rows = await indexing.booleanMask(x, tensor([true, false, true]))
    expect([rows.shape, numbers(rows)]).toEqual([
      [2, 2],
      [1, 2, 5, 6],
    ])
    const odd = await indexing.booleanMask(
      x,
      tensor([
        [1, 0],
        [1, 0],
        [0, 0],
      ]),
    )
    expect([odd.shape, numbers(odd)]).toEqual([[2], [1, 3]])
    expect((await indexing.booleanMask(x, tensor([false, false, false]))).shape).toEqual([0, 2])
    expect(memory().tensors).toBe(before + 6)
  })
})
