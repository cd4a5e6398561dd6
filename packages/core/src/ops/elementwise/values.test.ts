import { DTYPES, type DType, evaluateExpr, isFloat } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { tensor } from '../creation/tensor.js'
import { type ElementwiseOperation, elementwiseOperations, elementwiseSamples } from './catalog.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

type Reference = (a: number, b: number, c: number) => number

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.log(1 + Math.exp(x))
const bool = (value: boolean): number => Number(value)
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)
const SELU = [1.0507009873554805, 1.6732632423543772] as const

/** By the textbook, in plain JavaScript; good enough away from saturation, where the samples lie. */
const REFERENCES: Record<string, Reference> = {
  abs: Math.abs,
  acos: Math.acos,
  acosh: Math.acosh,
  add: (a, b) => a + b,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atan2: Math.atan2,
  atanh: Math.atanh,
  cbrt: Math.cbrt,
  ceil: Math.ceil,
  celu: (x) => Math.max(0, x) + Math.min(0, Math.expm1(x)),
  clip: clamp,
  cos: Math.cos,
  cosh: Math.cosh,
  deg2rad: (x) => (x / 180) * Math.PI,
  div: (a, b) => a / b,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  equal: (a, b) => bool(a === b),
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  floor: Math.floor,
  floorDivide: (a, b) => Math.floor(a / b),
  fmod: (a, b) => a % b,
  'gelu (tanh)': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  greater: (a, b) => bool(a > b),
  greaterEqual: (a, b) => bool(a >= b),
  hardShrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  hardSigmoid: (x) => clamp(x / 6 + 0.5, 0, 1),
  hardSwish: (x) => (x * clamp(x + 3, 0, 6)) / 6,
  hardTanh: (x) => clamp(x, -1, 1),
  hypot: Math.hypot,
  isClose: (a, b) => bool(Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b)),
  isFinite: () => 1,
  isInfinite: () => 0,
  isNaN: () => 0,
  leakyRelu: (x) => (x > 0 ? x : 0.2 * x),
  lerp: (a, b, weight) => a * (1 - weight) + b * weight,
  less: (a, b) => bool(a < b),
  lessEqual: (a, b) => bool(a <= b),
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  logAddExp: (a, b) => Math.log(Math.exp(a) + Math.exp(b)),
  logSigmoid: (x) => Math.log(sigmoid(x)),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  mish: (x) => x * Math.tanh(softplus(x)),
  mod: (a, b) => a - Math.floor(a / b) * b,
  mul: (a, b) => a * b,
  nanToNum: (x) => x,
  neg: (x) => -x,
  notEqual: (a, b) => bool(a !== b),
  pow: (a, b) => a ** b,
  prelu: (x, alpha) => (x > 0 ? x : alpha * x),
  rad2deg: (x) => (x / Math.PI) * 180,
  reciprocal: (x) => 1 / x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => clamp(x, 0, 6),
  round: Math.round,
  rsqrt: (x) => 1 / Math.sqrt(x),
  selu: (x) => SELU[0] * (x > 0 ? x : SELU[1] * Math.expm1(x)),
  sigmoid,
  sign: Math.sign,
  silu: (x) => x * sigmoid(x),
  sin: Math.sin,
  sinh: Math.sinh,
  softShrink: (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  sqrt: Math.sqrt,
  square: (x) => x * x,
  sub: (a, b) => a - b,
  tan: Math.tan,
  tanh: Math.tanh,
  tanhShrink: (x) => x - Math.tanh(x),
  threshold: (x) => (x > 0.5 ? x : -1),
  trunc: Math.trunc,
  xlogy: (x, y) => x * Math.log(y),
}

