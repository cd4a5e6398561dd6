import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensorFrom } from '../creation/tensor.js'
import {
  add,
  asinh,
  atanh,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  cbrt,
  clip,
  expm1,
  floorDivide,
  fmod,
  isNaN as isNaNs,
  leftShift,
  lerp,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mod,
  mul,
  rightShift,
  sigmoid,
  sinh,
  sub,
  tanh,
  where,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const RUNS = { numRuns: 40 }
const positiveZero = (value: number): number => value + 0
const list = (x: Tensor): number[] => Array.from(x.dataSync())
const moderate = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const any = fc.double()

/** Two shapes that broadcast, made from one by setting lengths to 1 and dropping leading axes. */
const shapePair = fc
  .array(fc.record({ length: fc.integer({ min: 0, max: 4 }), a: fc.boolean(), b: fc.boolean() }), {
    maxLength: 4,
  })
  .chain((axes) =>
    fc
      .tuple(fc.integer({ min: 0, max: axes.length }), fc.integer({ min: 0, max: axes.length }))
      .map(([dropA, dropB]) => ({
        a: axes.map(({ length, a }) => (a ? 1 : length)).slice(dropA),
        b: axes.map(({ length, b }) => (b ? 1 : length)).slice(dropB),
      })),
  )

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)
const numbered = (shape: readonly number[], scale: number): Tensor =>
  tensorFrom(
    Array.from({ length: sizeOf(shape) }, (_, i) => (i + 1) * scale),
    shape,
    { dtype: 'float64' },
  )

/** The element that position `index` of the broadcast shape comes from. */
function sourceOf(index: number, shape: readonly number[], own: readonly number[]): number {
  let rest = index
  let position = 0
  let stride = 1
  for (let axis = 1; axis <= shape.length; axis++) {
    const length = shape.at(-axis) ?? 1
    const ownLength = own.at(-axis) ?? 1
    if (axis <= own.length && ownLength !== 1) position += (rest % length) * stride
    if (axis <= own.length) stride *= ownLength
    rest = Math.floor(rest / length)
  }
  return position
}

describe('broadcasting', () => {
  test('gives each position the elements that NumPy aligns there', () => {
    fc.assert(
      fc.property(shapePair, ({ a, b }) => {
        const [x, y] = [numbered(a, 1), numbered(b, 1000)]
        const result = sub(x, y)
        const rank = Math.max(a.length, b.length)
        const shape = Array.from({ length: rank }, (_, axis) => {
          const [left, right] = [a.at(axis - rank) ?? 1, b.at(axis - rank) ?? 1]
          const inA = axis - rank + a.length >= 0 ? left : 1
          const inB = axis - rank + b.length >= 0 ? right : 1
          return inA === 1 ? inB : inA
        })
        expect(result.shape).toEqual(shape)
        const expected = Array.from(
          { length: sizeOf(shape) },
          (_, i) => sourceOf(i, shape, a) + 1 - (sourceOf(i, shape, b) + 1) * 1000,
        )
        expect(list(result)).toEqual(expected)
      }),
      RUNS,
    )
  })

  test('add and mul commute, shapes included', () => {
    fc.assert(
      fc.property(shapePair, ({ a, b }) => {
        const [x, y] = [numbered(a, 0.1), numbered(b, 7)]
        for (const operation of [add, mul, maximum, minimum]) {
          expect(operation(x, y).shape).toEqual(operation(y, x).shape)
          expect(list(operation(x, y))).toEqual(list(operation(y, x)))
        }
      }),
      RUNS,
    )
  })
})

const vectors = (element: fc.Arbitrary<number>): fc.Arbitrary<[Tensor, Tensor, number[], number[]]> =>
  fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 20 }).map((pairs) => {
    const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)]
    return [
      tensorFrom(a, [a.length], { dtype: 'float64' }),
      tensorFrom(b, [b.length], { dtype: 'float64' }),
      a,
      b,
    ]
  })

const integers = fc.array(fc.tuple(integer, integer), { minLength: 1, maxLength: 20 }).map((pairs) => ({
  a: tensorFrom(
    Int32Array.from(pairs, ([x]) => x),
    [pairs.length],
    { dtype: 'int32' },
  ),
  b: tensorFrom(
    Int32Array.from(pairs, ([, y]) => y),
    [pairs.length],
    { dtype: 'int32' },
  ),
  pairs,
}))

