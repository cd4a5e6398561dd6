/**
 * Captured functions in their surroundings: asynchronous scopes, gradients of one's own, state that is made late, tensors
 * that others hold.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { customGradient, grad, stopGradient, variableGradients } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { scope } from '../engine/scope.js'
import { memory } from '../engine/storage.js'
import { arange, ones, tensor } from '../ops/creation/index.js'
import { take } from '../ops/indexing/index.js'
import { sum } from '../ops/reduction/index.js'
import { Generator, uniform } from '../random/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { jit } from './jit.js'

const backend = createCpuBackend()
setDefaultBackend(backend)

const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

describe('scopes', () => {
  it('own results across await, and free them', async () => {
    const f = jit((x: Tensor) => [x.mul(2), x.add(1)] as const)
    const x = tensor([1, 2])
    for (const each of f(x)) each.dispose()
    const before = memory().tensors
    const kept = await scope(async () => {
      const [first, second] = f(x)
      await first.data()
      const [again] = f(second)
      return again
    })
    expect(valuesOf(kept)).toEqual([4, 6])
    expect(memory().tensors).toBe(before + 1)
  })

  it('inside the function end as always', () => {
    const f = jit((x: Tensor) => scope(() => x.mul(2).add(1)).mul(3))
    expect([f(tensor([1])), f(tensor([2]))].map(valuesOf)).toEqual([[9], [15]])
  })

  it('disposing inside frees nothing that the program needs', () => {
    const f = jit((x: Tensor) => {
      const y = x.mul(2)
      const z = y.add(1)
      y.dispose()
      return z
    })
    expect([f(tensor([1])), f(tensor([2]))].map(valuesOf)).toEqual([[3], [5]])
  })
})

describe('gradients', () => {
  it('of one’s own are captured', () => {
    const doubled = customGradient(
      (x: Tensor) => x.mul(1),
      (cotangent) => cotangent.mul(2),
    )
    const f = jit((x: Tensor) => grad((y: Tensor) => sum(doubled(y.square())))(x))
    expect([f(tensor([1, 2])), f(tensor([3, 4]))].map(valuesOf)).toEqual([
      [4, 8],
      [12, 16],
    ])
  })

  it('of several steps in one function go on from each other', () => {
    const run = (how: 'eager' | 'captured'): number[][] => {
      const v = new Variable(tensor([1, 2], { dtype: 'float64' }))
      const direct = (x: Tensor): Tensor => {
        let last = x
        for (let step = 0; step < 3; step++) {
          const { value, gradients } = variableGradients(() => sum(v.value.sub(x).square()), [v])
          v.assign(v.value.sub((gradients[0] as Tensor).mul(0.1)))
          last = stopGradient(value)
        }
        return last
      }
      const f = how === 'captured' ? jit(direct) : direct
      return [0, 1, 2].flatMap((i) => [valuesOf(f(tensor([i, -i], { dtype: 'float64' }))), valuesOf(v.value)])
    }
    const wanted = run('eager')
    run('captured').forEach((values, round) => {
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(wanted[round]?.[i] as number, 12)
    })
  })
})

describe('state that is made late', () => {
  it('from what a variable was just given', () => {
    const run = (how: 'eager' | 'captured'): number[][] => {
      const v = new Variable(tensor([1, 2]))
      let average: Variable | undefined
      const direct = (x: Tensor): void => {
        v.assign(v.value.add(x))
        average ??= new Variable(stopGradient(v.value))
        average.assign(average.value.mul(0.5).add(v.value.mul(0.5)))
      }
      const f = how === 'captured' ? jit(direct) : direct
      return [1, 2, 3].flatMap((i) => {
        f(tensor([i, 10 * i]))
        return [valuesOf(v.value), valuesOf((average as Variable).value)]
      })
    }
    expect(run('captured')).toEqual(run('eager'))
  })

  it('from random numbers, which are drawn once', () => {
    const run = (how: 'eager' | 'captured'): number[][] => {
      const generator = new Generator(3)
      let noise: Variable | undefined
      const direct = (x: Tensor): Tensor => {
        noise ??= new Variable(uniform([2], { generator }))
        return noise.value.add(uniform([2], { generator })).add(x)
      }
      const f = how === 'captured' ? jit(direct) : direct
      return [...[1, 2, 3].map((i) => valuesOf(f(tensor([i, i])))), [generator.state().draws]]
    }
    expect(run('captured')).toEqual(run('eager'))
  })

  it('is used by programs for other shapes as well', () => {
    let total: Variable | undefined
    const f = jit((x: Tensor) => {
      total ??= new Variable(tensor(100))
      total.assign(total.value.add(sum(x)))
    })
    for (const size of [1, 2, 1, 2]) f(ones([size]))
    expect(valuesOf((total as unknown as Variable).value)).toEqual([106])
  })
})

describe('tensors that others hold', () => {
  it('the tensor of a variable that is only read stays, whatever its layout', () => {
    const v = new Variable(arange(6).reshape([2, 3]).transpose())
    const { value } = v
    const f = jit((x: Tensor) => v.value.mul(x))
    const x = tensor(2, { dtype: v.dtype })
    for (let call = 0; call < 2; call++) expect(valuesOf(f(x))).toEqual([0, 6, 2, 8, 4, 10])
    expect(valuesOf(value)).toEqual([0, 3, 1, 4, 2, 5])
  })

  it('nothing is left of a program that could not be made', () => {
    const before = backend.memory().buffers
    const f = jit((x: Tensor) => take(tensor([1, 2, 3]), tensor([9], { dtype: 'int32' })).add(x))
    const x = tensor([1])
    expect(() => f(x)).toThrow(/9/)
    expect(() => f(x)).toThrow(/9/)
    x.dispose()
    expect(backend.memory().buffers).toBe(before)
  })
})
