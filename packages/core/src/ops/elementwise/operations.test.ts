import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import * as ops from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const list = (x: Tensor): number[] => Array.from(x.dataSync())

describe('plain numbers as operands', () => {
  test('stand on either side', () => {
    expect(list(ops.sub(10, tensor([1, 2])))).toEqual([9, 8])
    expect(list(ops.sub(tensor([1, 2]), 10))).toEqual([-9, -8])
  })

  test('are weak: integers keep the type, fractions make integers float32', () => {
    const x = tensor([1, 2], { dtype: 'int32' })
    expect(x.add(1).dtype).toBe('int32')
    expect(x.add(0.5).dtype).toBe('float32')
    expect(list(x.add(0.5))).toEqual([1.5, 2.5])
    expect(x.mul(2).dtype).toBe('int32')
    expect(x.div(2).dtype).toBe('float32')
    expect(tensor([1], { dtype: 'float16' }).add(0.5).dtype).toBe('float16')
    expect(tensor([1], { dtype: 'uint8' }).add(255).dtype).toBe('uint8')
    expect(tensor([true]).add(1).dtype).toBe('int32')
  })

  test('share one kernel whatever their value', () => {
    const backend = createNullBackend()
    const x = tensor([1, 2], { backend })
    x.mul(3)
    x.mul(4)
    const [first, second] = backend.calls()
    if (first?.kind !== 'map' || second?.kind !== 'map') throw new Error('expected two maps')
    expect(first.expressions[0]).toBe(second.expressions[0])
    expect([first.scalars, second.scalars]).toEqual([[3], [4]])
  })

  test('make a kernel each for a fraction and an integer only where the type differs', () => {
    const x = tensor([4, 9], { dtype: 'int32' })
    expect([list(x.add(1)), list(x.add(1.5)), list(x.add(2))]).toEqual([
      [5, 10],
      [5.5, 10.5],
      [6, 11],
    ])
  })
})

describe('promotion', () => {
  test('of two tensors', () => {
    const of = (dtype: 'bool' | 'uint8' | 'int32' | 'uint32' | 'float16' | 'float32' | 'float64') =>
      tensor([1], { dtype })
    expect(of('int32').add(of('float32')).dtype).toBe('float32')
    expect(of('float64').mul(of('float32')).dtype).toBe('float64')
    expect(of('uint32').add(of('int32')).dtype).toBe('int32')
    expect(of('bool').add(of('bool')).dtype).toBe('int32')
    expect(of('bool').maximum(of('bool')).dtype).toBe('bool')
    expect(of('int32').div(of('int32')).dtype).toBe('float32')
    expect(of('float16').sqrt().dtype).toBe('float16')
    expect(of('int32').less(of('float32')).dtype).toBe('bool')
  })

  test('true counts as one', () => {
    expect(list(tensor([true, true]).add(tensor([true, false])))).toEqual([2, 1])
  })
})

describe('one kernel per operation', () => {
  test('forward and backward', () => {
    const backend = createNullBackend()
    const x = tensor([1, 2, 3], { backend })
    for (const [name, run] of Object.entries({ gelu: ops.gelu, mish: ops.mish, asinh: ops.asinh })) {
      backend.resetCounts()
      run(x)
      expect(backend.counts().byKind, name).toEqual({ map: 1 })
      expect(backend.allocations(), name).toBe(1)
    }
  })

  test('leave nothing behind but the result', () => {
    const x = tensor([1, 2, 3])
    const before = memory()
    for (const run of [ops.gelu, ops.hardSwish, ops.cbrt]) run(x).dispose()
    ops.clip(x, 0, tensor([1]))
    expect(memory().tensors).toBe(before.tensors + 2)
  })
})

describe('where', () => {
  test('reads the condition as true or false and promotes the rest', () => {
    const result = ops.where(tensor([2, 0, -1]), tensor([1, 2, 3], { dtype: 'int32' }), 0.5)
    expect(result.dtype).toBe('float32')
    expect(list(result)).toEqual([1, 0.5, 3])
    expect(ops.where(tensor([true]), 1, 0).dtype).toBe('float32')
  })

  test('broadcasts all three', () => {
    const condition = tensor([[true], [false]])
    expect(ops.where(condition, tensor([1, 2, 3]), 0).shape).toEqual([2, 3])
    expect(list(ops.where(condition, tensor([1, 2, 3]), 0))).toEqual([1, 2, 3, 0, 0, 0])
  })

  test('passes the gradient to the side that was chosen', () => {
    const [a, b] = grad(([x, y]: readonly [Tensor, Tensor]) =>
      reduce('sum', 'sum', ops.where(x.less(y), x.mul(2), y.mul(3)), [0], false),
    )([tensor([1, 5]), tensor([4, 4])] as const)
    expect([list(a), list(b)]).toEqual([
      [2, 0],
      [0, 3],
    ])
  })
})

