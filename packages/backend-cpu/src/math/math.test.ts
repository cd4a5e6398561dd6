/**
 * The elementary functions against the standard ones: everywhere that float32 goes, to the last place.
 */
import { erf as erfBySeries, erfc as erfcBySeries, fromHalfBits, toHalfBits } from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erf, erfc } from './erf.js'
import { exp32, log1p32, POWERS, tanh32 } from './exp32.js'
import { halfBits, halfValues } from './half.js'

/** Error of a float32 result in units in the last place of the exact one. */
function ulps(actual: number, exact: number): number {
  const rounded = Math.fround(actual)
  if (Object.is(rounded, Math.fround(exact))) return 0
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact))))
  return Math.abs(rounded - exact) / 2 ** (exponent - 23)
}

/** Float32 numbers over a range, close together but never in step with anything. */
function* sweep(from: number, to: number, count: number): Generator<number> {
  for (let i = 0; i <= count; i++) yield Math.fround(from + ((to - from) * (i + Math.sin(i) / 2)) / count)
}

function worst(f: (x: number) => number, exact: (x: number) => number, from: number, to: number): number {
  let most = 0
  for (const x of sweep(from, to, 20_000)) most = Math.max(most, ulps(f(x), exact(x)))
  return most
}

const exp = (x: number): number => exp32(x, POWERS)
const tanh = (x: number): number => tanh32(x, POWERS)

describe('float32 functions are right to about half a unit in the last place', () => {
  it('exp', () => {
    expect(worst(exp, Math.exp, -104.5, 89.5)).toBeLessThan(0.53)
    expect(worst(exp, Math.exp, -1e-3, 1e-3)).toBeLessThan(0.53)
    const values = [Number.NEGATIVE_INFINITY, -1e30, 0, -0, Number.POSITIVE_INFINITY, 1e30].map((x) =>
      Math.fround(exp(x)),
    )
    expect(values).toEqual([0, 0, 1, 1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(exp(Number.NaN)).toBeNaN()
  })

  it('tanh', () => {
    expect(worst(tanh, Math.tanh, -10, 10)).toBeLessThan(0.6)
    expect(worst(tanh, Math.tanh, -0.03, 0.03)).toBeLessThan(1.5)
    const values = [Number.NEGATIVE_INFINITY, -1e30, -1e-40, 0, -0, Number.POSITIVE_INFINITY].map(tanh)
    expect(values).toEqual([-1, -1, -1e-40, 0, -0, 1])
    expect(tanh(Number.NaN)).toBeNaN()
  })

  it('log1p', () => {
    expect(worst(log1p32, Math.log1p, -0.999, 3)).toBeLessThan(0.53)
    expect(worst(log1p32, Math.log1p, -1e-6, 1e-6)).toBeLessThan(0.8)
    expect([-1, -0, 1e-30].map(log1p32)).toEqual([Number.NEGATIVE_INFINITY, -0, 1e-30])
    expect(log1p32(-2)).toBeNaN()
  })
})

describe('erf and erfc in float64', () => {
  it('agree with their series and continued fraction', () => {
    for (const x of sweep(-7, 26, 5000)) {
      expect(Math.abs(erf(x) / erfBySeries(x) - 1) || 0).toBeLessThan(3e-14)
      expect(Math.abs(erfc(x) / erfcBySeries(x) - 1) || 0).toBeLessThan(2e-13)
    }
  })

  it('have the right ends', () => {
    const infinity = Number.POSITIVE_INFINITY
    expect([infinity, -infinity, 0, -0].map(erf)).toEqual([1, -1, 0, -0])
    expect([infinity, -infinity, 0].map(erfc)).toEqual([0, 2, 1])
    expect(erf(Number.NaN)).toBeNaN()
    expect(erfc(Number.NaN)).toBeNaN()
    // Known to more digits than are needed: Abramowitz & Stegun, table 7.3.
    expect(erfc(20) / 5.395865611607901e-176).toBeCloseTo(1, 14)
  })
})

describe('float16', () => {
  it('reads and writes every bit pattern', () => {
    const values = halfValues()
    const wrong: number[] = []
    for (let bits = 0; bits < 65536; bits++) {
      const value = values[bits]!
      const isNaN = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0
      if (!Object.is(value, fromHalfBits(bits)) || (!isNaN && halfBits(value) !== bits)) wrong.push(bits)
    }
    expect(wrong).toEqual([])
  })

  it('rounds like the reference', () => {
    const halfway = fc.nat(0x7bff).map((bits) => (fromHalfBits(bits) + fromHalfBits(bits + 1)) / 2)
    const near = fc.tuple(halfway, fc.constantFrom(-1e-12, 0, 1e-12)).map(([x, by]) => x * (1 + by))
    fc.assert(
      fc.property(fc.oneof(near, fc.double(), fc.double({ min: -7e4, max: 7e4 })), (x) => {
        expect(halfBits(x)).toBe(toHalfBits(x))
        expect(halfBits(-x)).toBe(toHalfBits(-x))
      }),
      { numRuns: 3000 },
    )
  })
})
