/** Composites that a backend claims, against their formulas. That claimed equals decomposed is a case of operations. */
import {
  type Capabilities,
  type CompositeCall,
  type CompositeName,
  type DType,
  isFloat,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import { epsilonOf, FLOAT_FORMATS } from '../acceptance/float-format.js'
import { accepted } from '../acceptance/instruction.js'
import type { Interval } from '../acceptance/interval.js'
import type { ConformanceCase } from '../case.js'
import { referenceCall } from '../reference/call.js'
import { arrangement, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'
import { ordinaryValues } from './values.js'

const SHAPES: readonly Shape[] = [
  [1],
  [5],
  [67],
  [0],
  [3, 5],
  [5, 33],
  [33, 4],
  [0, 3],
  [3, 0],
  [2, 3, 4],
  [2, 1, 3, 2],
]

/** exp, its sum and the quotient each add a bounded relative error; the logarithm's is absolute. */
function around(value: number, dtype: DType, length: number, spread: number): Interval {
  if (!isFloat(dtype)) throw new TypeError(`composites are over floats, not ${dtype}`)
  const budget = (48 + length + 2 * spread) * epsilonOf(dtype)
  const error = budget * Math.max(Math.abs(value), FLOAT_FORMATS[dtype].minimumNormal)
  return accepted(value, dtype, error)
}

async function check(
  bench: Bench,
  name: CompositeName,
  input: View,
  axis: number,
  turn: number,
): Promise<void> {
  const { dtype, shape } = input
  const output = bench.output(dtype, shape, arrangement(WRITABLE, turn))
  const call: CompositeCall = {
    kind: 'composite',
    label: 'conformance',
    name,
    attributes: { axis },
    inputs: [input],
    outputs: [output],
  }
  const finite = bench.elements(input).filter(Number.isFinite)
  const spread = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const expected = referenceCall(call, bench.elements).map(({ view, values }) => ({
    view,
    intervals: values.map((value) =>
      around(
        value,
        dtype,
        shape[axis] as number,
        name === 'logSoftmax' && value !== 0 ? spread / Math.abs(value) + spread : spread,
      ),
    ),
  }))
  await bench.check(call, expected, `axis ${axis}`)
}

async function checkComposite(bench: Bench, name: CompositeName, dtype: DType): Promise<void> {
  let turn = 0
  for (const shape of SHAPES) {
    for (let axis = 0; axis < shape.length; axis++, turn++) {
      const values = ordinaryValues(dtype, sizeOf(shape), turn)
      await check(bench, name, bench.view(dtype, shape, values, arrangement(READABLE, turn)), axis, turn)
    }
  }
  const rows = [
    [100, -100, 99, 0],
    [-1000, -1001, -1002, -1000],
    [-Infinity, 1, 2, -Infinity],
    [Infinity, 1, 2, 3],
    [1, Number.NaN, 2, 3],
    [-Infinity, -Infinity, -Infinity, -Infinity],
  ]
  await check(bench, name, bench.view(dtype, [rows.length, 4], rows.flat()), 1, 0)
}

export function compositeCases({ dtypes, composites }: Capabilities): ConformanceCase[] {
  return composites.flatMap((name) =>
    dtypes.filter(isFloat).map(
      (dtype): ConformanceCase => ({
        level: 'kernel',
        subject: `composite ${name}`,
        dtype,
        run: (backend) => onBench(backend, (bench) => checkComposite(bench, name, dtype)),
      }),
    ),
  )
}
