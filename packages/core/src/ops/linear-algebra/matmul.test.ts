/**
 * matmul against sums by definition, over shapes, layouts and dtypes.
 */
import type { DType, Shape } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { arranged, arrangements } from '../../testing/arrangements.js'
import { expectGradients, expectSecondGradients } from '../../testing/finite-differences.js'
import { elementAt, type Plain, plain, sums } from '../../testing/sums-by-definition.js'
import { expectValues } from '../../testing/values.js'
import { tensor } from '../creation/tensor.js'
import { matmul, matrixTranspose } from './matmul.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const length = fc.integer({ min: 0, max: 4 })

function matmulByDefinition(a: Plain, b: Plain): Plain {
  const matrixOfA = { ...a, shape: a.shape.length === 1 ? [1, ...a.shape] : a.shape }
  const matrixOfB = { ...b, shape: b.shape.length === 1 ? [...b.shape, 1] : b.shape }
  const [batchOfA, batchOfB] = [matrixOfA.shape.slice(0, -2), matrixOfB.shape.slice(0, -2)]
  const rank = Math.max(batchOfA.length, batchOfB.length)
  const batch = Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [batchOfA.at(axis - rank), batchOfB.at(axis - rank)]
    return axis < rank - batchOfA.length ? right : axis < rank - batchOfB.length || left !== 1 ? left : right
  }) as number[]
  const [m, k, n] = [matrixOfA.shape.at(-2), matrixOfA.shape.at(-1), matrixOfB.shape.at(-1)] as [
    number,
    number,
    number,
  ]
  const pick = (shape: Shape, at: readonly number[]): number[] =>
    shape.map((size, axis) => (size === 1 ? 0 : (at[axis + rank - shape.length] as number)))
  const values = sums([...batch, m, n], k, (at, index) => {
    const [row, column] = at.slice(-2) as [number, number]
    return (
      elementAt(matrixOfA, [...pick(batchOfA, at), row, index]) *
      elementAt(matrixOfB, [...pick(batchOfB, at), index, column])
    )
  })
  return {
    shape: [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])],
    values,
  }
}

describe('matmul', () => {
  it('broadcasts batches, takes vectors as rows and columns, in every layout', () => {
    const batchAxis = fc.constantFrom<[number, number]>([3, 3], [1, 2], [2, 1], [1, 1], [0, 1], [0, 0])
    const property = fc.property(
      fc.record({
        batch: fc.array(batchAxis, { maxLength: 2 }),
        extra: fc.constantFrom<[number[], number[]]>([[], []], [[2], []], [[], [2]]),
        vector: fc.constantFrom('none', 'none', 'first', 'second', 'both'),
      }),
      fc.tuple(length, length, length),
      arrangements,
      arrangements,
      ({ batch, extra, vector }, [m, k, n], layoutOfA, layoutOfB) => {
        const isVectorA = vector === 'first' || vector === 'both'
        const isVectorB = vector === 'second' || vector === 'both'
        const a = plain(isVectorA ? [k] : [...extra[0], ...batch.map(([one]) => one), m, k], 1)
        const b = plain(isVectorB ? [k] : [...extra[1], ...batch.map(([, one]) => one), k, n], 2)
        const result = matmul(arranged(a.values, a.shape, layoutOfA), arranged(b.values, b.shape, layoutOfB))
        const expected = matmulByDefinition(a, b)
        expectValues(result, expected.shape, expected.values)
      },
    )
    fc.assert(property, { numRuns: 150 })
  })

  it.each<[DType, DType, DType]>([
    ['bool', 'bool', 'int32'],
    ['uint8', 'uint8', 'uint8'],
    ['uint8', 'int32', 'int32'],
    ['bool', 'float32', 'float32'],
    ['int32', 'uint32', 'int32'],
    ['float32', 'float64', 'float64'],
    ['float16', 'int32', 'float16'],
  ])('of %s and %s is %s', (d, e, expected) => {
    const result = matmul(
      tensor(
        [
          [1, 0],
          [1, 1],
        ],
        { dtype: d },
      ),
      tensor([1, 1], { dtype: e }),
    )
    expect(result.dtype).toBe(expected)
    expect([...result.dataSync()]).toEqual([1, 2])
  })

  it('has gradients with batches that broadcast', () => {
    expectGradients(matmul, [
      [2, 1, 2, 3],
      [2, 3, 2],
    ])
    expectGradients(matmul, [
      [2, 2, 3],
      [3, 2],
    ])
    expectGradients(matmul, [
      [2, 3],
      [3, 3, 2],
    ])
    expectGradients(matmul, [
      [1, 2, 3],
      [2, 3, 2],
    ])
    expectGradients(matmul, [[3], [2, 3, 2]])
    expectGradients(matmul, [[2, 2, 3], [3]])
    expectGradients(matmul, [[3], [3]])
  })

  it('has second gradients', () => {
    expectSecondGradients(matmul, [
      [2, 2, 3],
      [3, 2],
    ])
    expectSecondGradients(matmul, [
      [2, 1, 2, 2],
      [2, 2, 1],
    ])
  })

  it('has gradients through a promotion of dtypes', () => {
    expectGradients(
      (a) =>
        matmul(
          a,
          tensor(
            [
              [1, 2],
              [3, 4],
            ],
            { dtype: 'int32' },
          ),
        ),
      [[2, 2]],
    )
  })

  it('has gradients in other layouts', () => {
    const transposed = { keys: [2, 1, 0], gap: 1, reversed: [true, false, true] }
    expectGradients(
      matmul,
      [
        [2, 2, 3],
        [2, 3, 2],
      ],
      [transposed, transposed],
    )
  })
})

describe('matrixTranspose', () => {
  it('exchanges the last two axes without a copy', () => {
    const x = tensor([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ])
    const transposed = matrixTranspose(x)
    expectValues(transposed, [1, 3, 2], [1, 4, 2, 5, 3, 6])
    expect(transposed.strides).toEqual([6, 1, 3])
  })
})
