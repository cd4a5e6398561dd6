import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, coordinates, expectGrid, type Grid, gridOf } from '../testing/grid.js'
import { samples, toTensor } from '../testing/layouts.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Checks `run` against a reference over shapes and layouts, with a choice of parameters that depends on the shape. */
function agrees<P>(
  parameters: (shape: readonly number[]) => fc.Arbitrary<P>,
  run: (x: Tensor, parameters: P) => Tensor,
  reference: (x: Grid, parameters: P) => Grid,
  minimumRank = 0,
): void {
  const cases = samples({ minimumRank, maximumRank: 3 }).chain((sample) =>
    fc.tuple(fc.constant(sample), parameters(sample.grid.shape)),
  )
  fc.assert(
    fc.property(cases, ([sample, chosen]) => {
      const x = toTensor(sample)
      const before = memory().tensors
      expectGrid(run(x, chosen), reference(sample.grid, chosen))
      expect(memory().tensors).toBe(before)
      x.dispose()
    }),
    { numRuns: 60 },
  )
}

const anyAxis = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 })
const fromFront = (axis: number, rank: number): number => (axis + rank) % rank
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)
const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)
const nothing = (): fc.Arbitrary<undefined> => fc.constant(undefined)

describe('shape', () => {
  it('reshape keeps the row-major order', () => {
    agrees(
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
    agrees(
      nothing,
      (x) => movement.flatten(x),
      (x) => ({ shape: [x.values.length], values: x.values }),
    )
    expect(movement.flatten(tensorFrom(new Float32Array(24), [2, 3, 4]), 1).shape).toEqual([2, 12])
    expect(movement.flatten(tensorFrom(new Float32Array(24), [2, 3, 4]), -3, -2).shape).toEqual([6, 4])
  })

  it('squeeze', () => {
    agrees(
      nothing,
      (x) => movement.squeeze(x),
      (x) => ({ shape: x.shape.filter((length) => length !== 1), values: x.values }),
    )
    expect(movement.squeeze(tensor([[[1], [2]]]), -1).shape).toEqual([1, 2])
  })

  it('expandDims', () => {
    agrees(
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
    agrees(
      (shape) =>
        fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
      (x, order) => movement.permute(x, order),
      permuted,
    )
    agrees(
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
    agrees(
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
    agrees(
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
    agrees(
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
    agrees(
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
    agrees(
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
    agrees(
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

describe('flip and roll', () => {
  it('flip', () => {
    agrees(
      (shape) => fc.shuffledSubarray(shape.map((_, axis) => axis)),
      (x, axes) => movement.flip(x, axes),
      (x, axes) =>
        gridOf(x.shape, (index) =>
          at(
            x,
            index.map((coordinate, axis) =>
              axes.includes(axis) ? (x.shape[axis] as number) - 1 - coordinate : coordinate,
            ),
          ),
        ),
    )
  })

  it('roll', () => {
    agrees(
      ({ length }) => fc.tuple(fc.integer({ min: -9, max: 9 }), anyAxis(length)),
      (x, [shift, axis]) => movement.roll(x, shift, axis),
      (x, [shift, axis]) => {
        const along = fromFront(axis, x.shape.length)
        const length = x.shape[along] as number
        return gridOf(x.shape, (index) =>
          at(x, index.with(along, ((((index[along] as number) - shift) % length) + length) % length)),
        )
      },
      1,
    )
    expect(
      numbers(
        movement.roll(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          1,
        ),
      ),
    ).toEqual([4, 1, 2, 3])
    expect(
      numbers(
        movement.roll(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          [1, 1],
          [0, 1],
        ),
      ),
    ).toEqual([4, 3, 2, 1])
  })
})

describe('diagonals and triangles', () => {
  const offset = (): fc.Arbitrary<number> => fc.integer({ min: -5, max: 5 })

  it('diagonal', () => {
    agrees(
      offset,
      (x, k) => movement.diagonal(x, { offset: k, axes: [-2, -1] }),
      (x, k) => {
        const [rows, columns] = x.shape.slice(-2) as [number, number]
        const on = coordinates([rows, columns]).filter(([row = 0, column = 0]) => column - row === k)
        return gridOf([...x.shape.slice(0, -2), on.length], (index) =>
          at(x, [...index.slice(0, -1), ...(on[index.at(-1) as number] as number[])]),
        )
      },
      2,
    )
    const cube = tensorFrom(
      Float32Array.from({ length: 12 }, (_, i) => i),
      [2, 3, 2],
    )
    expect(movement.diagonal(cube).shape).toEqual([2, 2])
    expect(numbers(movement.diagonal(cube))).toEqual([0, 8, 1, 9])
  })

  it('trace', () => {
    expect(
      numbers(
        movement.trace(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([5])
    expect(
      numbers(
        movement.trace(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          { offset: 7 },
        ),
      ),
    ).toEqual([0])
    const mask = tensor([
      [true, false],
      [true, true],
    ])
    expect([movement.trace(mask).dtype, ...numbers(movement.trace(mask))]).toEqual(['int32', 2])
    expectNoLeaks(() => movement.trace(mask))
  })

  it.each([
    ['tril', movement.tril, (row: number, column: number, k: number) => column <= row + k],
    ['triu', movement.triu, (row: number, column: number, k: number) => column >= row + k],
  ] as const)('%s', (_, run, keeps) => {
    agrees(
      offset,
      (x, k) => run(x, k),
      (x, k) =>
        gridOf(x.shape, (index) =>
          keeps(index.at(-2) as number, index.at(-1) as number, k) ? at(x, index) : 0,
        ),
      2,
    )
  })
})
