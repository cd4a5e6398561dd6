/** The math library on the device against float64: errors in units of the last place, over ranges where they are largest. */
import { type Expr, expressions as e, erf, erfc, input } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { describeOnBench, type PlanBench } from '../../testing/plan-bench.js'

let bench: PlanBench
const COUNT = 4000
const SMALLEST = 2 ** -126
const LARGEST = 3.4e38

/** Reproducible numbers in [0, 1). */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

type Draw = (next: () => number) => number
const between =
  (low: number, high: number): Draw =>
  (next) =>
    low + next() * (high - low)
/** Both signs, exponents evenly. */
const powers =
  (low: number, high: number): Draw =>
  (next) =>
    (next() < 0.5 ? -1 : 1) * 2 ** between(low, high)(next)
const positive =
  (draw: Draw): Draw =>
  (next) =>
    Math.abs(draw(next))
const whole =
  (draw: Draw): Draw =>
  (next) =>
    Math.round(draw(next))

function unitAt(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), SMALLEST))) - 23)
}

/** The error in units of the last place; results beyond what float32 holds must be beyond it, too. */
function errorOf(got: number, right: number): number {
  if (Number.isNaN(right)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY
  if (Math.abs(right) < SMALLEST) return Math.abs(got) <= 2 * SMALLEST ? 0 : Number.POSITIVE_INFINITY
  if (Math.abs(right) > LARGEST) return got * Math.sign(right) >= LARGEST ? 0 : Number.POSITIVE_INFINITY
  return Math.abs(got - right) / unitAt(right)
}

async function worst(
  expression: Expr,
  right: (a: number, b: number) => number,
  draws: readonly Draw[],
): Promise<number> {
  const next = randoms(7)
  const [a = [], b = []] = [0, 1].map((i) =>
    Array.from({ length: COUNT }, () => Math.fround((draws[i] ?? draws[0] ?? between(0, 1))(next))),
  )
  const output = bench.empty('float32', [COUNT])
  const inputs = [bench.view('float32', [COUNT], a), bench.view('float32', [COUNT], b)]
  const shape = [COUNT]
  await bench.run({
    kind: 'map',
    label: 'test',
    shape,
    expressions: [expression],
    inputs,
    scalars: [],
    outputs: [output],
  })
  const got = await bench.contents(output)
  return got.reduce(
    (most, value, i) => Math.max(most, errorOf(value, right(a[i] as number, b[i] as number))),
    0,
  )
}

const [x, y] = [input(0, 'float32'), input(1, 'float32')]

type Row = readonly [
  name: string,
  expression: Expr,
  right: (a: number, b: number) => number,
  ulp: number,
  draws: readonly Draw[],
]

const ROWS: readonly Row[] = [
  ['exp', e.exp(x), Math.exp, 2, [between(-104, 89)]],
  ['exp near 0', e.exp(x), Math.exp, 2, [powers(-30, 3)]],
  ['expm1', e.expm1(x), Math.expm1, 3, [between(-20, 89)]],
  ['expm1 near 0', e.expm1(x), Math.expm1, 3, [powers(-120, 2)]],
  ['log', e.log(x), Math.log, 2, [positive(powers(-149, 127))]],
  ['log near 1', e.log(x), Math.log, 2, [between(0.5, 2)]],
  ['log1p', e.log1p(x), Math.log1p, 3, [between(-0.999, 3)]],
  ['log1p near 0', e.log1p(x), Math.log1p, 3, [powers(-120, -1.5)]],
  ['log1p of large', e.log1p(x), Math.log1p, 3, [positive(powers(-2, 127))]],
  ['tanh', e.tanh(x), Math.tanh, 4, [between(-12, 12)]],
  ['tanh near 0', e.tanh(x), Math.tanh, 4, [powers(-120, 0)]],
  ['erf', e.erf(x), erf, 4, [between(-5, 5)]],
  ['erfc', e.erfc(x), erfc, 8, [between(-5, 9)]],
  ['sqrt', e.sqrt(x), Math.sqrt, 2, [positive(powers(-126, 127))]],
  ['rsqrt', e.rsqrt(x), (a) => 1 / Math.sqrt(a), 2, [positive(powers(-126, 127))]],
  ['divide', e.divide(x, y), (a, b) => a / b, 3, [powers(-100, 127)]],
  ['power', e.power(x, y), (a, b) => a ** b, 8, [positive(powers(-100, 100)), between(-2, 2)]],
  ['power of large', e.power(x, y), (a, b) => a ** b, 8, [between(0.5, 2), between(-300, 300)]],
  ['power near 1', e.power(x, y), (a, b) => a ** b, 8, [between(0.999, 1.001), between(-1e5, 1e5)]],
  ['power of negatives', e.power(x, y), (a, b) => a ** b, 8, [between(-3, 0), whole(between(-40, 40))]],
  ['remainder', e.remainder(x, y), (a, b) => a % b, 0, [powers(-140, 127)]],
  ['atan2', e.atan2(x, y), Math.atan2, 8, [powers(-40, 40)]],
]

describeOnBench(
  'the math library on a device',
  (opened) => {
    bench = opened
  },
  () => {
    describe('the error of', () => {
      it.each(ROWS)('%s', async (_name, expression, right, ulp, draws) => {
        expect(await worst(expression, right, draws)).toBeLessThanOrEqual(ulp)
      })

      it.each([
        ['sin', e.sin(x), Math.sin],
        ['cos', e.cos(x), Math.cos],
      ] as const)('%s, which is absolute', async (_name, expression, right) => {
        const absolute = async (draw: Draw): Promise<number> => {
          const next = randoms(3)
          const angles = Array.from({ length: COUNT }, () => Math.fround(draw(next)))
          const output = bench.empty('float32', [COUNT])
          const inputs = [bench.view('float32', [COUNT], angles)]
          await bench.run({
            kind: 'map',
            label: 'test',
            shape: [COUNT],
            expressions: [expression],
            inputs,
            scalars: [],
            outputs: [output],
          })
          const got = await bench.contents(output)
          return got.reduce(
            (most, value, i) => Math.max(most, Math.abs(value - right(angles[i] as number))),
            0,
          )
        }
        expect(await absolute(between(-10, 10))).toBeLessThan(2e-7)
        expect(await absolute(between(-65536, 65536))).toBeLessThan(3e-7)
        // Beyond, only that it is a sine at all.
        expect(await absolute(powers(20, 127))).toBeLessThan(2.01)
      })
    })
  },
)
