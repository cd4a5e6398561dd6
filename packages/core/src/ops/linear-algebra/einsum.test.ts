/**
 * einsum against sums by definition: any number of operands, repeated labels, ellipses, lengths of 1.
 */
import { createNullBackend, type Shape, sizeOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import { arranged, arrangements, coordinatesOf, noise, positionOf } from '../../testing/arrangements.js'
import { expectGradients, expectSecondGradients } from '../../testing/finite-differences.js'
import { expectValues } from '../../testing/values.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { einsum } from './einsum.js'
import { parseEquation } from './einsum-equation.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** An operand: its subscript and its shape. */
interface Operand {
  readonly subscript: string
  readonly shape: Shape
}

/** Every product of elements added to the element of the output that it belongs to. */
function einsumByDefinition(
  operands: readonly Operand[],
  output: string,
  values: readonly (readonly number[])[],
): { shape: number[]; values: number[] } {
  const letters = [...new Set(operands.flatMap(({ subscript }) => [...subscript]))]
  const lengthOf = (letter: string): number => {
    const lengths = operands.flatMap(({ subscript, shape }) =>
      shape.filter((_, axis) => subscript[axis] === letter),
    )
    return lengths.find((each) => each !== 1) ?? 1
  }
  const shape = [...output].map(lengthOf)
  const result = new Array<number>(sizeOf(shape)).fill(0)
  for (const at of coordinatesOf(letters.map(lengthOf))) {
    const coordinate = (letter: string): number => at[letters.indexOf(letter)] as number
    const product = operands.reduce((sofar, { subscript, shape: own }, which) => {
      const place = own.map((length, axis) => (length === 1 ? 0 : coordinate(subscript[axis] as string)))
      return sofar * ((values[which] as readonly number[])[positionOf(own, place)] as number)
    }, 1)
    const target = positionOf(shape, [...output].map(coordinate))
    result[target] = (result[target] as number) + product
  }
  return { shape, values: result }
}

const LETTERS = ['a', 'b', 'c', 'D'] as const

/** Lengths of the letters, the subscripts of the operands, which letters are in the output, which axes have length 1. */
const problems = fc
  .record({
    lengths: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    subscripts: fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    output: fc.shuffledSubarray([0, 1, 2, 3]),
    ones: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ lengths, subscripts, output, ones }) => ({
    operands: subscripts.map((labels, which): Operand => {
      const repeatsWhole = ones[which] === 0
      return {
        subscript: labels.map((label) => LETTERS[label]).join(''),
        shape: labels.map((label) => (repeatsWhole ? 1 : (lengths[label] as number))),
      }
    }),
    output: output
      .filter((label) => subscripts.some((labels) => labels.includes(label)))
      .map((label) => LETTERS[label])
      .join(''),
  }))

describe('einsum', () => {
  it('agrees with the definition for any operands and layouts, and frees what it made', () => {
    const property = fc.property(
      problems,
      fc.array(arrangements, { minLength: 4, maxLength: 4 }),
      ({ operands, output }, layouts) => {
        const values = operands.map(({ shape }, which) => noise(sizeOf(shape), which + 1))
        const tensors = operands.map(({ shape }, which) =>
          arranged(values[which] as number[], shape, layouts[which]),
        )
        const before = memory().tensors
        const result = einsum(
          `${operands.map(({ subscript }) => subscript).join(',')}->${output}`,
          ...tensors,
        )
        expect(memory().tensors).toBe(before + 1)
        const expected = einsumByDefinition(operands, output, values)
        expectValues(result, expected.shape, expected.values)
      },
    )
    fc.assert(property, { numRuns: 300 })
  })

  it('puts letters that stand once in alphabetical order without an arrow', () => {
    const a = tensorFrom(noise(6), [2, 3])
    const b = tensorFrom(noise(12), [3, 4])
    expectValues(einsum('ba', a), [3, 2], [...einsum('ij->ji', a).dataSync()])
    expectValues(
      einsum('kj,ji', b.matmul(tensorFrom(noise(8), [4, 2])), a),
      [3, 3],
      [...einsum('kj,ji->ik', b.matmul(tensorFrom(noise(8), [4, 2])), a).dataSync()],
    )
    expect(
      parseEquation('zB...,Bb', [
        [1, 2, 3, 4],
        [2, 5],
      ]).output,
    ).toEqual([-2, -1, 'b'.charCodeAt(0), 'z'.charCodeAt(0)])
  })

  it('broadcasts ellipses', () => {
    const a = tensorFrom(noise(2 * 1 * 3 * 4), [2, 1, 3, 4], { dtype: 'float64' })
    const b = tensorFrom(noise(5 * 4 * 3), [5, 4, 3], { dtype: 'float64' })
    const product = einsum('...ij,...jk->...ik', a, b)
    expectValues(product, [2, 5, 3, 3], [...a.matmul(b).dataSync()])
    expect(einsum('...i->i...', a).shape).toEqual([4, 2, 1, 3])
    expect(einsum('i...->...', a).shape).toEqual([1, 3, 4])
    expect(einsum('...,...', a, tensor(2)).shape).toEqual([2, 1, 3, 4])
  })

  it('takes diagonals and traces', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    expectValues(einsum('ii->i', x), [2], [1, 4])
    expectValues(einsum('ii', x), [], [5])
    const cube = tensorFrom(
      Array.from({ length: 27 }, (_, i) => i),
      [3, 3, 3],
    )
    expectValues(einsum('iii->i', cube), [3], [0, 13, 26])
    // A view: nothing is moved, however the matrix lies.
    const transposed = einsum('ij->ji', x)
    expect(einsum('ii->i', transposed).strides).toEqual([3])
  })

  it('ignores spaces and promotes dtypes', () => {
    const flags = tensor([true, true, false])
    expect(einsum('i, i ->', flags, flags).dtype).toBe('int32')
    expect(einsum('i,i', flags, tensor([0.5, 1, 2])).dataSync()[0]).toBe(1.5)
  })

  it('contracts the cheapest pair first', () => {
    const backend = createNullBackend()
    const [thin, wide] = [
      tensorFrom(noise(200), [200, 1], { backend }),
      tensorFrom(noise(200), [1, 200], { backend }),
    ]
    backend.resetCounts()
    einsum('ij,jk,kl->il', thin, wide, thin)
    // From the left it would be 200 × 200 first.
    const shapes = backend.calls().map((call) => (call.kind === 'contract' ? call.output.shape : []))
    expect(shapes).toEqual([
      [1, 1],
      [200, 1],
    ])
  })

  it('has gradients', () => {
    expectGradients(
      (a, b) => einsum('ij,jk->ik', a, b),
      [
        [2, 3],
        [3, 2],
      ],
    )
    expectGradients((a) => einsum('iij->ji', a), [[2, 2, 3]])
    expectGradients(
      (a, b, c) => einsum('bhq,bkh,hh->bqk', a, b, c),
      [
        [2, 2, 3],
        [2, 2, 2],
        [2, 2],
      ],
    )
    expectGradients(
      (a, b) => einsum('i...,...->i...', a, b),
      [
        [2, 1, 3],
        [2, 3],
      ],
    )
    expectGradients((a, b) => einsum('ij,k->', a, b), [[2, 2], [3]])
    expectSecondGradients(
      (a, b) => einsum('bqd,bkd->bqk', a, b),
      [
        [2, 2, 2],
        [1, 2, 2],
      ],
    )
  })
})
