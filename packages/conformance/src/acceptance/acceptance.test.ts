import { apply, constant, expressions as e, input, roundToType } from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expressionInterval } from './expression.js'
import { FLOAT_FORMATS, roundDown, roundUp, ulpAt } from './float-format.js'
import { instructionInterval } from './instruction.js'
import { accepts, exactly, formatInterval, type Interval, identically } from './interval.js'
import { productInterval, runningSumInterval, sumInterval } from './sum.js'

const [x, y, z] = [input(0, 'float32'), input(1, 'float32'), input(2, 'float32')]
const node = (instruction: Parameters<typeof apply>[0], arity = 1) =>
  apply(instruction, [x, y, z].slice(0, arity), 'float32')
const of = (instruction: Parameters<typeof apply>[0], ...operands: number[]): Interval =>
  instructionInterval(node(instruction, operands.length), operands.map(exactly))

describe('float formats', () => {
  it.each(['float16', 'float32'] as const)('of %s: a number lies between its neighbours', (dtype) => {
    const { maximum } = FLOAT_FORMATS[dtype]
    fc.assert(
      fc.property(fc.double({ min: -maximum, max: maximum, noNaN: true }), (value) => {
        const [low, high] = [roundDown(value, dtype), roundUp(value, dtype)]
        expect(low <= value && value <= high).toBe(true)
        expect(roundToType(low, dtype)).toBe(low)
        expect(roundToType(high, dtype)).toBe(high)
        expect(high - low).toBeLessThanOrEqual(ulpAt(value, dtype))
        expect(low === high).toBe(roundToType(value, dtype) === value)
      }),
    )
  })

  it('know the distance between neighbours', () => {
    expect(ulpAt(1, 'float32')).toBe(2 ** -23)
    expect(ulpAt(0.999, 'float32')).toBe(2 ** -24)
    expect(ulpAt(0, 'float32')).toBe(2 ** -149)
    expect(ulpAt(1024, 'float16')).toBe(1)
  })
})

describe('an instruction', () => {
  it('that is correctly rounded may round to either side, and no further', () => {
    const sum = of('add', 1, 2 ** -24)
    expect(accepts(sum, 1)).toBe(true)
    expect(accepts(sum, 1 + 2 ** -23)).toBe(true)
    expect(accepts(sum, 1 - 2 ** -24)).toBe(false)
    expect(of('add', 1, 2)).toEqual(exactly(3))
  })

  it('may be off by its bound', () => {
    const exp = of('exp', 1)
    expect(accepts(exp, Math.fround(Math.E) + 30 * 2 ** -22)).toBe(true)
    expect(accepts(exp, Math.fround(Math.E) + 40 * 2 ** -22)).toBe(false)
    expect(accepts(of('sin', 1), Math.sin(1) + 2 ** -12)).toBe(true)
    expect(accepts(of('sin', 1), Math.sin(1) + 2 ** -10)).toBe(false)
  })

  it('keeps NaN and infinities', () => {
    expect(accepts(of('tanh', 100), Number.NaN)).toBe(false)
    expect(accepts(of('log', -1), 0)).toBe(false)
    expect(accepts(of('log', -1), Number.NaN)).toBe(true)
    expect(of('exp', Infinity)).toEqual(exactly(Infinity))
    expect(of('maximum', Number.NaN, 1).nan).toBe(true)
    expect(accepts(of('maximum', Number.NaN, 1), 1)).toBe(false)
  })

  it('may overflow to infinity or to the largest number', () => {
    const { maximum } = FLOAT_FORMATS.float32
    expect(accepts(of('exp', 100), Infinity)).toBe(true)
    expect(accepts(of('exp', 100), maximum)).toBe(true)
    expect(accepts(of('exp', 100), 1e38)).toBe(false)
    expect(accepts(of('exp', 80), Infinity)).toBe(false)
  })

  it('may take denormals for zero', () => {
    const product = of('multiply', 1e-20, 1e-20)
    expect(accepts(product, 0)).toBe(true)
    expect(accepts(product, Math.fround(1e-40))).toBe(true)
    expect(accepts(of('divide', 1, 1e-40), Infinity)).toBe(true)
    expect(accepts(of('multiply', 1e-15, 1e-15), 0)).toBe(false)
  })

  it('multiplyAdd may round once or twice', () => {
    const [a, b] = [1 + 2 ** -12, 1 - 2 ** -12]
    const fused = of('multiplyAdd', a, b, -1)
    expect(accepts(fused, -(2 ** -24))).toBe(true)
    expect(accepts(fused, Math.fround(a * b) - 1)).toBe(true)
    expect(accepts(fused, 2 ** -20)).toBe(false)
  })

  it('integers are exact', () => {
    const wrapped = apply('add', [input(0, 'int32'), input(1, 'int32')], 'int32')
    expect(instructionInterval(wrapped, [exactly(2 ** 31 - 1), exactly(1)])).toEqual(exactly(-(2 ** 31)))
  })
})

