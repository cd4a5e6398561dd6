/**
 * The formulas for float32 against float64 references: over dense arguments of all magnitudes within the units in the last
 * place that their sources state, and at special arguments exactly.
 */
import {
  type Backend,
  constant,
  type Expr,
  expressions as e,
  erf,
  erfc,
  input,
  roundToHalf,
  rowMajorLayout,
  toHalfBits,
} from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { createWasmBackend } from '../index.js'

const x = input(0, 'float32')
const y = input(1, 'float32')

function map(backend: Backend, expression: Expr, ...operands: readonly Float32Array[]): Float32Array {
  const length = operands[0]?.length ?? 0
  const shape = [length]
  const views = [...operands, new Float32Array(length)].map((data) => {
    const buffer = backend.allocate('float32', length)
    backend.write(buffer, data)
    return { buffer, dtype: 'float32' as const, ...rowMajorLayout(shape) }
  })
  const output = views.pop()
  if (output === undefined) throw new RangeError('no output')
  backend.run({
    kind: 'map',
    label: 'test',
    shape,
    expressions: [expression],
    inputs: views,
    scalars: [],
    outputs: [output],
  })
  const result = Float32Array.from(backend.readSync?.(output.buffer) ?? [])
  for (const { buffer } of [...views, output]) backend.release(buffer)
  return result
}

/** Distance in units in the last place of the wanted float32. */
function ulps(got: number, wanted: number): number {
  const rounded = Math.fround(wanted)
  if (Object.is(got, rounded) || got === rounded || (Number.isNaN(got) && Number.isNaN(wanted))) return 0
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.min(Math.abs(wanted), 3.4e38))))
  return Math.abs(got - wanted) / 2 ** (exponent - 23)
}

/** Evenly over an interval, and over the magnitudes within it. */
function arguments32(low: number, high: number, count = 40_003): Float32Array {
  const even = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1))
  const most = Math.max(Math.abs(low), Math.abs(high))
  const small = Array.from({ length: 4000 }, (_, i) => most * 2 ** (-i / 27) * (i % 2 === 0 ? 1 : -1))
  return Float32Array.from([...even, ...small.filter((each) => each >= low && each <= high)])
}

type Row = readonly [
  string,
  Expr,
  (x: number) => number,
  readonly [number, number],
  number,
  absolute?: number,
]

const FUNCTIONS: readonly Row[] = [
  ['exp', e.exp(x), Math.exp, [-103, 88.7], 2],
  ['expm1', e.expm1(x), Math.expm1, [-20, 88.7], 3],
  ['log', e.log(x), Math.log, [1e-44, 3e38], 2],
  ['log near 1', e.log(x), Math.log, [0.5, 2], 2],
  ['log1p', e.log1p(x), Math.log1p, [-0.999, 10], 3],
  ['sin', e.sin(x), Math.sin, [-1e5, 1e5], 2, 2 ** -22],
  ['cos', e.cos(x), Math.cos, [-1e5, 1e5], 2, 2 ** -22],
  ['tanh', e.tanh(x), Math.tanh, [-12, 12], 4],
  ['erf', e.erf(x), erf, [-5, 5], 3],
  ['erfc', e.erfc(x), erfc, [-4, 10], 8],
  ['rsqrt', e.rsqrt(x), (each) => 1 / Math.sqrt(each), [1e-38, 1e38], 2],
]

const SPECIAL: Readonly<Record<string, readonly [Expr, (x: number) => number]>> = {
  exp: [e.exp(x), Math.exp],
  expm1: [e.expm1(x), Math.expm1],
  log: [e.log(x), Math.log],
  log1p: [e.log1p(x), Math.log1p],
  sin: [e.sin(x), Math.sin],
  cos: [e.cos(x), Math.cos],
  tanh: [e.tanh(x), Math.tanh],
  erf: [e.erf(x), erf],
  erfc: [e.erfc(x), erfc],
  rsqrt: [e.rsqrt(x), (each) => 1 / Math.sqrt(each)],
  sign: [e.sign(x), Math.sign],
}

const SPECIAL_ARGUMENTS = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  Number.NaN,
  3.4e38,
  -3.4e38,
  2 ** -149,
  -(2 ** -130),
  100,
  -120,
  1e10,
]

