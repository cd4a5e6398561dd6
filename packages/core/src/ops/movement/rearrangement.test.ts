import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { anyAxis, expectAgreement, fromFront } from '../testing/agreement.js'
import { expectNoLeaks } from '../testing/gradients.js'
import { at, coordinates, gridOf } from '../testing/grid.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

describe('flip and roll', () => {
  it('flip', () => {
    expectAgreement(
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
    expectAgreement(
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
    expectAgreement(
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
    expectAgreement(
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