const operations = elementwiseOperations()
const named = (name: string): ElementwiseOperation => {
  const found = operations.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no operation ${name}`)
  return found
}

function columns(operation: ElementwiseOperation, count: number): number[][] {
  const points = elementwiseSamples(operation, count)
  return Array.from({ length: operation.arity }, (_, operand) =>
    points.map((point) => point[operand] as number),
  )
}

function runOn(operation: ElementwiseOperation, dtype: DType, values: readonly number[][]): number[] {
  const operands = values.map((column) => tensor(column, { dtype }))
  return Array.from(operation.run(...operands).dataSync())
}

describe('float64 values against Math', () => {
  test.each(Object.entries(REFERENCES))('%s', (name, reference) => {
    const operation = named(name)
    const points = elementwiseSamples(operation, 25)
    const values = runOn(operation, 'float64', columns(operation, 25))
    points.forEach(([a = 0, b = 0, c = 0], position) => {
      const expected = reference(a, b, c)
      const error = Math.abs((values[position] as number) - expected)
      expect(error, `at ${a}, ${b}, ${c}`).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)))
    })
  })
})

function dtypesFor({ rule }: ElementwiseOperation): readonly DType[] {
  if (rule === 'bits' || rule === 'integer') return ['int32', 'uint32', 'uint8']
  return rule === 'float' || rule === 'test' ? ['float32', 'float64'] : ['float32', 'float64', 'int32']
}

/** Whole, and in the range of every type. */
const whole = (column: readonly number[]): number[] => column.map((value) => Math.abs(Math.round(value)))

describe('a kernel gives what its expression means', () => {
  test.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
    for (const dtype of dtypesFor(operation)) {
      const sampled = columns(operation, 16)
      const host = isFloat(dtype) ? sampled.map((each) => each.map(Math.fround)) : sampled.map(whole)
      const isLogical = operation.rule === 'logical'
      const inputsAt = (position: number): number[] =>
        host.map((column, operand) => {
          const value = column[position] as number
          return isLogical || (operation.rule === 'select' && operand === 0) ? Number(value !== 0) : value
        })
      const expression = operation.expression(dtype)
      runOn(operation, dtype, host).forEach((value, position) => {
        const inputs = inputsAt(position)
        const expected = evaluateExpr(expression, { inputs, scalars: operation.parameters })
        const tolerance = (dtype === 'float32' ? 1e-4 : 1e-12) * Math.max(1, Math.abs(expected))
        expect(Math.abs(value - expected), `${dtype} at ${inputs.join()}`).toBeLessThanOrEqual(tolerance)
      })
    }
  })
})

test('the error function', () => {
  // Abramowitz & Stegun, table 7.1.
  const x = tensor([0, 0.5, 1, 2, -1], { dtype: 'float64' })
  const values = Array.from(named('erf').run(x).dataSync())
  const expected = [0, 0.5204998778, 0.8427007929, 0.995322265, -0.8427007929]
  values.forEach((value, position) => {
    expect(value).toBeCloseTo(expected[position] as number, 9)
  })
  const complement = Array.from(
    named('erfc')
      .run(tensor([3, 5, 10], { dtype: 'float64' }))
      .dataSync(),
  )
  expect(complement[0]).toBeCloseTo(2.209049699858544e-5, 15)
  expect((complement[1] as number) / 1.5374597944280347e-12).toBeCloseTo(1, 9)
  expect((complement[2] as number) / 2.088487583762545e-45).toBeCloseTo(1, 9)
})

test('gelu has the published values', () => {
  // x · Φ(x) with Φ(1) = 0.841344746068543, Φ(-2) = 0.022750131948179195.
  const values = named('gelu')
    .run(tensor([1, -2, 0], { dtype: 'float64' }))
    .dataSync()
  expect(values[0]).toBeCloseTo(0.841344746068543, 14)
  expect(values[1]).toBeCloseTo(-0.04550026389635839, 14)
  expect(values[2]).toBe(0)
})

test('NaN goes through every float function of one operand', () => {
  const through = operations.filter(
    ({ arity, rule, name }) => arity === 1 && (rule === 'float' || rule === 'number') && name !== 'nanToNum',
  )
  expect(through.length).toBeGreaterThan(50)
  for (const dtype of ['float32', 'float64'] as const) {
    for (const operation of through) {
      expect(operation.run(tensor([Number.NaN], { dtype })).dataSync()[0], operation.name).toBeNaN()
    }
  }
})

test('every dtype is accepted or refused by rule', () => {
  for (const operation of operations) {
    for (const dtype of DTYPES) {
      const operands = Array.from({ length: operation.arity }, () => tensor([1], { dtype }))
      const refused = (operation.rule === 'bits' || operation.rule === 'integer') && isFloat(dtype)
      if (refused) expect(() => operation.run(...operands)).toThrow(/integers or booleans/)
      else expect(operation.run(...operands).shape).toEqual([1])
    }
  }
})
