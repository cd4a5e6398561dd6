/** Kernels along one axis: running reductions, gather, scatter and stable sort. */
import {
  type Capabilities,
  type DType,
  type GatherCall,
  isFloat,
  roundToType,
  type ScanOperation,
  type ScatterOperation,
  type Shape,
  sizeOf,
  type View,
} from '@nabla/backend'
import { exactly, type Interval } from '../acceptance/interval.js'
import { productInterval, runningSumInterval } from '../acceptance/sum.js'
import type { ConformanceCase } from '../case.js'
import { referenceCall } from '../reference/call.js'
import { aroundAxis } from '../reference/elements.js'
import { arrangement, PLAIN, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, moved, onBench } from './bench.js'
import { hostileValues, ordinaryValues, randomNumbers } from './values.js'

const SHAPES: readonly Shape[] = [[1], [7], [0], [40], [3, 5], [5, 0], [0, 5], [2, 3, 4], [2, 3, 1, 2]]

/** Every shape with every axis and a turn for choosing arrangements. */
function* shapesAndAxes(): Generator<{ shape: Shape; axis: number; turn: number }> {
  let turn = 0
  for (const shape of SHAPES)
    for (let axis = 0; axis < shape.length; axis++) yield { shape, axis, turn: turn++ }
}

/** What a scan may give at each position: the interval of all that it has run over. */
function scanIntervals(
  operation: ScanOperation,
  input: View,
  elements: readonly number[],
  exact: readonly number[],
  axis: number,
  reverse: boolean,
  exclusive: boolean,
): Interval[] {
  const { dtype, shape } = input
  if (!isFloat(dtype) || operation === 'maximum' || operation === 'minimum')
    return exact.map((value) => moved(value, dtype))
  const { length, after } = aroundAxis(shape, axis)
  return exact.map((_, position) => {
    const step = Math.floor(position / after) % length
    const parts = elements.filter((_, other) => {
      const otherStep = Math.floor(other / after) % length
      const sameLine = other - otherStep * after === position - step * after
      const earlier = reverse ? otherStep > step : otherStep < step
      return sameLine && (earlier || (otherStep === step && !exclusive))
    })
    const intervals = parts.map(exactly)
    return operation === 'sum' ? runningSumInterval(intervals, dtype) : productInterval(intervals, dtype)
  })
}

async function checkScan(bench: Bench, operation: ScanOperation, dtype: DType): Promise<void> {
  for (const { shape, axis, turn } of shapesAndAxes()) {
    for (const [reverse, exclusive, hostile] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
      [false, false, true],
    ] as const) {
      const values = ordinaryValues(dtype, sizeOf(shape), turn)
      const near = operation === 'product' && isFloat(dtype) ? values.map((value) => 1 + value / 8) : values
      const given =
        hostile === true && isFloat(dtype) && near.length > 2
          ? near.with(2, turn % 2 === 0 ? Number.NaN : Infinity)
          : near
      const input = bench.view(dtype, shape, given, arrangement(READABLE, turn))
      const output = bench.output(dtype, shape, arrangement(WRITABLE, turn + (reverse ? 1 : 0)))
      const call = {
        kind: 'scan',
        label: 'conformance',
        operation,
        axis,
        reverse,
        exclusive,
        input,
        output,
      } as const
      const exact = referenceCall(call, bench.elements)[0]?.values ?? []
      const intervals = scanIntervals(
        operation,
        input,
        bench.elements(input),
        exact,
        axis,
        reverse,
        exclusive,
      )
      await bench.check(
        call,
        [{ view: output, intervals }],
        `axis ${axis}${reverse ? ', reverse' : ''}${exclusive ? ', exclusive' : ''}`,
      )
    }
  }
}

/** Elements to move: ordinary ones, the first few hostile. */
function movable(dtype: DType, count: number, seed: number): number[] {
  const values = ordinaryValues(dtype, count, seed)
  const hostile = hostileValues(dtype)
  return values.map((value, i) =>
    i % 3 === 1 ? roundToType(hostile[(i + seed) % hostile.length] as number, dtype) : value,
  )
}