describe('cast', () => {
  test('truncates, saturates, and reads anything but 0 as true', () => {
    const x = tensor([1.7, -1.7, 3e9, Number.NaN])
    expect(list(x.cast('int32'))).toEqual([1, -1, 2147483647, 0])
    expect(list(x.cast('uint8'))).toEqual([1, 0, 255, 0])
    expect(list(tensor([0, -0, 0.5, Number.NaN]).cast('bool'))).toEqual([0, 0, 1, 1])
    expect(list(tensor([1 / 3]).cast('float16'))[0]).toBeCloseTo(0.3333, 4)
  })

  test('to the same dtype is another handle on the same data', () => {
    const x = tensor([1, 2])
    const before = memory().bytes
    const same = x.cast('float32')
    expect(memory().bytes).toBe(before)
    same.dispose()
    expect(list(x)).toEqual([1, 2])
  })

  test('is differentiable between floats', () => {
    const slope = grad((x: Tensor) => reduce('sum', 'sum', x.cast('float64').mul(3), [0], false))(
      tensor([1, 2]),
    )
    expect(slope.dtype).toBe('float32')
    expect(list(slope)).toEqual([3, 3])
  })
})

describe('nanToNum', () => {
  const hostile = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2]

  test('replaces by the limits of the dtype', () => {
    expect(list(ops.nanToNum(tensor(hostile)))).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38, 2])
    expect(list(ops.nanToNum(tensor(hostile, { dtype: 'float64' })))).toEqual([
      0,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2,
    ])
    expect(list(ops.nanToNum(tensor(hostile, { dtype: 'float16' })))).toEqual([0, 65504, -65504, 2])
  })

  test('replaces by what is asked for', () => {
    expect(list(ops.nanToNum(tensor(hostile), { nan: -1, posInf: 8, negInf: 9 }))).toEqual([-1, 8, 9, 2])
    expect(ops.nanToNum(tensor([1, 2], { dtype: 'int32' })).dtype).toBe('int32')
  })
})

describe('isClose', () => {
  test('compares with tolerances, infinities and NaN', () => {
    const inf = Number.POSITIVE_INFINITY
    const a = tensor([1, 1, inf, inf, 1, Number.NaN, Number.NaN], { dtype: 'float64' })
    const b = tensor([1 + 1e-6, 1.1, inf, -inf, inf, Number.NaN, 1], { dtype: 'float64' })
    expect(list(ops.isClose(a, b))).toEqual([1, 0, 1, 0, 0, 0, 0])
    expect(list(ops.isClose(a, b, { equalNaN: true }))).toEqual([1, 0, 1, 0, 0, 1, 0])
    expect(list(ops.isClose(a, b, { rtol: 0.2 }))).toEqual([1, 1, 1, 0, 0, 0, 0])
    expect(list(ops.isClose(tensor([0]), 1e-3, { atol: 1e-2 }))).toEqual([1])
  })
})

describe('division in detail', () => {
  test('floorDivide is exact where the quotient rounds up', () => {
    expect(list(ops.floorDivide(tensor([1], { dtype: 'float64' }), 0.1))).toEqual([9])
    expect(list(ops.floorDivide(tensor([-5], { dtype: 'float64' }), Number.POSITIVE_INFINITY))).toEqual([-1])
  })

  test('integers divided by zero give zero, floats infinity', () => {
    const x = tensor([1, -1], { dtype: 'int32' })
    expect(list(ops.floorDivide(x, 0))).toEqual([0, 0])
    expect(list(ops.mod(x, 0))).toEqual([0, 0])
    expect(list(tensor([1, -1]).div(0))).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  })
})

describe('parameters of activations', () => {
  const x = tensor([-2, 3], { dtype: 'float64', backend: createCpuBackend() })

  test('have the defaults of Keras and can be changed', () => {
    expect(list(ops.leakyRelu(x))).toEqual([-0.4, 3])
    expect(list(ops.leakyRelu(x, 0.5))).toEqual([-1, 3])
    expect(list(ops.elu(x, 2))[0]).toBeCloseTo(2 * Math.expm1(-2), 14)
    expect(list(ops.celu(x, 2))[0]).toBeCloseTo(2 * Math.expm1(-1), 14)
    expect(list(ops.hardShrink(x, 2.5))).toEqual([0, 3])
    expect(list(ops.softShrink(x, 1))).toEqual([-1, 2])
    expect(list(ops.threshold(x, 2, 7))).toEqual([7, 3])
    expect(list(ops.gelu(x, { approximate: 'tanh' }))[0]).toBeCloseTo(-0.04540230591222494, 12)
  })

  test('prelu learns its slope', () => {
    const alpha = tensor([0.25], { dtype: 'float64', backend: x.backend })
    const slope = grad((each: Tensor) => reduce('sum', 'sum', ops.prelu(x, each), [0], false))(alpha)
    expect(list(slope)).toEqual([-2])
  })
})

test('functions of one operand can be passed to Array.map', () => {
  const results = [tensor([-1]), tensor([2])].map(ops.relu)
  expect(results.map(list)).toEqual([[0], [2]])
})

test('bits of booleans and of unsigned integers', () => {
  expect(ops.bitwiseNot(tensor([true, false])).dtype).toBe('bool')
  expect(list(ops.bitwiseNot(tensor([true, false])))).toEqual([0, 1])
  expect(list(ops.bitwiseNot(tensor([0, 5], { dtype: 'uint8' })))).toEqual([255, 250])
  expect(list(ops.rightShift(tensor([2 ** 31], { dtype: 'uint32' }), 31))).toEqual([1])
  expect(ops.leftShift(tensor([true]), 3).dtype).toBe('int32')
  expect(list(ops.leftShift(tensor([true]), 3))).toEqual([8])
})
