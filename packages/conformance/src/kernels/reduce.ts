/**
 * Reductions: every operation over every set of axes, in every arrangement, with a mapped expression before and another
 * after, hostile elements, nothing to reduce, long sums that must not lose small terms.
 */
import {
  type Capabilities,
  type DType,
  type Expr,
  expressions as e,
  index,
  input,
  isFloat,
  type ReduceCall,
  type ReduceOperation,
  type Shape,
  scalar,
  sizeOf,
} from '@nabla/backend'
import type { ConformanceCase } from '../case.js'
import { arrangement, PLAIN, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'
import { checkReduce, reduceCall, resultType } from './reduce-check.js'
import { ordinaryValues } from './values.js'

const OPERATIONS: readonly ReduceOperation[] = [
  'sum',
  'product',
  'maximum',
  'minimum',
  'any',
  'all',
  'argMax',
  'argMin',
]

function takes(operation: ReduceOperation, dtype: DType, available: readonly DType[]): boolean {
  const truth = operation === 'any' || operation === 'all'
  return available.includes(resultType(operation, dtype)) && truth === (dtype === 'bool')
}

const kept = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length))

/** Shapes with the sets of axes to reduce. */
const FORMS: readonly (readonly [Shape, readonly (readonly number[])[]])[] = [
  [[], [[]]],
  [[1], [[0], []]],
  [[7], [[0]]],
  [[67], [[0]]],
  [[0], [[0]]],
  [
    [3, 5],
    [[0], [1], [0, 1], []],
  ],
  [
    [2, 0],
    [[0], [1], [0, 1]],
  ],
  [
    [0, 3],
    [[0], [1]],
  ],
  [
    [5, 33],
    [[0], [1]],
  ],
  [
    [33, 5],
    [[0], [1]],
  ],
  [
    [2, 3, 4],
    [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]],
  ],
  [
    [2, 3, 2, 3],
    [[0, 2], [1, 3], [3], [0, 1, 3]],
  ],
  [
    [2, 1, 3, 2, 2],
    [
      [1, 2],
      [0, 4],
      [0, 1, 2, 3, 4],
    ],
  ],
]

/** Elements for a reduction: near 1 in size for products, so that they neither vanish nor overflow. */
function elementsFor(operation: ReduceOperation, dtype: DType, shape: Shape, seed: number): number[] {
  const values = ordinaryValues(dtype, sizeOf(shape), seed)
  return operation === 'product' && isFloat(dtype)
    ? values.map((value) => (value < 0 ? -1 : 1) * (1 + value / 8))
    : values
}

async function checkForms(bench: Bench, operation: ReduceOperation, dtype: DType): Promise<void> {
  let turn = 0
  for (const [shape, choices] of FORMS) {
    for (const axes of choices) {
      for (let i = 0; i < 2; i++, turn++) {
        const reduced = kept(shape, axes)
        // Where there is nothing to choose from, there is no position.
        if (
          resultType(operation, dtype) === 'int32' &&
          operation.startsWith('arg') &&
          sizeOf(shape) === 0 &&
          sizeOf(reduced) > 0
        )
          continue
        const place = arrangement(READABLE, turn * (1 - i))
        const x = bench.view(dtype, shape, elementsFor(operation, dtype, shape, turn), place)
        const output = bench.output(
          resultType(operation, dtype),
          reduced,
          arrangement(WRITABLE, turn * (1 - i)),
        )
        await checkReduce(bench, reduceCall(operation, x, axes, output))
      }
    }
  }
}

/** One hostile element among ordinary ones, at each place; and lists of nothing but it. */
async function checkHostile(bench: Bench, operation: ReduceOperation, dtype: DType): Promise<void> {
  if (!isFloat(dtype)) return
  const large = dtype === 'float16' ? 1e4 : 1e30
  const rows = [Number.NaN, Infinity, -Infinity, large, -large].flatMap((value) =>
    [0, 4, 8].map((at) => [0.5, 1, -1, 0.75, 1, 1, -0.5, 2, 1].with(at, value)),
  )
  rows.push(
    [Infinity, -Infinity, 1, 1, 1, 1, 1, 1, 1],
    [NaN, NaN, Infinity, 1, 1, 1, 1, 1, NaN],
    new Array<number>(9).fill(-Infinity),
    [-0, 0, -0, 0, 0, -0, 0, 0, 0],
  )
  for (const transposed of [false, true]) {
    const shape = transposed ? [9, rows.length] : [rows.length, 9]
    const values = transposed
      ? Array.from({ length: 9 }, (_, i) => rows.map((row) => row[i] as number)).flat()
      : rows.flat()
    const axes = [transposed ? 0 : 1]
    const output = bench.output(resultType(operation, dtype), kept(shape, axes))
    await checkReduce(
      bench,
      reduceCall(operation, bench.view(dtype, shape, values), axes, output),
      'hostile values, ',
    )
  }
}

