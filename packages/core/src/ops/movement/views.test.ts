import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { anyAxis, expectAgreement, fromFront, nothing } from '../testing/agreement.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, type Grid, gridOf } from '../testing/grid.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)
const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

describe('shape', () => {
  it('reshape keeps the row-major order', () => {
    expectAgreement(
      (shape): fc.Arbitrary<readonly number[]> => {
        const size = sizeOf(shape)
        const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((n) => size % n === 0)
        return size === 0
          ? fc.constantFrom([0], [0, 5], [3, 0, 2])
          : fc
              .constantFrom(...divisors)
              .chain((n) => fc.constantFrom([n, size / n], [n, 1, -1], [-1], [1, size / n, -1]))
      },
      (x, shape) => movement.reshape(x, shape),
      (x, shape) => {
        const known = shape.filter((length) => length >= 0)
        return {
          shape: shape.map((length) => (length < 0 ? x.values.length / sizeOf(known) : length)),
          values: x.values,
        }
      },
    )
  })

  it('flatten', () => {
    expectAgreement(
      nothing,
      (x) => movement.flatten(x),
      (x) => ({ shape: [x.values.length], values: x.values }),
    )
    expect(movement.flatten(tensorFrom(new Float32Array(24), [2, 3, 4]), 1).shape).toEqual([2, 12])
    expect(movement.flatten(tensorFrom(new Float32Array(24), [2, 3, 4]), -3, -2).shape).toEqual([6, 4])
  })

  it('squeeze', () => {
    expectAgreement(
      nothing,
      (x) => movement.squeeze(x),
      (x) => ({ shape: x.shape.filter((length) => length !== 1), values: x.values }),
    )
    expect(movement.squeeze(tensor([[[1], [2]]]), -1).shape).toEqual([1, 2])
  })

  it('expandDims', () => {
    expectAgreement(
      (shape) => fc.integer({ min: -shape.length - 1, max: shape.length }),
      (x, place) => movement.expandDims(x, place),
      (x, place) => ({
        shape: x.shape.toSpliced(fromFront(place, x.shape.length + 1), 0, 1),
        values: x.values,
      }),
    )
    expect(movement.expandDims(tensor([1, 2]), [0, -1]).shape).toEqual([1, 2, 1])
  })
})

describe('order of axes', () => {
  const permuted = (x: Grid, order: readonly number[]): Grid =>
    gridOf(
      order.map((axis) => x.shape[axis] as number),
      (index) =>
        at(
          x,
          x.shape.map((_, axis) => index[order.indexOf(axis)] as number),
        ),
    )

  it('transpose and permute', () => {
    expectAgreement(
      (shape) =>
        fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
      (x, order) => movement.permute(x, order),
      permuted,
    )
    expectAgreement(
      nothing,
      (x) => movement.transpose(x),
      (x) =>
        permuted(
          x,
          x.shape.map((_, axis) => x.shape.length - 1 - axis),
        ),
    )
    expect(movement.transpose(tensor([[1, 2, 3]]), [-1, 0]).shape).toEqual([3, 1])
  })

  it('swapAxes', () => {
    expectAgreement(
      ({ length }) => fc.tuple(anyAxis(length), anyAxis(length)),
      (x, [a, b]) => movement.swapAxes(x, a, b),
      (x, axes) => {
        const [a, b] = axes.map((axis) => fromFront(axis, x.shape.length)) as [number, number]
        return permuted(
          x,
          x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
        )
      },
      1,
    )
  })

  it('moveAxis', () => {
    expectAgreement(
      ({ length }) => fc.tuple(anyAxis(length), anyAxis(length)),
      (x, [from, to]) => movement.moveAxis(x, from, to),
      (x, axes) => {
        const [from, to] = axes.map((axis) => fromFront(axis, x.shape.length)) as [number, number]
        return permuted(
          x,
          x.shape
            .map((_, axis) => axis)
            .toSpliced(from, 1)
            .toSpliced(to, 0, from),
        )
      },
      1,
    )
    expect(movement.moveAxis(tensorFrom(new Float32Array(24), [2, 3, 4]), [0, 1], [-1, 0]).shape).toEqual([
      3, 4, 2,
    ])
  })

  it('leaves a view that shares the data', () => {
    const x = tensorFrom(new Float32Array(6), [2, 3])
    const { bytes } = memory()
    const views = [
      movement.transpose(x),
      movement.flip(x),
      movement.slice(x, 0),
      movement.broadcastTo(x, [5, 2, 3]),
    ]
    expect(memory().bytes).toBe(bytes)
    for (const view of views) view.dispose()
  })
})

describe('repetition', () => {
  it('broadcastTo', () => {
    expectAgreement(
      (shape) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
          fc.constant(shape),
          fc.integer({ min: 0, max: 4 }),
        ),
      (x, [lead, shape, length]) =>
        movement.broadcastTo(x, [...lead, ...shape.map((own) => (own === 1 ? length : own))]),
      (x, [lead, shape, length]) =>
        gridOf([...lead, ...shape.map((own) => (own === 1 ? length : own))], (index) =>
          at(
            x,
            index.slice(lead.length).map((coordinate, axis) => (x.shape[axis] === 1 ? 0 : coordinate)),
          ),
        ),
    )
  })

  it('tile', () => {
    expectAgreement(
      () => fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      (x, counts) => movement.tile(x, counts),
      (x, counts) => {
        const rank = Math.max(x.shape.length, counts.length)
        const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]
        const times = [...new Array<number>(rank - counts.length).fill(1), ...counts]
        return gridOf(
          shape.map((length, axis) => length * (times[axis] as number)),
          (index) =>
            at(
              { shape, values: x.values },
              index.map((coordinate, axis) => coordinate % (shape[axis] as number)),
            ),
        )
      },
    )
  })

  it('repeat', () => {
    expectAgreement(
      ({ length }) => fc.tuple(fc.integer({ min: 0, max: 3 }), anyAxis(length)),
      (x, [count, axis]) => movement.repeat(x, count, axis),
      (x, [count, axis]) => {
        const along = fromFront(axis, x.shape.length)
        return gridOf(x.shape.with(along, (x.shape[along] as number) * count), (index) =>
          at(x, index.with(along, Math.floor((index[along] as number) / count))),
        )
      },
      1,
    )
    expect(
      numbers(
        movement.repeat(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          2,
        ),
      ),
    ).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  })

  it('meshgrid', () => {
    const [x, y] = movement.meshgrid([tensor([1, 2, 3]), tensor([4, 5])])
    expect([x?.shape, numbers(x as Tensor), numbers(y as Tensor)]).toEqual([
      [2, 3],
      [1, 2, 3, 1, 2, 3],
      [4, 4, 4, 5, 5, 5],
    ])
    const inputs = [tensor([1, 2]), tensor([3]), tensor([4, 5])]
    const grids = movement.meshgrid(inputs, { indexing: 'ij' })
    expect(grids.map(({ shape }) => shape)).toEqual([
      [2, 1, 2],
      [2, 1, 2],
      [2, 1, 2],
    ])
    expect(numbers(grids[2] as Tensor)).toEqual([4, 5, 4, 5])
    expectNoLeaks(() => movement.meshgrid(inputs))
  })
})
