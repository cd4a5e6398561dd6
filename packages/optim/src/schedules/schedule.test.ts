/**
 * Schedules: known points, and what holds for all settings.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  isSchedule,
  learningRateAt,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from './schedule.js'

const at = (schedule: Schedule, ...steps: number[]): number[] =>
  steps.map((step) => learningRateAt(schedule, step))

function near(actual: number[], expected: number[]): void {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] as number, 12)
  })
}

describe('known points', () => {
  test('constant', () => near(at(constantRate(0.3), 0, 1e6), [0.3, 0.3]))
  test('step', () => near(at(stepDecay(1, { factor: 0.5, every: 10 }), 0, 9, 10, 25), [1, 1, 0.5, 0.25]))
  test('exponential', () =>
    near(at(exponentialDecay(1, { factor: 0.25, steps: 10 }), 0, 5, 10, 20), [1, 0.5, 0.25, 0.0625]))
  test('exponential in stairs', () => {
    near(at(exponentialDecay(1, { factor: 0.25, steps: 10, staircase: true }), 9, 10, 19), [1, 0.25, 0.25])
  })
  test('cosine', () =>
    near(at(cosineDecay(1, { steps: 100, final: 0.2 }), 0, 50, 100, 500), [1, 0.6, 0.2, 0.2]))
  test('polynomial', () => {
    near(at(polynomialDecay(1, { steps: 10 }), 0, 5, 10, 11), [1, 0.5, 0, 0])
    near(at(polynomialDecay(1, { steps: 10, power: 2, final: 0.5 }), 5, 10), [0.625, 0.5])
  })
  test('warm-up', () => {
    near(at(warmUp(0.4, { steps: 4 }), 0, 1, 2, 4, 99), [0, 0.1, 0.2, 0.4, 0.4])
    near(
      at(warmUp(cosineDecay(1, { steps: 10 }), { steps: 10, from: 0.5 }), 0, 5, 10, 15, 20),
      [0.5, 0.75, 1, 0.5, 0],
    )
  })
  test('one cycle', () => {
    const schedule = oneCycle(1, { steps: 100, rise: 0.3, divisor: 10, finalDivisor: 100 })
    near(at(schedule, 0, 15, 30, 65, 100, 1000), [0.1, 0.55, 1, 0.5 + 0.5 * 0.001, 0.001, 0.001])
  })
  test('piecewise constant', () =>
    near(at(piecewiseConstant([10, 20], [1, 0.5, 0.1]), 0, 9, 10, 19, 20, 99), [1, 1, 0.5, 0.5, 0.1, 0.1]))
})

const rate = fc.double({ min: 1e-6, max: 1, noNaN: true })
const steps = fc.integer({ min: 1, max: 1000 })
const step = fc.integer({ min: 0, max: 3000 })

const decaying = fc.oneof(
  fc.tuple(rate, steps).map(([initial, every]) => stepDecay(initial, { every })),
  fc
    .tuple(rate, steps, fc.boolean())
    .map(([initial, length, staircase]) =>
      exponentialDecay(initial, { factor: 0.5, steps: length, staircase }),
    ),
  fc
    .tuple(rate, steps)
    .map(([initial, length]) => cosineDecay(initial, { steps: length, final: initial / 10 })),
  fc
    .tuple(rate, steps, fc.double({ min: 0.5, max: 3, noNaN: true }))
    .map(([initial, length, power]) => polynomialDecay(initial, { steps: length, power })),
)

describe('laws', () => {
  test('decays never rise and stay between 0 and where they start', () => {
    fc.assert(
      fc.property(decaying, step, step, (schedule, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)]
        const [first, before, after] = at(schedule, 0, early, late) as [number, number, number]
        expect(after).toBeLessThanOrEqual(before * (1 + 1e-12))
        expect(before).toBeLessThanOrEqual(first * (1 + 1e-12))
        expect(after).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('a warm-up meets what follows without a jump and then is it', () => {
    fc.assert(
      fc.property(decaying, steps, rate, step, (then, length, from, later) => {
        const schedule = warmUp(then, { steps: length, from })
        const target = learningRateAt(then, 0)
        expect(learningRateAt(schedule, length)).toBe(target)
        const slope = Math.abs(target - from) / length
        expect(Math.abs(learningRateAt(schedule, length - 1) - target)).toBeLessThanOrEqual(
          slope * (1 + 1e-9) + 1e-15,
        )
        expect(learningRateAt(schedule, length + later)).toBe(learningRateAt(then, later))
      }),
    )
  })

  test('one cycle stays between its ends and its maximum', () => {
    fc.assert(
      fc.property(
        rate,
        steps,
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        step,
        (maximum, length, rise, now) => {
          const value = learningRateAt(oneCycle(maximum, { steps: length, rise }), now)
          expect(value).toBeLessThanOrEqual(maximum * (1 + 1e-12))
          expect(value).toBeGreaterThanOrEqual((maximum / 25 / 1e4) * (1 - 1e-9))
        },
      ),
    )
  })

  test('survives being written as JSON', () => {
    fc.assert(
      fc.property(decaying, steps, step, (then, length, now) => {
        const schedule = warmUp(then, { steps: length })
        const read: unknown = JSON.parse(JSON.stringify(schedule))
        if (!isSchedule(read)) throw new Error('not recognised')
        expect(learningRateAt(read, now)).toBe(learningRateAt(schedule, now))
      }),
    )
  })
})

test('other values are no schedules', () => {
  for (const value of [undefined, null, 0.1, 'cosine', {}, { kind: 'sine' }])
    expect(isSchedule(value)).toBe(false)
})

describe('messages', () => {
  test('a length that is not positive', () => {
    expect(() => cosineDecay(0.1, { steps: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: cosineDecay: expected steps to be a positive number; received 0. Fix: pass steps > 0.]`,
    )
  })

  test('rates that do not match boundaries', () => {
    expect(() => piecewiseConstant([10], [0.1])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: piecewiseConstant: expected one rate more than boundaries (2); received 1 rates. Fix: add the rate that holds after the last boundary.]`,
    )
  })
})