describe('floats', () => {
  test('clip stays within its limits and keeps what already is', () => {
    fc.assert(
      fc.property(vectors(any), moderate, moderate, ([x, , values], first, second) => {
        const [low, high] = [Math.min(first, second), Math.max(first, second)]
        list(clip(x, low, high)).forEach((value, i) => {
          const own = values[i] as number
          if (Number.isNaN(own)) expect(value).toBeNaN()
          else expect(positiveZero(value)).toBe(positiveZero(Math.max(low, Math.min(own, high))))
        })
      }),
      RUNS,
    )
  })

  test('where takes one or the other', () => {
    fc.assert(
      fc.property(vectors(any), ([a, b, left, right]) => {
        const condition = a.less(b)
        expect(list(where(condition, a, b))).toEqual(
          left.map((x, i) => [right[i], x][Number(x < (right[i] as number))]),
        )
        expect(list(where(logicalNot(condition), b, a))).toEqual(list(where(condition, a, b)))
      }),
      RUNS,
    )
  })

  test('comparisons are those of JavaScript, NaN included', () => {
    fc.assert(
      fc.property(vectors(any), ([a, b, left, right]) => {
        const each = (compare: (x: number, y: number) => boolean): number[] =>
          left.map((x, i) => Number(compare(x, right[i] as number)))
        expect(list(a.equal(b))).toEqual(each((x, y) => x === y))
        expect(list(a.notEqual(b))).toEqual(each((x, y) => x !== y))
        expect(list(a.less(b))).toEqual(each((x, y) => x < y))
        expect(list(a.lessEqual(b))).toEqual(each((x, y) => x <= y))
        expect(list(a.greater(b))).toEqual(each((x, y) => x > y))
        expect(list(a.greaterEqual(b))).toEqual(each((x, y) => x >= y))
        expect(list(isNaNs(a))).toEqual(left.map((x) => Number(Number.isNaN(x))))
      }),
      RUNS,
    )
  })

  test('quotient and remainder make up the dividend', () => {
    const divisor = moderate.filter((value) => Math.abs(value) > 1e-3)
    fc.assert(
      fc.property(vectors(moderate), divisor, ([a, , values], by) => {
        const rest = list(mod(a, by))
        const quotient = list(floorDivide(a, by))
        values.forEach((value, i) => {
          const [q, r] = [quotient[i] as number, rest[i] as number]
          expect(Number.isInteger(q)).toBe(true)
          expect(r === 0 || r > 0 === by > 0).toBe(true)
          expect(Math.abs(q * by + r - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)))
        })
      }),
      RUNS,
    )
  })

  test('lerp hits both ends exactly', () => {
    fc.assert(
      fc.property(vectors(moderate), ([a, b, left, right]) => {
        expect(list(lerp(a, b, 0)).map(positiveZero)).toEqual(left.map(positiveZero))
        expect(list(lerp(a, b, 1)).map(positiveZero)).toEqual(right.map(positiveZero))
      }),
      RUNS,
    )
  })

  test('inverses undo', () => {
    const small = fc.double({ min: -15, max: 15, noNaN: true })
    fc.assert(
      fc.property(vectors(small), ([x, , values]) => {
        const near = (result: Tensor, relative: number): void =>
          list(result).forEach((value, i) => {
            const own = values[i] as number
            expect(Math.abs(value - own)).toBeLessThanOrEqual(relative * Math.abs(own) + 1e-300)
          })
        near(asinh(sinh(x)), 1e-13)
        near(log1p(expm1(x)), 1e-9)
        if (values.every((value) => Math.abs(value) > 1e-90)) near(cbrt(x.mul(x).mul(x)), 1e-14)
        near(atanh(tanh(x.div(10))).mul(10), 1e-13)
      }),
      RUNS,
    )
  })

  test('sigmoid is symmetric', () => {
    fc.assert(
      fc.property(vectors(moderate), ([x]) => {
        for (const total of list(sigmoid(x).add(sigmoid(x.neg()))))
          expect(Math.abs(total - 1)).toBeLessThan(1e-15)
      }),
      RUNS,
    )
  })
})

describe('integers', () => {
  test('are divided as in Python and in C, by any divisor', () => {
    fc.assert(
      fc.property(integers, ({ a, b, pairs }) => {
        const floored = ([x, y]: readonly [number, number]): number => (y === 0 ? 0 : Math.floor(x / y) | 0)
        const rest = ([x, y]: readonly [number, number]): number => (y === 0 ? 0 : x - Math.floor(x / y) * y)
        expect(list(floorDivide(a, b))).toEqual(pairs.map(floored))
        expect(list(mod(a, b)).map(positiveZero)).toEqual(pairs.map((pair) => positiveZero(rest(pair))))
        expect(list(fmod(a, b)).map(positiveZero)).toEqual(
          pairs.map(([x, y]) => (y === 0 ? 0 : positiveZero(x % y))),
        )
      }),
      RUNS,
    )
  })

  test("obey De Morgan's laws, bitwise and as booleans", () => {
    fc.assert(
      fc.property(integers, ({ a, b }) => {
        expect(list(bitwiseNot(bitwiseAnd(a, b)))).toEqual(list(bitwiseOr(bitwiseNot(a), bitwiseNot(b))))
        expect(list(bitwiseXor(bitwiseXor(a, b), b))).toEqual(list(a))
        expect(list(logicalNot(logicalAnd(a, b)))).toEqual(list(logicalOr(logicalNot(a), logicalNot(b))))
      }),
      RUNS,
    )
  })

  test('shift as in JavaScript', () => {
    fc.assert(
      fc.property(integers, fc.integer({ min: 0, max: 31 }), ({ a, pairs }, by) => {
        expect(list(leftShift(a, by))).toEqual(pairs.map(([x]) => x << by))
        expect(list(rightShift(a, by))).toEqual(pairs.map(([x]) => x >> by))
      }),
      RUNS,
    )
  })

  test('have whole powers that wrap', () => {
    const power = (base: number, exponent: number): number => {
      if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0
      return Number(BigInt.asIntN(32, BigInt(base) ** BigInt(exponent)))
    }
    const exponents = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constant(1000))
    fc.assert(
      fc.property(integers, exponents, ({ a, pairs }, exponent) => {
        expect(list(a.pow(exponent))).toEqual(pairs.map(([x]) => power(x, exponent)))
        const small = bitwiseAnd(a, 3).sub(2)
        expect(list(small.pow(exponent))).toEqual(list(small).map((x) => power(x, exponent)))
      }),
      RUNS,
    )
  })
})
