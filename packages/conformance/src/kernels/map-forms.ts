/**
 * What a map may be besides one instruction over plain inputs: composed expressions, coordinates, scalars that change
 * between calls, several outputs, one of its inputs as the output, many inputs, all ranks, long and empty arrays.
 */
import {
  type Capabilities,
  type DType,
  type Expr,
  expressions as e,
  index,
  input,
  isFloat,
  type MapCall,
  type Shape,
  scalar,
  type View,
} from '@nabla/backend'
import { identically } from '../acceptance/interval.js'
import type { ConformanceCase } from '../case.js'
import { arrangement, PLAIN, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'
import { checkMap, mapInto } from './map-instructions.js'

const SHAPES: readonly Shape[] = [
  [],
  [1],
  [7],
  [3, 5],
  [0, 4],
  [2, 0],
  [2, 3, 4],
  [2, 1, 3, 5],
  [2, 3, 2, 2, 3],
]

/** Something with shared parts over inputs 0 and 1 that every type can compute. */
function composed(dtype: DType): Expr {
  const [a, b] = [input(0, dtype), input(1, dtype)]
  if (dtype === 'bool') return e.or(e.and(a, e.not(b)), e.xor(a, b))
  const sum = e.add(a, b)
  const mixed = e.subtract(e.multiply(sum, sum), e.maximum(a, b))
  return isFloat(dtype) ? e.multiply(mixed, e.tanh(sum)) : mixed
}

async function checkShapes(bench: Bench, dtype: DType): Promise<void> {
  let turn = 0
  for (const shape of SHAPES) {
    for (let i = 0; i < 3; i++, turn++) {
      const a = bench.ordinary(dtype, shape, arrangement(READABLE, turn))
      const b = bench.ordinary(dtype, shape, arrangement(READABLE, 3 * turn + 1))
      await mapInto(bench, composed(dtype), [a, b], bench.output(dtype, shape, arrangement(WRITABLE, turn)))
    }
  }
}

async function checkLong(bench: Bench, dtype: DType): Promise<void> {
  for (const shape of [[2051], [37, 41]]) {
    const a = bench.ordinary(dtype, shape)
    const b = bench.ordinary(dtype, shape, arrangement(READABLE, shape.length === 1 ? 0 : 7))
    await mapInto(bench, composed(dtype), [a, b], bench.output(dtype, shape), 'long')
  }
}

/** Coordinates along every axis, in an arrangement that doesn't follow memory. */
async function checkIndex(bench: Bench, dtype: DType): Promise<void> {
  const shape = [2, 3, 4]
  const position = e.add(e.add(e.multiply(index(0), 100), e.multiply(index(1), 10)), index(2))
  for (const place of [PLAIN, arrangement(WRITABLE, 1)]) {
    await mapInto(bench, e.cast(position, dtype), [], bench.output(dtype, shape, place), 'coordinates')
    const onDiagonal = e.select(e.equal(index(1), index(2)), input(0, dtype), e.cast(position, dtype))
    const x = bench.ordinary(dtype, shape, arrangement(READABLE, 2))
    await mapInto(bench, onDiagonal, [x], bench.output(dtype, shape, place), 'coordinates and an input')
  }
}

/** One kernel called again with other scalars: they must not be baked in. */
async function checkScalars(bench: Bench, dtype: DType): Promise<void> {
  const [s, t] = [scalar(0, dtype), scalar(1, dtype)]
  const x = input(0, dtype)
  const expression = dtype === 'bool' ? e.select(t, e.xor(x, s), s) : e.add(e.multiply(x, s), t)
  for (const scalars of dtype === 'bool'
    ? [
        [0, 1],
        [1, 1],
        [1, 0],
      ]
    : [
        [2, 3],
        [5, 1],
        [1, 0],
      ]) {
    const output = bench.output(dtype, [9])
    const call = mapCall([expression], [bench.ordinary(dtype, [9])], [output], scalars)
    await checkMap(bench, call, `scalars ${scalars.join()}`)
  }
}

function mapCall(
  expressions: readonly Expr[],
  inputs: readonly View[],
  outputs: readonly View[],
  scalars: readonly number[] = [],
): MapCall {
  const shape = (outputs[0] as View).shape
  return { kind: 'map', label: 'conformance', shape, expressions, inputs, scalars, outputs }
}

async function checkOutputs(bench: Bench, dtype: DType, available: readonly DType[]): Promise<void> {
  const [a, b] = [input(0, dtype), input(1, dtype)]
  const shape = [4, 5]
  const inputs = (): View[] => [
    bench.ordinary(dtype, shape),
    bench.ordinary(dtype, shape, arrangement(READABLE, 1)),
  ]
  const outputs = [bench.output(dtype, shape), bench.output(dtype, shape, arrangement(WRITABLE, 2))]
  await checkMap(bench, mapCall([composed(dtype), e.maximum(a, b)], inputs(), outputs), 'two outputs')
  if (!available.includes('bool')) return
  const mixed = [bench.output('bool', shape), bench.output(dtype, shape)]
  await checkMap(bench, mapCall([e.less(a, b), e.minimum(a, b)], inputs(), mixed), 'outputs of two types')
}

/** An output that is one of the inputs, exactly. */
async function checkInPlace(bench: Bench, dtype: DType): Promise<void> {
  for (const place of [PLAIN, arrangement(WRITABLE, 2)]) {
    const target = bench.ordinary(dtype, [6, 7], place)
    const other = bench.ordinary(dtype, [6, 7])
    await checkMap(bench, mapCall([composed(dtype)], [target, other], [target]), 'in place')
  }
}

/** A condition that only the device knows: where it is false, what was there stays. */
async function checkCondition(bench: Bench, dtype: DType): Promise<void> {
  for (const holds of [0, 1]) {
    for (const shape of [[7], [4, 5]]) {
      const flags = bench.view('bool', [3], [1 - holds, holds, 1 - holds])
      const when: View = { ...flags, shape: [], strides: [], offset: flags.offset + 1 }
      const target = bench.ordinary(dtype, shape)
      const other = bench.ordinary(dtype, shape, arrangement(READABLE, 1))
      const before = bench.elements(target)
      const call: MapCall = { ...mapCall([composed(dtype)], [target, other], [target]), when }
      const how = holds === 1 ? 'where the condition holds' : 'where the condition does not hold'
      if (holds === 1) await checkMap(bench, call, how)
      else await bench.check(call, [{ view: target, intervals: before.map(identically) }], how)
    }
  }
}

async function checkManyInputs(bench: Bench, dtype: DType, maximumViews: number): Promise<void> {
  const count = Math.min(maximumViews, 8) - 1
  const join = dtype === 'bool' ? e.xor : e.add
  const sum = Array.from({ length: count }, (_, slot): Expr => input(slot, dtype)).reduce((a, b) =>
    join(a, b),
  )
  const inputs = Array.from({ length: count }, (_, i) =>
    bench.ordinary(dtype, [3, 4], arrangement(READABLE, i)),
  )
  await checkMap(bench, mapCall([sum], inputs, [bench.output(dtype, [3, 4])]), `${count} inputs`)
  const x = bench.ordinary(dtype, [5, 5])
  const transposed = { ...x, strides: [...x.strides].reverse() }
  await checkMap(
    bench,
    mapCall([join(input(0, dtype), input(1, dtype))], [x, transposed], [bench.output(dtype, [5, 5])]),
    'two views of a buffer',
  )
}

export function mapFormCases({ dtypes, maximumViews }: Capabilities): ConformanceCase[] {
  const cases: [string, (bench: Bench, dtype: DType) => Promise<void>][] = [
    ['map of all ranks', checkShapes],
    ['map of long arrays', checkLong],
    ['map with coordinates', (bench, dtype) => checkIndex(bench, dtype)],
    ['map with scalars', checkScalars],
    ['map to several outputs', (bench, dtype) => checkOutputs(bench, dtype, dtypes)],
    ['map in place', checkInPlace],
    ['map of many inputs', (bench, dtype) => checkManyInputs(bench, dtype, maximumViews)],
  ]
  // The condition itself is a bool.
  if (dtypes.includes('bool')) cases.push(['map under a condition', checkCondition])
  return cases.flatMap(([subject, body]) =>
    dtypes.map((dtype) => ({
      level: 'kernel',
      subject,
      dtype,
      run: (backend) => onBench(backend, (bench) => body(bench, dtype)),
    })),
  )
}
