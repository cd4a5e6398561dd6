/**
 * Variables in captured programs: what is assigned, read and returned in which order, memory that is written in place
 * while others see it, and variables that the function makes.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { describe, expect, it } from 'vitest'
import { stopGradient } from '../autograd/index.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { tensor, zeros } from '../ops/creation/index.js'
import { sum } from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { jit } from './jit.js'

setDefaultBackend(createCpuBackend())

const valuesOf = (x: Tensor | Variable): number[] =>
  Array.from(x instanceof Variable ? x.value.dataSync() : x.dataSync(), Number)

const variable = (values: readonly number[], name = 'v'): Variable =>
  new Variable(tensor([...values]), { name })

describe('what a variable ends with', () => {
  it('is what was assigned last; reads before see what was before', () => {
    const v = variable([1, 2])
    const f = jit(() => {
      const before = stopGradient(v.value)
      v.assign(v.value.add(1))
      const between = stopGradient(v.value)
      v.assign(v.value.mul(10))
      return [before, between, v.value]
    })
    expect(f().map(valuesOf)).toEqual([
      [1, 2],
      [2, 3],
      [20, 30],
    ])
    expect(f().map(valuesOf)).toEqual([
      [20, 30],
      [21, 31],
      [210, 310],
    ])
    expect(valuesOf(v)).toEqual([210, 310])
  })

  it('is there when one more kernel reads it', () => {
    const v = variable([0])
    const f = jit((x: Tensor<[3]>) => {
      v.assign(sum(x, 0, { keepdims: true }))
      return v.value.add(1)
    })
    for (const factor of [1, 2]) {
      expect(valuesOf(f(tensor([factor, factor, factor])))).toEqual([3 * factor + 1])
      expect(valuesOf(v)).toEqual([3 * factor])
    }
  })

  it('is swapped', () => {
    const [a, b] = [variable([1, 2], 'a'), variable([3, 4], 'b')]
    const f = jit(() => {
      const before = stopGradient(a.value)
      a.assign(b.value)
      b.assign(before)
    })
    f()
    expect([a, b].map(valuesOf)).toEqual([
      [3, 4],
      [1, 2],
    ])
    f()
    expect([a, b].map(valuesOf)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('may be one value in two variables, and an argument', () => {
    const [a, b, c] = [variable([0, 0], 'a'), variable([0, 0], 'b'), variable([0, 0], 'c')]
    const f = jit((x: Tensor<[2]>) => {
      const next = x.mul(2)
      a.assign(next)
      b.assign(next)
      c.assign(x)
      return next
    })
    for (const value of [1, 5]) {
      const x = tensor([value, value + 1])
      expect(valuesOf(f(x))).toEqual([2 * value, 2 * value + 2])
      expect([a, b, c].map(valuesOf)).toEqual([
        [2 * value, 2 * value + 2],
        [2 * value, 2 * value + 2],
        [value, value + 1],
      ])
      expect(valuesOf(x)).toEqual([value, value + 1])
    }
  })

  it('may be a tensor from outside, which may be returned as well', () => {
    const v = variable([0, 0])
    const outside = tensor([7, 8])
    const f = jit((x: Tensor<[2]>) => {
      v.assign(outside)
      return [x.add(1), outside] as const
    })
    for (const value of [1, 2]) {
      expect(f(tensor([value, value])).map(valuesOf)).toEqual([
        [value + 1, value + 1],
        [7, 8],
      ])
      expect(valuesOf(v)).toEqual([7, 8])
      v.assign(zeros([2]))
    }
    expect(valuesOf(outside)).toEqual([7, 8])
  })
})

describe('memory that is written in place', () => {
  it('is moved when another tensor sees it', () => {
    const v = variable([1, 2])
    const f = jit(() => v.assign(v.value.add(1)))
    f()
    const alias = stopGradient(v.value)
    const part = v.value.slice({ start: 1 })
    f()
    f()
    expect(valuesOf(v)).toEqual([4, 5])
    expect(valuesOf(alias)).toEqual([2, 3])
    expect(valuesOf(part)).toEqual([3])
  })

  it('is moved when an argument sees it', () => {
    const v = variable([1, 2])
    const f = jit((x: Tensor) => {
      v.assign(v.value.add(x))
      return x.mul(1)
    })
    const alias = stopGradient(v.value)
    expect(valuesOf(f(alias))).toEqual([1, 2])
    expect(valuesOf(v)).toEqual([2, 4])
    expect(valuesOf(f(v.value))).toEqual([2, 4])
    expect(valuesOf(v)).toEqual([4, 8])
    expect(valuesOf(alias)).toEqual([1, 2])
  })

  it('is moved when a constant sees it', () => {
    const v = variable([1, 2])
    const alias = stopGradient(v.value)
    const f = jit(() => v.assign(v.value.add(alias)))
    f()
    f()
    expect(valuesOf(v)).toEqual([3, 6])
    expect(valuesOf(alias)).toEqual([1, 2])
  })

  it('is not shared by two variables for long', () => {
    const a = variable([1, 2], 'a')
    const b = new Variable(stopGradient(a.value), { name: 'b' })
    const f = jit(() => {
      a.assign(a.value.add(1))
      b.assign(b.value.mul(10))
    })
    f()
    f()
    expect([a, b].map(valuesOf)).toEqual([
      [3, 4],
      [100, 200],
    ])
  })

  it('a tensor taken out before is gone afterwards, as after an assignment', () => {
    const v = variable([1, 2])
    const f = jit(() => v.assign(v.value.add(1)))
    const before = v.value
    f()
    expect(() => before.dataSync()).toThrow(/freed/)
  })
})

describe('variables that the function makes', () => {
  it('last: made once, with the values that they have then', () => {
    const made: { current?: Variable } = {}
    const f = jit((x: Tensor<[2]>) => {
      made.current ??= new Variable(x.mul(3), { name: 'lazy' })
      const v = made.current
      v.assign(v.value.add(x))
      return v.value
    })
    expect(valuesOf(f(tensor([1, 2])))).toEqual([4, 8])
    expect(valuesOf(f(tensor([10, 10])))).toEqual([14, 18])
    expect(valuesOf(made.current as Variable)).toEqual([14, 18])
  })

  it('may hold an argument, a view of one, or host data', () => {
    const made: Variable[] = []
    const f = jit((x: Tensor<[2, 2]>) => {
      if (made.length === 0)
        made.push(new Variable(x), new Variable(x.transpose()), new Variable(tensor([5, 6])))
      return made.map((each) => each.value.add(1))
    })
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    const wanted = [
      [2, 3, 4, 5],
      [2, 4, 3, 5],
      [6, 7],
    ]
    expect(f(x).map(valuesOf)).toEqual(wanted)
    x.dispose()
    expect(f(zeros([2, 2])).map(valuesOf)).toEqual(wanted)
  })
})

describe('a variable that changed place', () => {
  it('disposed: the function is captured anew', () => {
    const place = { current: variable([1, 2]) }
    const f = jit(() => place.current.value.add(1))
    expect(valuesOf(f())).toEqual([2, 3])
    place.current.dispose()
    place.current = variable([5, 6])
    expect(valuesOf(f())).toEqual([6, 7])
  })

  it('moved to another backend: the function is captured anew', async () => {
    const v = variable([1, 2])
    const f = jit(() => v.value.add(1))
    expect(valuesOf(f())).toEqual([2, 3])
    const other = createCpuBackend()
    await v.to(other)
    const moved = f()
    expect(moved.backend).toBe(other)
    expect(valuesOf(moved)).toEqual([2, 3])
  })
})
