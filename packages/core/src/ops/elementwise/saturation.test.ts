/**
 * Values and derivatives in float32 wherever they are finite in float64: nothing overflows on the way, and no infinity
 * meets a zero.
 */
import type { DType } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import { type ElementwiseOperation, elementwiseOperations } from './catalog.js'
import {
  asinh,
  atanh,
  cbrt,
  hypot,
  log1p,
  logAddExp,
  sigmoid,
  silu,
  sinh,
  softplus,
  sqrt,
  xlogy,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const LARGEST = 3e38
const POINTS = [
  0, 1e-30, -1e-30, 1e-4, -1e-4, 1, -1, 12, -12, 30, -30, 88, -88, 100, -100, 1e5, -1e5, 1e18, -1e18, 1e30,
  -1e30,
]

interface Evaluated {
  readonly values: readonly number[]
  readonly slopes: readonly number[]
}

function evaluateAll(run: (x: Tensor) => Tensor, at: readonly number[], dtype: DType): Evaluated {
  const x = tensor(at.map(Math.fround), { dtype })
  const slopes = grad((each: Tensor) => reduce('sum', 'sum', run(each), [0], false))(x)
  return { values: Array.from(run(x).dataSync()), slopes: Array.from(slopes.dataSync()) }
}

function evaluate(run: (x: Tensor) => Tensor, at: number): { value: number; slope: number } {
  const { values, slopes } = evaluateAll(run, [at], 'float32')
  return { value: values[0] as number, slope: slopes[0] as number }
}

const isModerate = (value: number): boolean => Math.abs(value) < LARGEST

/** Rounding the argument of a periodic function matters; so does where a slope or a value vanishes. */
function expectNear(found: number, expected: number, at: number, what: string): void {
  const tolerance = 1e-4 * Math.abs(expected) + 1e-5
  expect(Math.abs(found - expected), `${what} ${found} instead of ${expected} at ${at}`).toBeLessThanOrEqual(
    tolerance,
  )
}

const cases = elementwiseOperations()
  .filter(({ arity, differentiable }) => arity === 1 && differentiable[0])
  .map((operation) => [operation.name, operation] as const)

describe('one operand, float32 against float64', () => {
  test.each(cases)('%s', (_, operation: ElementwiseOperation) => {
    const points = POINTS.filter((at) => !operation.kinks.includes(at))
    const exact = evaluateAll(operation.run, points, 'float64')
    const found = evaluateAll(operation.run, points, 'float32')
    points.forEach((at, position) => {
      const value = exact.values[position] as number
      const slope = exact.slopes[position] as number
      if (!isModerate(value)) return
      expectNear(found.values[position] as number, value, at, 'value')
      expect(slope, `slope at ${at}`).not.toBeNaN()
      if (isModerate(slope)) expectNear(found.slopes[position] as number, slope, at, 'slope')
    })
  })
})

const single = (value: number): Tensor => tensor([value])
const first = (x: Tensor): number => x.dataSync()[0] as number

describe('tails keep their relative accuracy in float32', () => {
  const relative = (found: number, expected: number): number => Math.abs(found / expected - 1)
  test.each([
    ['sigmoid', sigmoid, -80, 1.8048513878454153e-35],
    ['silu', silu, -80, -80 * 1.8048513878454153e-35],
    ['softplus', softplus, -80, 1.8048513878454153e-35],
    ['log1p', log1p, 1e-20, 1e-20],
    ['sinh', sinh, 1e-20, 1e-20],
    ['asinh', asinh, 1e-20, 1e-20],
    ['asinh', asinh, -1e-20, -1e-20],
    ['asinh', asinh, 1e30, 69.77070190633198],
    ['asinh', asinh, -0.3, Math.asinh(Math.fround(-0.3))],
    ['atanh', atanh, 1e-20, 1e-20],
    ['atanh', atanh, -0.9999, Math.atanh(Math.fround(-0.9999))],
    ['sinh', sinh, 89, Math.sinh(89)],
    ['cbrt', cbrt, 1e30, 1e10],
    ['cbrt', cbrt, -27, -3],
  ] as const)('%s(%#)', (_, run, at, expected) => {
    expect(relative(first(run(single(at))), expected)).toBeLessThan(2e-6)
  })
})

describe('two operands', () => {
  test('hypot neither overflows nor underflows, and has slope 0 at the origin', () => {
    expect(first(hypot(single(3e30), single(4e30))) / 5e30).toBeCloseTo(1, 6)
    expect(first(hypot(single(3e-30), single(4e-30))) / 5e-30).toBeCloseTo(1, 6)
    expect(evaluate((x) => hypot(x, single(0)), 0)).toEqual({ value: 0, slope: 0 })
    expect(evaluate((x) => hypot(x, single(4e30)), 3e30).slope).toBeCloseTo(0.6, 6)
  })

  test('logAddExp of far, equal and infinite operands', () => {
    expect(evaluate((x) => logAddExp(x, single(1000)), -1000)).toEqual({ value: 1000, slope: 0 })
    expect(evaluate((x) => logAddExp(x, single(1000)), 1000).slope).toBe(0.5)
    const slope = grad((x: Tensor) => reduce('sum', 'sum', logAddExp(x, single(1000)), [0], false))
    expect(evaluate((x) => slope(x), 1000).slope).toBe(0.25)
    expect(first(logAddExp(single(Number.NEGATIVE_INFINITY), single(Number.NEGATIVE_INFINITY)))).toBe(
      Number.NEGATIVE_INFINITY,
    )
    expect(first(logAddExp(single(Number.NEGATIVE_INFINITY), single(2)))).toBe(2)
  })

  test('xlogy is 0 where x is 0, with a finite slope', () => {
    expect(evaluate((x) => xlogy(x, single(0)), 0)).toEqual({ value: 0, slope: 0 })
    expect(evaluate((y) => xlogy(single(0), y), 0)).toEqual({ value: 0, slope: 0 })
    expect(evaluate((x) => xlogy(x, single(2)), 0).slope).toBeCloseTo(Math.LN2, 6)
  })
})

test('the square root has an infinite slope at 0', () => {
  expect(evaluate(sqrt, 0)).toEqual({ value: 0, slope: Number.POSITIVE_INFINITY })
  expect(evaluate(cbrt, 0)).toEqual({ value: 0, slope: Number.POSITIVE_INFINITY })
})
