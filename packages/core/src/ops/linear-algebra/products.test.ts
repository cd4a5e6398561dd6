/**
 * dot, matmul, inner, outer, vecdot and tensordot against sums by definition, over shapes, layouts and dtypes.
 */
import { sizeOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { arranged, arrangements, coordinatesOf, noise } from '../../testing/arrangements.js'
import { expectGradients } from '../../testing/finite-differences.js'
import { elementAt, type Plain, plain, sums } from '../../testing/sums-by-definition.js'
import { expectValues } from '../../testing/values.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { dot, inner, outer, vecdot } from './dot.js'
import { matmul, matrixTranspose } from './matmul.js'
import { tensordot } from './tensordot.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const length = fc.integer({ min: 0, max: 4 })
const lead = fc.array(length, { maxLength: 2 })

function dotByDefinition(a: Plain, b: Plain): Plain {
  const k = a.shape.at(-1) as number
  const rows = a.shape.slice(0, -1)
  const columns = b.shape.length === 1 ? [] : b.shape.toSpliced(-2, 1)
  const shape = [...rows, ...columns]
  const values = sums(shape, k, (at, index) => {
    const [left, right] = [at.slice(0, rows.length), at.slice(rows.length)]
    const ofB = b.shape.length === 1 ? [index] : right.toSpliced(right.length - 1, 0, index)
    return elementAt(a, [...left, index]) * elementAt(b, ofB)
  })
  return { shape, values }
}

describe('dot', () => {
  it.each([
    [[3], [3], []],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [[2, 3, 4, 5], [5], [2, 3, 4]],
    [
      [2, 3, 4, 5],
      [5, 6],
      [2, 3, 4, 6],
    ],
    [
      [2, 3],
      [4, 3, 5],
      [2, 4, 5],
    ],
    [[3], [4, 3, 5], [4, 5]],
    [[], [2, 3], [2, 3]],
    [[2, 3], [], [2, 3]],
  ] as [number[], number[], number[]][])('gives %j · %j the shape %j', (a, b, shape) => {
    const left: Tensor = tensorFrom(noise(sizeOf(a)), a)
    const right: Tensor = tensorFrom(noise(sizeOf(b)), b)
    expect(dot(left, right).shape).toEqual(shape)
  })

  it('sums the last axis with the second to last, for every rank and layout', () => {
    const property = fc.property(
      lead,
      length,
      fc.oneof(fc.constant(undefined), fc.tuple(fc.array(length, { maxLength: 1 }), length)),
      arrangements,
      arrangements,
      (rows, k, other, layoutOfA, layoutOfB) => {
        const a = plain([...rows, k], 1)
        const b = plain(other === undefined ? [k] : [...other[0], k, other[1]], 2)
        const result = dot(arranged(a.values, a.shape, layoutOfA), arranged(b.values, b.shape, layoutOfB))
        const expected = dotByDefinition(a, b)
        expectValues(result, expected.shape, expected.values)
      },
    )
    fc.assert(property, { numRuns: 100 })
  })

  it('multiplies by a scalar', () => {
    expectValues(dot(tensor(2), tensor([1, 2, 3])), [3], [2, 4, 6])
    expectValues(tensor([[1], [2]]).dot(tensor(3)), [2, 1], [3, 6])
  })
})

describe('inner and outer', () => {
  it('inner sums the last axes', () => {
    const a = plain([2, 3], 1)
    const b = plain([2, 2, 3], 2)
    const expected = sums(
      [2, 2, 2],
      3,
      ([i, j, l], k) => elementAt(a, [i as number, k]) * elementAt(b, [j as number, l as number, k]),
    )
    expectValues(inner(arranged(a.values, a.shape), arranged(b.values, b.shape)), [2, 2, 2], expected)
    expectValues(inner(tensor([1, 2, 3]), tensor([4, 5, 6])), [], [32])
    expectValues(inner(tensor(3), tensor([1, 2])), [2], [3, 6])
    expectGradients(inner, [
      [2, 3],
      [2, 3],
    ])
  })

  it('outer flattens', () => {
    expectValues(
      outer(
        tensor([1, 2]),
        tensor([
          [3, 4],
          [5, 6],
        ]),
      ),
      [2, 4],
      [3, 4, 5, 6, 6, 8, 10, 12],
    )
    expectValues(outer(tensor(2), tensor([3])), [1, 1], [6])
    expectGradients(outer, [[2, 2], [3]])
  })
})

describe('vecdot', () => {
  it('sums one axis and broadcasts the others', () => {
    expectValues(
      vecdot(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([5, 6]),
      ),
      [2],
      [17, 39],
    )
    expectValues(
      vecdot(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([[5], [6]]),
        { axis: 0 },
      ),
      [2],
      [23, 34],
    )
    expectGradients(
      (a, b) => vecdot(a, b),
      [
        [2, 1, 3],
        [2, 3],
      ],
    )
  })
})

describe('tensordot', () => {
  it('sums any pairs of axes, in every layout', () => {
    const property = fc.property(
      fc.array(
        fc.record({ length, inA: fc.boolean(), inB: fc.boolean(), keyA: fc.nat(9), keyB: fc.nat(9) }),
        { maxLength: 5 },
      ),
      arrangements,
      arrangements,
      (labels, layoutOfA, layoutOfB) => {
        const named = labels.map((label, name) => ({ ...label, name }))
        const axesOfA = named.filter(({ inA }) => inA).sort((a, b) => a.keyA - b.keyA)
        const axesOfB = named.filter(({ inB }) => inB).sort((a, b) => a.keyB - b.keyB)
        const summed = named.filter(({ inA, inB }) => inA && inB)
        const a = plain(
          axesOfA.map((axis) => axis.length),
          1,
        )
        const b = plain(
          axesOfB.map((axis) => axis.length),
          2,
        )
        const free = [...axesOfA, ...axesOfB].filter((axis) => !summed.includes(axis))
        const values = coordinatesOf(free.map((axis) => axis.length)).map((at) => {
          let sum = 0
          for (const k of coordinatesOf(summed.map((axis) => axis.length))) {
            const where = (axis: (typeof named)[number]): number =>
              (free.includes(axis) ? at[free.indexOf(axis)] : k[summed.indexOf(axis)]) as number
            sum += elementAt(a, axesOfA.map(where)) * elementAt(b, axesOfB.map(where))
          }
          return sum
        })
        const result = tensordot(
          arranged(a.values, a.shape, layoutOfA),
          arranged(b.values, b.shape, layoutOfB),
          [
            summed.map((axis) => axesOfA.indexOf(axis)),
            summed.map((axis) => axesOfB.indexOf(axis) - axesOfB.length),
          ],
        )
        expectValues(
          result,
          free.map((axis) => axis.length),
          values,
        )
      },
    )
    fc.assert(property, { numRuns: 100 })
  })

  it('takes a number of axes: the last ones with the first ones', () => {
    const a = tensorFrom(noise(24), [2, 3, 4])
    const b = tensorFrom(noise(60), [3, 4, 5])
    expect([...tensordot(a, b).dataSync()]).toEqual([
      ...tensordot(a, b, [
        [1, 2],
        [0, 1],
      ]).dataSync(),
    ])
    expect(tensordot(a, b, 0).shape).toEqual([2, 3, 4, 3, 4, 5])
    expect(tensordot(a, tensorFrom(noise(8), [4, 2]), 1).shape).toEqual([2, 3, 2])
    expect(tensordot(a, b, [2, 1]).shape).toEqual([2, 3, 3, 5])
  })

  it('has gradients', () => {
    expectGradients(
      (a, b) =>
        tensordot(a, b, [
          [0, 2],
          [1, 0],
        ]),
      [
        [2, 2, 3],
        [3, 2],
      ],
    )
    expectGradients((a, b) => tensordot(a, b, 0), [[2], [2, 2]])
  })
})

describe('memory', () => {
  it('holds the result alone', () => {
    const matrices: Tensor = tensorFrom(noise(8), [2, 2, 2], { dtype: 'float32' })
    const others: Tensor = tensorFrom(noise(8), [2, 2, 2], { dtype: 'float64' })
    const one: Tensor = tensorFrom(noise(4), [1, 2, 2], { dtype: 'float64' })
    const before = memory().tensors
    for (const run of [dot, matmul, inner, outer, vecdot]) {
      run(matrices, one).dispose()
      expect(memory().tensors).toBe(before)
    }
    tensordot(matrices, others).dispose()
    matrixTranspose(matrices).dispose()
    expect(memory().tensors).toBe(before)
  })
})
