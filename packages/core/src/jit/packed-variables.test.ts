/**
 * Packed updates in captured programs: variables that are updated alike share one buffer and one kernel, and nobody can
 * tell from their values.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { stopGradient } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { tensor, zeros } from '../ops/creation/index.js'
import { matmul } from '../ops/linear-algebra/index.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { programFacts } from './inspect.js'
import { jit } from './jit.js'

setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor | Variable): number[] =>
  Array.from(x instanceof Variable ? x.value.dataSync() : x.dataSync(), Number)

const variable = (values: readonly number[], name = 'v'): Variable =>
  new Variable(tensor([...values]), { name })

describe('packed updates', () => {
  const step = (variables: readonly Variable[]) => {
    for (const each of variables) each.assign(each.value.mul(2).add(1))
  }

  it('are one kernel, whatever the shapes', () => {
    const variables = [
      variable([1], 'a'),
      variable([2, 3, 4], 'b'),
      new Variable(zeros([2, 2]), { name: 'c' }),
    ]
    const f = jit(() => step(variables))
    f()
    f()
    expect(variables.map(valuesOf)).toEqual([[7], [11, 15, 19], [3, 3, 3, 3]])
    expect(programFacts(f)[0]?.kernels).toBe(1)
  })

  it('of overlapping sets leave each other alone', () => {
    const [a, b, c] = [variable([1], 'a'), variable([2, 2], 'b'), variable([3, 3, 3], 'c')]
    const [first, second, third] = [
      [a, b],
      [b, c],
      [c, a],
    ].map((pair) => jit(() => step(pair)))
    for (let round = 0; round < 3; round++) {
      first?.()
      second?.()
      third?.()
    }
    const after = (value: number): number => Array.from({ length: 6 }).reduce<number>((x) => 2 * x + 1, value)
    expect([a, b, c].map(valuesOf)).toEqual([[after(1)], Array(2).fill(after(2)), Array(3).fill(after(3))])
  })

  it('go on from what was assigned outside', () => {
    const [a, b] = [variable([1], 'a'), variable([2, 2], 'b')]
    const f = jit(() => step([a, b]))
    f()
    b.assign(tensor([10, 20]))
    f()
    const alias = stopGradient(a.value)
    f()
    expect([a, b].map(valuesOf)).toEqual([[15], [43, 83]])
    expect(valuesOf(alias)).toEqual([7])
  })

  it('whose values are computed one after the other', () => {
    const matrix = tensor([
      [1, 2],
      [3, 4],
    ])
    const [a, b] = [new Variable(zeros([2, 2]), { name: 'a' }), new Variable(zeros([2, 2]), { name: 'b' })]
    const f = jit(() => {
      const first = matmul(matrix, a.value.add(1))
      a.assign(a.value.sub(first))
      const total = sum(first)
      const second = matmul(matrix, b.value.add(total))
      b.assign(b.value.sub(second))
      return [sum(first), sum(second)]
    })
    expect(f().map(valuesOf)).toEqual([[20], [400]])
    expect([a, b].map(valuesOf)).toEqual([
      [-3, -3, -7, -7],
      [-60, -60, -140, -140],
    ])
    f()
    expect(valuesOf(a)).toEqual([11, 11, 23, 23])
  })

  it('of pairs that exchange their parts', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((value) => variable([value, value], `v${value}`)) as [
      Variable,
      Variable,
      Variable,
      Variable,
    ]
    const f = jit(() => {
      const [sumFirst, productFirst] = [a.value.add(b.value), a.value.mul(b.value)]
      const [sumSecond, productSecond] = [c.value.add(d.value), c.value.mul(d.value)]
      a.assign(sumFirst)
      b.assign(productFirst)
      c.assign(productSecond)
      d.assign(sumSecond)
    })
    f()
    expect([a, b, c, d].map(valuesOf)).toEqual([
      [3, 3],
      [2, 2],
      [12, 12],
      [7, 7],
    ])
    f()
    expect([a, b, c, d].map(valuesOf)).toEqual([
      [5, 5],
      [6, 6],
      [84, 84],
      [19, 19],
    ])
  })
})
