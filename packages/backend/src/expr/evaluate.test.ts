import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../dtype.js'
import { castNumber, roundToType } from './convert.js'
import { evaluateExpr } from './evaluate.js'
import { expressions as e } from './expressions.js'
import { constant, type Expr, index, input, scalar } from './node.js'

type Build = (...operands: Expr[]) => Expr

function run(dtype: DType, build: Build, ...inputs: number[]): number {
  return evaluateExpr(build(...inputs.map((_, slot) => input(slot, dtype))), { inputs })
}

describe('integers', () => {
  it('wrap modulo 2^n', () => {
    expect(run('int32', e.add, 2 ** 31 - 1, 1)).toBe(-(2 ** 31))
    expect(run('uint32', e.subtract, 0, 1)).toBe(2 ** 32 - 1)
    expect(run('uint8', e.multiply, 20, 20)).toBe(144)
    expect(run('int32', e.negate, -(2 ** 31))).toBe(-(2 ** 31))
    expect(run('int32', e.absolute, -(2 ** 31))).toBe(-(2 ** 31))
    expect(run('uint32', e.multiply, 0xffffffff, 0xffffffff)).toBe(1)
    expect(run('int32', e.multiplyAdd, 65537, 65537, -1)).toBe(131072)
  })

  it('divide towards zero, and by zero give zero', () => {
    expect(run('int32', e.divide, -7, 2)).toBe(-3)
    expect(run('int32', e.divide, 7, 0)).toBe(0)
    expect(run('int32', e.remainder, -7, 2)).toBe(-1)
    expect(run('uint8', e.remainder, 7, 0)).toBe(0)
    expect(run('int32', e.divide, -(2 ** 31), -1)).toBe(-(2 ** 31))
    expect(run('uint32', e.divide, 0xffffffff, 2)).toBe(0x7fffffff)
  })

  it('shift by counts modulo 32, arithmetically where signed', () => {
    expect(run('int32', e.shiftRight, -8, 1)).toBe(-4)
    expect(run('uint32', e.shiftRight, 0x80000000, 31)).toBe(1)
    expect(run('int32', e.shiftLeft, 1, 31)).toBe(-(2 ** 31))
    expect(run('int32', e.shiftLeft, 1, 33)).toBe(2)
    expect(run('uint8', e.shiftLeft, 255, 1)).toBe(254)
  })

  it('complement and combine bits', () => {
    expect(run('uint8', e.not, 1)).toBe(254)
    expect(run('int32', e.not, 0)).toBe(-1)
    expect(run('bool', e.not, 1)).toBe(0)
    expect(run('uint32', e.xor, 0xffffffff, 1)).toBe(0xfffffffe)
    expect(run('uint32', e.or, 0x80000000, 0)).toBe(0x80000000)
  })
})

describe('floats', () => {
  it('are rounded into their type after each instruction', () => {
    expect(run('float32', e.add, 2 ** 24, 1)).toBe(2 ** 24)
    expect(run('float64', e.add, 2 ** 24, 1)).toBe(2 ** 24 + 1)
    expect(run('float16', e.add, 2048, 1)).toBe(2048)
    const sum = e.add(input(0, 'float32'), input(1, 'float32'))
    expect(evaluateExpr(sum, { inputs: [2 ** 24, 1] }, true)).toBe(2 ** 24 + 1)
  })

  it('round to even and keep the sign of the dividend', () => {
    expect([0.5, 1.5, 2.5, -0.5].map((x) => run('float32', e.round, x) + 0)).toEqual([0, 2, 2, 0])
    expect(run('float32', e.remainder, -7.5, 2)).toBe(-1.5)
    expect(run('float32', e.remainder, 7.5, -2)).toBe(1.5)
  })

  it('NaN is in no order, and wins the extremes', () => {
    const nan = Number.NaN
    expect([e.equal, e.less, e.lessEqual].map((build) => run('float32', build, nan, nan))).toEqual([0, 0, 0])
    expect(run('float32', e.maximum, nan, 1)).toBeNaN()
    expect(run('float32', e.minimum, 1, nan)).toBeNaN()
    expect(run('float32', e.isNaN, nan)).toBe(1)
    expect(run('float32', e.isFinite, Infinity)).toBe(0)
    expect(run('float32', e.power, 1, nan)).toBe(1)
    expect(run('float32', e.power, -8, 1 / 3)).toBeNaN()
  })
})

describe('cast', () => {
  it('truncates and saturates into integers, NaN becoming 0', () => {
    expect(castNumber(-1.9, 'int32')).toBe(-1)
    expect(castNumber(3e9, 'int32')).toBe(2 ** 31 - 1)
    expect(castNumber(-5, 'uint8')).toBe(0)
    expect(castNumber(Infinity, 'uint32')).toBe(2 ** 32 - 1)
    expect(castNumber(Number.NaN, 'int32')).toBe(0)
  })

  it('is != 0 for bool, so that NaN is true', () => {
    expect([0, -0, 0.1, -3, Number.NaN].map((value) => castNumber(value, 'bool'))).toEqual([0, 0, 1, 1, 1])
  })

  it('into the type that a value has changes nothing', () => {
    const types = fc.constantFrom<DType>('bool', 'uint8', 'int32', 'uint32', 'float16', 'float32', 'float64')
    fc.assert(
      fc.property(fc.double(), types, (value, dtype) => {
        const once = castNumber(value, dtype)
        expect(castNumber(once, dtype)).toBe(once)
        expect(roundToType(once, dtype)).toBe(once)
      }),
    )
  })

  it('bitcast shows the same bits', () => {
    const one = input(0, 'float32')
    expect(evaluateExpr(e.bitcast(one, 'int32'), { inputs: [1] })).toBe(0x3f800000)
    expect(evaluateExpr(e.bitcast(one, 'uint32'), { inputs: [-0] })).toBe(0x80000000)
    expect(evaluateExpr(e.bitcast(input(0, 'int32'), 'float32'), { inputs: [0x40490fdb] })).toBeCloseTo(
      Math.PI,
      6,
    )
  })
})

describe('leaves', () => {
  it('come from the position', () => {
    const sum = e.add(e.add(index(1), scalar(0, 'int32')), e.add(input(2, 'int32'), constant(1000, 'int32')))
    expect(evaluateExpr(sum, { inputs: [0, 0, 1], scalars: [10], coordinates: [0, 100] })).toBe(1111)
  })

  it('that are missing are NaN, not zero', () => {
    expect(evaluateExpr(input(3, 'float64'), { inputs: [] })).toBeNaN()
    expect(evaluateExpr(scalar(0, 'float64'), { inputs: [] })).toBeNaN()
    expect(evaluateExpr(index(0), { inputs: [] })).toBeNaN()
  })

  it('threefry gives the known answer through an expression', () => {
    const [a, b, c, d] = [0, 1, 2, 3].map((slot) => input(slot, 'uint32')) as [Expr, Expr, Expr, Expr]
    const inputs = [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3]
    expect(evaluateExpr(e.threefry(0, a, b, c, d), { inputs })).toBe(0xc4923a9c)
    expect(evaluateExpr(e.threefry(1, a, b, c, d), { inputs })).toBe(0x483df7a0)
  })
})
