import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erf, erfc } from './special-functions.js'

// Correctly rounded values, computed with 50 digits.
const ERF = [
  [1e-8, 1.1283791670955126e-8],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [5, 0.9999999999984626],
] as const
const ERFC = [
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [1.01, 0.1531895037717233],
  [1.97, 0.005336275353470089],
  [2, 0.004677734981047266],
  [3, 2.209049699858544e-5],
  [5, 1.5374597944280349e-12],
  [10, 2.088487583762545e-45],
  [7.3, 5.502573750691923e-25],
  [20, 5.395865611607901e-176],
  [20.3, 2.985318180601636e-181],
  [26, 5.663192408856143e-296],
  [-1, 1.8427007929497148],
] as const

const relative = (value: number, exact: number): number => Math.abs(value / exact - 1)

describe('erf and erfc', () => {
  it.each(ERF)('erf(%s) = %s', (x, exact) => {
    expect(relative(erf(x), exact)).toBeLessThan(2e-15)
    expect(erf(-x)).toBe(-erf(x))
  })

  it.each(ERFC)('erfc(%s) = %s, tail and all', (x, exact) => {
    expect(relative(erfc(x), exact)).toBeLessThan(3e-15)
  })

  it('add up to one', () => {
    fc.assert(
      fc.property(fc.double({ min: -7, max: 7, noNaN: true }), (x) => {
        expect(erf(x) + erfc(x)).toBeCloseTo(1, 14)
      }),
    )
  })

  it('are continuous where the method changes', () => {
    for (const seam of [1, 2, 6, -2, -6]) {
      expect(erf(seam * (1 + 1e-15))).toBeCloseTo(erf(seam * (1 - 1e-15)), 14)
      expect(relative(erfc(seam * (1 + 1e-15)), erfc(seam * (1 - 1e-15)))).toBeLessThan(2e-13)
    }
  })

  it('hold at the edges', () => {
    expect([erf(Number.POSITIVE_INFINITY), erf(Number.NEGATIVE_INFINITY)]).toEqual([1, -1])
    expect([erfc(Number.POSITIVE_INFINITY), erfc(Number.NEGATIVE_INFINITY)]).toEqual([0, 2])
    expect(erf(Number.NaN)).toBeNaN()
    expect(erfc(Number.NaN)).toBeNaN()
    expect(Object.is(erf(-0), -0)).toBe(true)
    expect(erfc(0)).toBe(1)
  })
})
