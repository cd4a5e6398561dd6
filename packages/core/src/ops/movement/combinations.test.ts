import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import { anyAxis, expectAgreement, fromFront } from '../testing/agreement.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, expectGrid, type Grid, gridOf } from '../testing/grid.js'
import { samples, toTensor } from '../testing/layouts.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

describe('joining and cutting', () => {
  it('split undoes concatenate, along any axis and in any layout', () => {
    const cases = samples({ minimumRank: 1, maximumRank: 3 }).chain((sample) =>
      fc.tuple(fc.constant(sample), anyAxis(sample.grid.shape.length)),
    )
    fc.assert(
      fc.property(cases, ([sample, axis]) => {
        const parts = [toTensor(sample), toTensor({ ...sample, layout: 'contiguous' }), toTensor(sample)]
        const length = parts[0]?.shape.at(axis) as number
        const before = memory().tensors
        const joined = movement.concatenate(parts, axis)
        expect(memory().tensors).toBe(before + 1)
        expect(joined.shape.at(axis)).toBe(3 * length)
        for (const piece of movement.split(joined, [length, length, length], axis))
          expectGrid(piece, sample.grid)
        if (length > 0) for (const piece of movement.split(joined, 3, axis)) expectGrid(piece, sample.grid)
        for (const each of [joined, ...parts]) each.dispose()
        expect(memory().tensors).toBe(before - 3)
      }),
      { numRuns: 50 },
    )
  })

  it('stack adds an axis, of which each layer is an input', () => {
    const cases = samples({ maximumRank: 3 }).chain((sample) =>
      fc.tuple(fc.constant(sample), anyAxis(sample.grid.shape.length + 1)),
    )
    fc.assert(
      fc.property(cases, ([sample, axis]) => {
        const x = toTensor(sample)
        const stacked = movement.stack([x, x], axis)
        const along = fromFront(axis, stacked.ndim)
        const layer = stacked.shape.map((_, each) => (each === along ? 1 : null))
        expectGrid(movement.slice(stacked, ...layer), sample.grid)
        expectNoLeaks(() => movement.stack([x, x], axis))
        stacked.dispose()
        x.dispose()
      }),
      { numRuns: 40 },
    )
  })

  it('brings different types together', () => {
    const inputs = [tensor([1, 2], { dtype: 'int32' }), tensor([0.5])]
    const joined = movement.concatenate(inputs)
    expect([joined.dtype, ...numbers(joined)]).toEqual(['float32', 1, 2, 0.5])
    expectNoLeaks(() => movement.concatenate(inputs))
  })
})

describe('pad', () => {
  const reflected = (position: number, length: number): number => {
    if (length === 1) return 0
    let inside = position
    while (inside < 0 || inside >= length) inside = inside < 0 ? -inside : 2 * (length - 1) - inside
    return inside
  }
  const pairs = ({ length }: readonly number[]): fc.Arbitrary<[number, number][]> =>
    fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
      minLength: length,
      maxLength: length,
    })
  const padded = (
    x: Grid,
    around: readonly (readonly [number, number])[],
    pick: (source: number[]) => number,
  ): Grid =>
    gridOf(
      x.shape.map((length, axis) => length + (around[axis]?.[0] ?? 0) + (around[axis]?.[1] ?? 0)),
      (index) => pick(index.map((coordinate, axis) => coordinate - (around[axis]?.[0] ?? 0))),
    )

  it('constant', () => {
    expectAgreement(
      pairs,
      (x, around) => movement.pad(x, around, { value: 7 }),
      (x, around) =>
        padded(x, around, (source) => {
          const inside = source.every(
            (coordinate, axis) => coordinate >= 0 && coordinate < (x.shape[axis] as number),
          )
          return inside ? at(x, source) : 7
        }),
    )
  })

  it.each([
    ['edge', (position: number, length: number) => Math.min(Math.max(position, 0), length - 1)],
    ['reflect', reflected],
  ] as const)('%s', (mode, from) => {
    const cases = samples({ minimumLength: 1, maximumRank: 3 }).chain((sample) =>
      fc.tuple(fc.constant(sample), pairs(sample.grid.shape)),
    )
    fc.assert(
      fc.property(cases, ([sample, around]) => {
        const { grid } = sample
        const x = toTensor(sample)
        const expected = padded(grid, around, (source) =>
          at(
            grid,
            source.map((coordinate, axis) => from(coordinate, grid.shape[axis] as number)),
          ),
        )
        expectGrid(movement.pad(x, around, { mode }), expected)
        expectNoLeaks(() => movement.pad(x, around, { mode }))
        x.dispose()
      }),
      { numRuns: 50 },
    )
  })

  it('takes one number or pair for all axes', () => {
    expect(numbers(movement.pad(tensor([[5]]), 1))).toEqual([0, 0, 0, 0, 5, 0, 0, 0, 0])
    expect(movement.pad(tensor([[5, 6]]), [1, 2]).shape).toEqual([4, 5])
  })
})
