/**
 * Which calls one captured program serves, and how many programs are kept.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { ones, tensor } from '../ops/creation/index.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { jit, stateOf } from './jit.js'

setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync(), Number)
const programs = (jitted: object): number => stateOf(jitted)?.programs.size ?? -1

describe('a program serves', () => {
  it('tensors of one shape, dtype and backend', () => {
    const f = jit((x: Tensor) => x.mul(2))
    const other = createCpuBackend()
    const calls: (readonly [Tensor, number])[] = [
      [ones([2, 3]), 1],
      [ones([2, 3]).add(1), 1],
      [ones([3, 2]).transpose(), 1],
      [ones([3, 2]), 2],
      [ones([6]), 3],
      [ones([2, 3], { dtype: 'int32' }), 4],
      [ones([2, 3], { backend: other }), 5],
      [ones([2, 3]), 5],
    ]
    for (const [x, count] of calls) {
      const result = f(x)
      expect(valuesOf(result)).toEqual(valuesOf(x.mul(2)))
      expect([result.backend, result.dtype, result.shape]).toEqual([x.backend, x.dtype, x.shape])
      expect(programs(f)).toBe(count)
    }
  })

  it('the last short batch has one of its own', () => {
    const f = jit((x: Tensor) => sum(x))
    const sizes = [4, 4, 3, 4, 4, 3]
    expect(sizes.flatMap((size) => valuesOf(f(ones([size]))))).toEqual(sizes)
    expect(programs(f)).toBe(2)
  })

  it('numbers, strings and options by value', () => {
    const f = jit((x: Tensor, scale: number | bigint | string, options: { readonly shift?: number } = {}) =>
      x.mul(Number(scale)).add(options.shift ?? 0),
    )
    const x = tensor([1, -1])
    const of = (...rest: [number | bigint | string, { shift?: number }?]): number[] => valuesOf(f(x, ...rest))
    expect(of(2)).toEqual([2, -2])
    expect(of(3)).toEqual([3, -3])
    expect(of(3, { shift: 1 })).toEqual([4, -2])
    expect(of(3, { shift: 2 })).toEqual([5, -1])
    expect(of(3, { shift: 1 })).toEqual([4, -2])
    expect(programs(f)).toBe(4)
    of('3')
    of(3n)
    expect(programs(f)).toBe(6)
  })

  it('zeros of both signs are two numbers', () => {
    const f = jit((x: Tensor, zero: number) => x.mul(zero))
    const x = tensor([1], { dtype: 'float64' })
    expect(valuesOf(f(x, 0))).toEqual([0])
    expect(valuesOf(f(x, -0))).toEqual([-0])
  })

  it('functions and other objects by identity', () => {
    const f = jit((x: Tensor, change: (each: Tensor) => Tensor) => change(x))
    const x = tensor([2])
    const [double, square] = [(each: Tensor) => each.mul(2), (each: Tensor) => each.square().neg()]
    expect([f(x, double), f(x, square), f(x, double)].map(valuesOf)).toEqual([[4], [-4], [4]])
    expect(programs(f)).toBe(2)
  })

  it('tensors in arrays and objects, and gives results in the same', () => {
    const f = jit(({ pair, scale }: { readonly pair: readonly Tensor[]; readonly scale: number }) => {
      const [a, b] = pair as [Tensor, Tensor]
      const total = a.add(b)
      return { total, again: total, list: [a.mul(scale), { deep: b }], note: 'kept', none: undefined }
    })
    for (const scale of [2, 2, 3]) {
      const [a, b] = [tensor([1, scale]), tensor([10, 20])]
      const { total, again, list, note, none } = f({ pair: [a, b], scale })
      const [scaled, { deep }] = list as [Tensor, { deep: Tensor }]
      expect([total, again, scaled, deep].map(valuesOf)).toEqual([
        [11, 20 + scale],
        [11, 20 + scale],
        [scale, scale * scale],
        [10, 20],
      ])
      expect(again).toBe(total)
      expect([note, none]).toEqual(['kept', undefined])
      deep.dispose()
      expect(valuesOf(b)).toEqual([10, 20])
    }
    expect(programs(f)).toBe(2)
    const single = jit((trees: readonly Tensor[]) => trees.reduce((x, y) => x.add(y)))
    const x = tensor([1])
    expect([single([x]), single([x, x]), single([x, x, x])].map(valuesOf)).toEqual([[1], [2], [3]])
  })

  it('a function without tensors follows the default backend', () => {
    const [first, second] = [createCpuBackend(), createCpuBackend()]
    const f = jit(() => ones([2]).add(1))
    setDefaultBackend(first)
    expect(f().backend).toBe(first)
    setDefaultBackend(second)
    expect(f().backend).toBe(second)
    expect(valuesOf(f())).toEqual([2, 2])
  })
})

describe('programs that are kept', () => {
  it('are as many as asked for, those used last', () => {
    let runs = 0
    const f = jit(
      (x: Tensor) => {
        runs += 1
        return x.add(1)
      },
      { maximumPrograms: 2 },
    )
    for (const size of [1, 2, 1, 3, 1]) expect(f(ones([size])).size).toBe(size)
    expect([runs, programs(f)]).toEqual([3, 2])
    expect(valuesOf(f(ones([2])))).toEqual([2, 2])
    expect(runs).toBe(4)
  })

  it('are freed by dispose, and made again', () => {
    const backend = createCpuBackend()
    const f = jit((x: Tensor) => sum(x.exp().softmax()).add(tensor([1, 2, 3], { backend })))
    const x = ones([3], { backend })
    const before = backend.memory().buffers
    f(x).dispose()
    const kept = f(x)
    expect(backend.memory().buffers).toBeGreaterThan(before + 1)
    f.dispose()
    expect(backend.memory().buffers).toBe(before + 1)
    kept.dispose()
    expect(backend.memory().buffers).toBe(before)
    const again = f(x)
    expect(valuesOf(again)).toEqual([2, 3, 4])
  })

  it('an impossible number of them is an error', () => {
    expect(() => jit((x: Tensor) => x, { maximumPrograms: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: jit: expected maximumPrograms to be a whole number, at least 1; received 0. Fix: leave it out for the default of 16.]`,
    )
  })
})