async function checkGather(bench: Bench, dtype: DType): Promise<void> {
  for (const { shape, axis, turn } of shapesAndAxes()) {
    const length = shape[axis] as number
    for (const count of length === 0 ? [0] : [0, 1, length, 2 * length + 1]) {
      const next = randomNumbers(turn)
      const wanted = shape.with(axis, count)
      const indices = Array.from({ length: sizeOf(wanted) }, () => Math.floor(next() * 2 * length) - length)
      const input = bench.view(dtype, shape, movable(dtype, sizeOf(shape), turn), arrangement(READABLE, turn))
      const output = bench.output(dtype, wanted, arrangement(WRITABLE, turn))
      const chosen = bench.view('int32', wanted, indices, arrangement(READABLE, turn + 7))
      await bench.exact(
        { kind: 'gather', label: 'conformance', axis, input, indices: chosen, output },
        `axis ${axis}`,
      )
    }
  }
  for (const index of [4, -5]) {
    const call: GatherCall = {
      kind: 'gather',
      label: 'conformance',
      axis: 0,
      input: bench.ordinary(dtype, [4]),
      indices: bench.view('int32', [3], [0, index, 1]),
      output: bench.output(dtype, [3]),
    }
    await bench.fails(call, `index ${index} into 4 elements`)
  }
}

async function checkScatter(bench: Bench, operation: ScatterOperation, dtype: DType): Promise<void> {
  for (const { shape, axis, turn } of shapesAndAxes()) {
    const length = shape[axis] as number
    for (const count of length === 0 ? [0] : [0, 1, length, 2 * length + 1]) {
      const next = randomNumbers(turn)
      const given = shape.with(axis, count)
      // Few different indices, so that most are met more than once.
      const indices = Array.from(
        { length: sizeOf(given) },
        () => Math.floor(next() * Math.min(length, 3)) - (turn % 2 === 0 ? length : 0),
      )
      const values =
        operation === 'set' ? movable(dtype, sizeOf(given), turn) : ordinaryValues(dtype, sizeOf(given), turn)
      const output = bench.ordinary(dtype, shape, arrangement(WRITABLE, turn))
      const updates = bench.view(dtype, given, values, arrangement(READABLE, turn + 1))
      const chosen = bench.view('int32', given, indices, arrangement(READABLE, turn + 7))
      await bench.exact(
        { kind: 'scatter', label: 'conformance', operation, axis, indices: chosen, updates, output },
        `axis ${axis}`,
      )
    }
  }
}

async function checkSort(bench: Bench, dtype: DType): Promise<void> {
  for (const { shape, axis, turn } of shapesAndAxes()) {
    for (const descending of [false, true]) {
      for (const results of ['values', 'indices', 'both']) {
        const elements = movable(dtype, sizeOf(shape), turn)
        // Denormals could be taken for 0 and so for equal.
        const sortable = isFloat(dtype)
          ? elements.map((value) => (Math.abs(value) < 1e-3 ? 0 : value))
          : elements
        const input = bench.view(dtype, shape, sortable, arrangement(READABLE, turn))
        const values = bench.output(dtype, shape, arrangement(WRITABLE, turn))
        const indices = bench.output('int32', shape, arrangement(WRITABLE, turn + 1))
        const note = `axis ${axis}${descending ? ', descending' : ''}, ${results}`
        await bench.exact(
          {
            kind: 'sort',
            label: 'conformance',
            axis,
            descending,
            input,
            ...(results !== 'indices' && { values }),
            ...(results !== 'values' && { indices }),
          },
          note,
        )
      }
    }
  }
  const many = bench.view(
    dtype,
    [300],
    ordinaryValues(dtype, 300, 5).map((value) => (isFloat(dtype) ? Math.round(value) : value)),
  )
  const call = {
    kind: 'sort',
    label: 'conformance',
    axis: 0,
    input: many,
    values: bench.output(dtype, [300], PLAIN),
    indices: bench.output('int32', [300]),
  } as const
  await bench.exact({ ...call, descending: false }, 'many equal elements')
}

export function alongAxisCases({ dtypes }: Capabilities): ConformanceCase[] {
  const indexed = dtypes.includes('int32')
  const scans = (['sum', 'product', 'maximum', 'minimum'] as const).map(
    (operation) =>
      [`scan ${operation}`, (bench: Bench, dtype: DType) => checkScan(bench, operation, dtype)] as const,
  )
  const scatters = (['add', 'set', 'maximum', 'minimum'] as const).map(
    (operation) =>
      [
        `scatter ${operation}`,
        (bench: Bench, dtype: DType) => checkScatter(bench, operation, dtype),
      ] as const,
  )
  const subjects = [
    ...scans,
    ...(indexed ? [['gather', checkGather] as const, ...scatters, ['sort', checkSort] as const] : []),
  ]
  return subjects.flatMap(([subject, body]) =>
    dtypes
      // Arithmetic on bool is not asked for.
      .filter((dtype) => dtype !== 'bool' || ['gather', 'scatter set', 'sort'].includes(subject))
      .map(
        (dtype): ConformanceCase => ({
          level: 'kernel',
          subject,
          dtype,
          run: (backend) => onBench(backend, (bench) => body(bench, dtype)),
        }),
      ),
  )
}
