/**
 * `jit` with other transformations: inside and around gradients, checkpoints, itself; and functions that fail.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { checkpoint, detectAnomaly, grad, hessian, jvp, variableGradients } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory, scope } from '../index.js'
import { tensor } from '../ops/creation/index.js'
import { take } from '../ops/indexing/index.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { jit, stateOf } from './jit.js'

setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync(), Number)
const programs = (jitted: object): number => stateOf(jitted)?.programs.size ?? -1
const cube = (x: Tensor): Tensor => sum(x.mul(x).mul(x))

describe('jit and gradients', () => {
  const x = tensor([1, 2, 3], { dtype: 'float64' })

  it('around a gradient', () => {
    const f = jit(grad(cube))
    expect([f(x), f(x.mul(2))].map(valuesOf)).toEqual([
      [3, 12, 27],
      [12, 48, 108],
    ])
    expect(programs(f)).toBe(1)
  })

  it('around gradients of gradients and forward mode', () => {
    const curvature = jit((each: Tensor) => hessian(cube)(each))
    expect(valuesOf(curvature(x))).toEqual([6, 0, 0, 0, 12, 0, 0, 0, 18])
    const forward = jit((each: Tensor) => jvp(cube)(each, each))
    const { value, tangent } = forward(x)
    expect([value, tangent].map(valuesOf)).toEqual([[36], [108]])
  })

  it('inside a gradient: the function itself is differentiated', () => {
    const f = jit(cube)
    expect(valuesOf(grad((each: Tensor) => f(each))(x))).toEqual([3, 12, 27])
    expect(programs(f)).toBe(0)
    expect(valuesOf(f(x))).toEqual([36])
    expect(programs(f)).toBe(1)
  })

  it('inside itself: one program', () => {
    const inner = jit((each: Tensor) => each.mul(2))
    const outer = jit((each: Tensor) => inner(each).add(inner(each.add(1))))
    expect([outer(x), outer(x)].map(valuesOf)).toEqual([
      [6, 10, 14],
      [6, 10, 14],
    ])
    expect([inner, outer].map(programs)).toEqual([0, 1])
  })

  it('inside a checkpoint, and around one', () => {
    const f = jit((each: Tensor) => each.mul(each).sin())
    const pull = grad((each: Tensor) => sum(checkpoint((y: Tensor) => f(y))(each)))
    const wanted = valuesOf(grad((each: Tensor) => sum(each.mul(each).sin()))(x))
    expect(valuesOf(pull(x))).toEqual(wanted)
    const around = jit(pull)
    for (let call = 0; call < 2; call++) {
      const got = valuesOf(around(x))
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] as number, 12)
    }
  })

  it('with variables that a checkpointed segment changes', () => {
    const run = (how: 'eager' | 'captured'): number[][] => {
      const v = new Variable(tensor([2, 3, 4], { dtype: 'float64' }))
      const count = new Variable(tensor([0], { dtype: 'float64' }))
      const segment = (each: Tensor): Tensor => {
        count.assign(count.value.add(1))
        return each.mul(v.value).mul(count.value)
      }
      const step = (each: Tensor): Tensor[] => {
        const { value, gradients } = variableGradients(() => sum(checkpoint(segment)(each).square()), [v])
        return [value, ...gradients]
      }
      const f = how === 'captured' ? jit(step) : step
      return [...f(x), ...f(x)].map(valuesOf).concat([valuesOf(count.value)])
    }
    expect(run('captured')).toEqual(run('eager'))
  })

  it('inside detectAnomaly the function runs, and the operation is named', () => {
    const f = jit((each: Tensor) => each.sub(5).log())
    f(x)
    expect(() => detectAnomaly(() => f(x))).toThrow(/log/)
    expect(programs(f)).toBe(1)
  })
})

describe('a function that fails', () => {
  it('leaves variables, memory and later calls as they were', () => {
    const v = new Variable(tensor([1, 2]))
    let fails = true
    const f = jit((x: Tensor) => {
      v.assign(v.value.add(x))
      if (fails) throw new RangeError('not today')
      return v.value
    })
    const x = tensor([1, 1])
    const before = memory().tensors
    expect(() => f(x)).toThrow('not today')
    expect(() => grad((each: Tensor) => f(each))(x)).toThrow('not today')
    expect(memory().tensors).toBe(before)
    expect(valuesOf(v.value)).toEqual([2, 3])
    fails = false
    expect(valuesOf(f(x))).toEqual([3, 4])
    expect(valuesOf(x.add(1))).toEqual([2, 2])
  })

  it('in a kernel: the next call is right again', () => {
    const f = jit((x: Tensor, positions: Tensor) => [
      x.add(1),
      take(x, positions).mul(2),
      take(x.exp(), positions),
    ])
    const x = tensor([1, 2, 3])
    const [good, bad] = [tensor([0, 2], { dtype: 'int32' }), tensor([0, 7], { dtype: 'int32' })]
    const wanted = (values: Tensor): number[][] => f(values, good).map(valuesOf)
    const first = wanted(x)
    const other = tensor([5, 6, 7])
    expect(() => f(other, bad)).toThrow(/7/)
    expect(wanted(other)[1]).toEqual([10, 14])
    expect(() => f(other, bad)).toThrow(/7/)
    expect(wanted(x)).toEqual(first)
  })

  it('is freed with its scope', () => {
    const f = jit((x: Tensor) => [x.mul(2), x.mul(3)])
    const x = tensor([1])
    for (const each of f(x)) each.dispose()
    const before = memory().tensors
    const kept = scope(() => f(x)[0] as Tensor)
    expect(valuesOf(kept)).toEqual([2])
    expect(memory().tensors).toBe(before + 1)
  })
})