describe.each(['fast', 'strict'] as const)('%s', (numerics) => {
  const backend = createWasmBackend({ numerics })

  it.each(FUNCTIONS.map((row) => ({ name: row[0], row })))('$name', ({ row }) => {
    const [, expression, reference, [low, high], bound, absolute = 0] = row
    const given = arguments32(low, high)
    const got = map(backend, expression, given)
    let worst = 0
    let at = 0
    given.forEach((each, i) => {
      const wanted = reference(each)
      const value = got[i] ?? Number.NaN
      const distance = Math.abs(value - wanted) <= absolute ? 0 : ulps(value, wanted)
      if (!(distance <= worst)) {
        worst = distance
        at = each
      }
    })
    expect(worst, `worst at ${at}`).toBeLessThanOrEqual(bound)
  })

  it.each(Object.entries(SPECIAL))('%s of special arguments', (_name, [expression, reference]) => {
    const given = Float32Array.from(SPECIAL_ARGUMENTS)
    map(backend, expression, given).forEach((value, i) => {
      const wanted = reference(given[i] ?? 0)
      expect(ulps(value, wanted), `of ${given[i]}: ${value}, not ${wanted}`).toBeLessThanOrEqual(8)
    })
  })

  const pairs = (list: readonly number[]): [Float32Array, Float32Array] => [
    Float32Array.from(list.flatMap((a) => list.map(() => a))),
    Float32Array.from(list.flatMap(() => list)),
  ]
  const EDGES = [...SPECIAL_ARGUMENTS, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, 7, 1e-3]

  it('powers as Math.pow, but 1 to any', () => {
    const [a, b] = pairs(EDGES)
    map(backend, e.power(x, y), a, b).forEach((value, i) => {
      const wanted = a[i] === 1 ? 1 : (a[i] ?? 0) ** (b[i] ?? 0)
      expect(ulps(value, wanted), `${a[i]} ** ${b[i]}: ${value}, not ${wanted}`).toBeLessThanOrEqual(1)
    })
  })

  it('dense powers', () => {
    const a = arguments32(1e-3, 50)
    const b = Float32Array.from(a, (_, i) => ((i * 37) % 400) / 10 - 20)
    map(backend, e.power(x, y), a, b).forEach((value, i) => {
      expect(ulps(value, (a[i] ?? 0) ** (b[i] ?? 0))).toBeLessThanOrEqual(1)
    })
  })

  it('remainders exactly', () => {
    const [a, b] = pairs([...EDGES, 16777216, 1e9, 123456.789])
    map(backend, e.remainder(x, y), a, b).forEach((value, i) => {
      const wanted = (a[i] ?? 0) % (b[i] ?? 0)
      expect(value === wanted || Object.is(value, wanted), `${a[i]} % ${b[i]}: ${value}, not ${wanted}`).toBe(
        true,
      )
    })
  })

  it('angles in all octants and with zeros of both signs', () => {
    const [a, b] = pairs(EDGES)
    map(backend, e.atan2(x, y), a, b).forEach((value, i) => {
      const wanted = Math.atan2(a[i] ?? 0, b[i] ?? 0)
      expect(ulps(value, wanted), `atan2(${a[i]}, ${b[i]}): ${value}, not ${wanted}`).toBeLessThanOrEqual(4)
    })
  })

  it('float16 by rounding to nearest, ties to even', () => {
    const given = Float32Array.from([
      ...arguments32(-70000, 70000, 20_001),
      ...arguments32(-(2 ** -13), 2 ** -13, 8193),
      65519.99,
      65520,
      Infinity,
      Number.NaN,
    ])
    map(backend, e.cast(e.cast(x, 'float16'), 'float32'), given).forEach((value, i) => {
      const wanted = roundToHalf(given[i] ?? 0)
      expect(Object.is(value, wanted), `${given[i]}: ${value}, not ${wanted} (${toHalfBits(wanted)})`).toBe(
        true,
      )
    })
  })
})

it('masks of bytes choose among other types', () => {
  const backend = createWasmBackend()
  const bytes = backend.allocate('uint8', 5)
  const result = backend.allocate('float32', 5)
  backend.write(bytes, Uint8Array.of(1, 200, 3, 255, 0))
  const condition = e.less(input(0, 'uint8'), 100)
  const layout = rowMajorLayout([5])
  backend.run({
    kind: 'map',
    label: 'test',
    shape: [5],
    expressions: [e.select(condition, constant(1.5, 'float32'), constant(-2.5, 'float32'))],
    inputs: [{ buffer: bytes, dtype: 'uint8', ...layout }],
    scalars: [],
    outputs: [{ buffer: result, dtype: 'float32', ...layout }],
  })
  expect([...(backend.readSync?.(result) ?? [])]).toEqual([1.5, -2.5, 1.5, -2.5, 1.5])
})
