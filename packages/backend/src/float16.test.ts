import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHalfBits, roundHalfEven, roundToHalf, toHalfBits } from './float16.js'

describe('float16', () => {
  it('brings all 65,536 patterns back, NaN as the quiet one', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalfBits(bits)
      const back = toHalfBits(value)
      if (Number.isNaN(value))
        expect((bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0 && back === 0x7e00).toBe(true)
      else if (back !== bits)
        expect.fail(`0x${bits.toString(16)} is ${value} and came back as 0x${back.toString(16)}`)
    }
  })

  it('increases with its pattern, as IEEE 754 numbers of one sign do', () => {
    for (let bits = 1; bits <= 0x7c00; bits++) {
      if (!(fromHalfBits(bits) > fromHalfBits(bits - 1)))
        expect.fail(`not above its neighbour: 0x${bits.toString(16)}`)
    }
  })

  it('has the values of the standard', () => {
    expect(fromHalfBits(0x3c00)).toBe(1)
    expect(fromHalfBits(0xc000)).toBe(-2)
    expect(fromHalfBits(0x7bff)).toBe(65504)
    expect(fromHalfBits(0x0400)).toBe(2 ** -14)
    expect(fromHalfBits(0x0001)).toBe(2 ** -24)
    expect(fromHalfBits(0x8000)).toBe(-0)
    expect(fromHalfBits(0xfc00)).toBe(Number.NEGATIVE_INFINITY)
    expect(fromHalfBits(0x3555)).toBe(0.333251953125)
  })

  it('rounds to the nearest, ties to even', () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [fromHalfBits(bits), fromHalfBits(bits + 1)]
      const middle = (low + high) / 2
      expect(toHalfBits(middle)).toBe(bits % 2 === 0 ? bits : bits + 1)
      expect(toHalfBits(middle * (1 - 2 ** -40))).toBe(bits)
      expect(toHalfBits(-middle * (1 + 2 ** -40))).toBe(0x8000 | (bits + 1))
    }
  })

  it('overflows to infinity from half a step above the largest', () => {
    expect(toHalfBits(65519.999)).toBe(0x7bff)
    expect(toHalfBits(65520)).toBe(0x7c00)
    expect(toHalfBits(-1e300)).toBe(0xfc00)
    expect(toHalfBits(2 ** -26)).toBe(0)
    expect(Object.is(roundToHalf(-(2 ** -30)), -0)).toBe(true)
  })

  it('rounding twice is rounding once', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(roundToHalf(roundToHalf(value))).toBe(roundToHalf(value))
      }),
    )
  })
})

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-1.5, -2],
    [-2.5, -2],
    [2.500001, 3],
    [-0.75, -1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [2 ** 52 + 1, 2 ** 52 + 1],
  ])('%s becomes %s', (value, rounded) => {
    expect(roundHalfEven(value) === rounded || Number.isNaN(rounded)).toBe(true)
    expect(Number.isNaN(roundHalfEven(value))).toBe(Number.isNaN(rounded))
  })
})