/** Equal extremes, of which the first counts. */
async function checkTies(bench: Bench, operation: ReduceOperation, dtype: DType): Promise<void> {
  const rows = [
    [1, 3, 3, 2, 3],
    [2, 2, 2, 2, 2],
    [3, 1, 1, 3, 1],
    [0, 1, 2, 0, 2],
    [4, 4, 0, 0, 1],
  ]
  for (const axes of [[1], [0], [0, 1]]) {
    for (const place of [PLAIN, arrangement(READABLE, 1)]) {
      const x = bench.view(dtype, [5, 5], rows.flat(), place)
      const output = bench.output(resultType(operation, dtype), kept([5, 5], axes))
      await checkReduce(bench, reduceCall(operation, x, axes, output), 'ties, ')
    }
  }
}

/** One large number and many small ones: a plain running sum loses all of them. Not asked of float64. */
async function checkSmallTerms(bench: Bench, dtype: DType): Promise<void> {
  if (dtype !== 'float16' && dtype !== 'float32') return
  const small = dtype === 'float16' ? 2 ** -11 : 2 ** -24
  const count = dtype === 'float16' ? 512 : 4096
  const values = [1, ...new Array<number>(count - 1).fill(small)]
  for (const [shape, axes] of [
    [[count], [0]],
    [[count, 1], [0]],
    [[1, count], [1]],
    [
      [16, count / 16],
      [0, 1],
    ],
  ] as const) {
    await checkReduce(
      bench,
      reduceCall('sum', bench.view(dtype, shape, values), axes, bench.output(dtype, kept(shape, axes))),
      'small terms, ',
    )
  }
  const columns = values.flatMap((value) => [value, value, value])
  const output = bench.output(dtype, [1, 3])
  await checkReduce(
    bench,
    reduceCall('sum', bench.view(dtype, [count, 3], columns), [0], output),
    'small terms, ',
  )
}

/** Expressions before and after, with scalars and further inputs. */
async function checkExpressions(bench: Bench, operation: ReduceOperation, dtype: DType): Promise<void> {
  const result = resultType(operation, dtype)
  const numeric = dtype !== 'bool'
  const [a, b, s] = [input(0, dtype), input(1, dtype), scalar(0, dtype)]
  const expression: Expr = numeric ? e.multiply(e.add(a, s), b) : e.and(a, e.not(b))
  const [r, other] = [input(0, result), input(1, result)]
  const post: Expr = result === 'bool' ? e.xor(r, other) : e.add(e.multiply(r, 2), other)
  const place = e.add(index(0), index(1))
  const placed = result === 'bool' ? e.xor(r, e.less(place, 2)) : e.add(r, e.cast(place, result))
  for (const [axes, turn] of [
    [[1], 1],
    [[0], 2],
    [[0, 1], 4],
  ] as const) {
    const shape = [3, 4]
    const x = bench.view(
      dtype,
      shape,
      elementsFor(operation, dtype, shape, turn),
      arrangement(READABLE, turn),
    )
    const y = bench.view(
      dtype,
      shape,
      elementsFor(operation, dtype, shape, turn + 9),
      arrangement(READABLE, turn + 6),
    )
    const output = bench.output(result, kept(shape, axes), arrangement(WRITABLE, turn))
    const postInputs = [bench.ordinary(result, kept(shape, axes), arrangement(READABLE, turn + 1))]
    const call: ReduceCall = {
      ...reduceCall(operation, x, axes, output),
      expression,
      inputs: [x, y],
      scalars: [1],
    }
    // Positions of extremes among products that only differ by rounding would be anyone's guess.
    if (!operation.startsWith('arg') || !isFloat(dtype))
      await checkReduce(bench, { ...call, post, postInputs }, 'mapped, ')
    for (const [note, after] of [
      ['post only, ', result === 'bool' ? e.not(r) : e.add(r, r)],
      ['coordinates of the result, ', placed],
    ] as const) {
      const elements = elementsFor(operation, dtype, shape, turn)
      const z = bench.view(dtype, shape, elements, arrangement(READABLE, turn))
      const plain = reduceCall(operation, z, axes, bench.output(result, kept(shape, axes)))
      await checkReduce(bench, { ...plain, post: after }, note)
    }
  }
}

export function reduceCases({ dtypes }: Capabilities): ConformanceCase[] {
  return OPERATIONS.flatMap((operation) =>
    dtypes
      .filter((dtype) => takes(operation, dtype, dtypes))
      .map(
        (dtype): ConformanceCase => ({
          level: 'kernel',
          subject: `reduce ${operation}`,
          dtype,
          run: (backend) =>
            onBench(backend, async (bench) => {
              await checkForms(bench, operation, dtype)
              await checkHostile(bench, operation, dtype)
              await checkExpressions(bench, operation, dtype)
              if (dtype !== 'bool') await checkTies(bench, operation, dtype)
              if (operation === 'sum') await checkSmallTerms(bench, dtype)
            }),
        }),
      ),
  )
}