describe('an expression', () => {
  it('adds up the bounds of its instructions', () => {
    const sigmoid = e.divide(constant(1, 'float32'), e.add(e.exp(e.negate(x)), 1))
    const at = (value: number): Interval => expressionInterval(sigmoid, { inputs: [exactly(value)] })
    expect(accepts(at(0.5), 1 / (1 + Math.exp(-0.5)))).toBe(true)
    expect(at(0.5).high - at(0.5).low).toBeLessThan(1e-5)
    expect(accepts(at(-100), 0)).toBe(true)
    expect(accepts(at(-100), Number.NaN)).toBe(false)
  })

  it('a comparison too close to call lets both branches through, and only then', () => {
    const step = e.select(e.less(e.sin(x), y), constant(1, 'float32'), 2)
    const at = (threshold: number): Interval =>
      expressionInterval(step, { inputs: [exactly(1), exactly(threshold)] })
    expect(formatInterval(at(Math.fround(Math.sin(1))))).toBe('1 to 2')
    expect(at(0.9)).toEqual(exactly(1))
    expect(at(0.8)).toEqual(exactly(2))
  })

  it('a branch that is not taken blurs nothing', () => {
    const safe = e.select(e.less(x, 0), 0, e.sqrt(x))
    expect(expressionInterval(safe, { inputs: [exactly(-1)] })).toEqual(exactly(0))
  })

  it('constants may be rounded into their type to either side', () => {
    const tenth = expressionInterval(e.add(x, 0.1), { inputs: [exactly(0)] })
    expect(accepts(tenth, Math.fround(0.1))).toBe(true)
    expect(tenth.high - tenth.low).toBeLessThan(2e-8)
  })
})

describe('what is moved', () => {
  it('keeps the sign of zero', () => {
    expect(accepts(identically(-0), 0)).toBe(false)
    expect(accepts(identically(-0), -0)).toBe(true)
    expect(accepts(exactly(-0), 0)).toBe(true)
    expect(accepts(identically(Number.NaN), Number.NaN)).toBe(true)
  })
})

describe('sums', () => {
  const values = [1, ...new Array<number>(4095).fill(2 ** -24)]
  const parts = values.map(exactly)
  const running = values.reduce((sum, value) => Math.fround(sum + value), 0)

  it('of float32 must not lose small terms', () => {
    expect(running).toBe(1)
    expect(accepts(sumInterval(parts, 'float32'), running)).toBe(false)
    expect(accepts(sumInterval(parts, 'float32'), Math.fround(1 + 4095 * 2 ** -24))).toBe(true)
  })

  it('that run may', () => {
    expect(accepts(runningSumInterval(parts, 'float32'), running)).toBe(true)
    expect(accepts(runningSumInterval(parts, 'float32'), 1.01)).toBe(false)
  })

  it('keep NaN and infinities', () => {
    expect(sumInterval([1, Infinity, 2].map(exactly), 'float32')).toEqual(exactly(Infinity))
    expect(sumInterval([1, Infinity, -Infinity].map(exactly), 'float32')).toEqual(exactly(Number.NaN))
    expect(sumInterval([1, Number.NaN].map(exactly), 'float32')).toEqual(exactly(Number.NaN))
    expect(sumInterval([], 'float32')).toEqual(exactly(0))
  })

  it('products are bounded relatively', () => {
    const product = productInterval(
      [1.1, 1.3, -0.7].map((value) => exactly(Math.fround(value))),
      'float32',
    )
    expect(accepts(product, -1.001)).toBe(true)
    expect(accepts(product, -1.00101)).toBe(false)
    expect(productInterval([], 'float32')).toEqual(exactly(1))
  })
})
