/**
 * Contractions: every number of axes in every group, every arrangement of both operands, sliding windows, epilogues,
 * empty groups, and sizes around the blocks of fast kernels; floats within the bound of a running sum.
 */
import {
  type Capabilities,
  type ContractCall,
  type DType,
  type Expr,
  expressions as e,
  index,
  input,
  isFloat,
  type Shape,
  scalar,
  sizeOf,
  type View,
  windowLayout,
} from '@nabla/backend'
import { expressionInterval } from '../acceptance/expression.js'
import { exactly, type Interval } from '../acceptance/interval.js'
import { runningSumInterval } from '../acceptance/sum.js'
import type { ConformanceCase } from '../case.js'
import { referenceCall } from '../reference/call.js'
import { contractedPairs } from '../reference/contract.js'
import { coordinatesAt } from '../reference/elements.js'
import { type Arrangement, arrangement, PLAIN, READABLE, WRITABLE } from './arrangements.js'
import { type Bench, onBench } from './bench.js'

async function checkContract(bench: Bench, call: ContractCall, note = ''): Promise<void> {
  const { dtype } = call.left
  const besides = (call.postInputs ?? []).map(bench.elements)
  const sums = isFloat(dtype)
    ? contractedPairs(call, bench.elements).map((pairs) =>
        runningSumInterval(
          pairs.map(([a, b]) => exactly(a * b)),
          dtype,
        ),
      )
    : referenceCall({ ...call, post: undefined }, bench.elements).flatMap(({ values }) => values.map(exactly))
  const intervals = sums.map((sum, position): Interval => {
    if (call.post === undefined) return sum
    const inputs = [sum, ...besides.map((values) => exactly(values[position] as number))]
    const coordinates = coordinatesAt(call.output.shape, position)
    return expressionInterval(call.post, { inputs, scalars: call.scalars, coordinates })
  })
  await bench.check(call, [{ view: call.output, intervals }], note)
}

/** Lengths of the axes of each group. */
interface Groups {
  readonly batch?: Shape
  readonly rows?: Shape
  readonly columns?: Shape
  readonly contracted?: Shape
}

interface Places {
  readonly left?: Arrangement
  readonly right?: Arrangement
  readonly output?: Arrangement
}

function contractCall(bench: Bench, dtype: DType, groups: Groups, places: Places = {}): ContractCall {
  const { batch = [], rows = [], columns = [], contracted = [] } = groups
  return {
    kind: 'contract',
    label: 'conformance',
    batch: batch.length,
    rows: rows.length,
    columns: columns.length,
    contracted: contracted.length,
    left: bench.ordinary(dtype, [...batch, ...rows, ...contracted], places.left),
    right: bench.ordinary(dtype, [...batch, ...contracted, ...columns], places.right),
    scalars: [],
    output: bench.output(dtype, [...batch, ...rows, ...columns], places.output),
  }
}

const GROUPS: readonly Groups[] = [
  {},
  { contracted: [5] },
  { rows: [4] },
  { columns: [4] },
  { rows: [3], columns: [4] },
  { rows: [3], contracted: [5] },
  { contracted: [5], columns: [3] },
  { rows: [3], contracted: [4], columns: [5] },
  { rows: [1], contracted: [9], columns: [1] },
  { batch: [2], rows: [3], contracted: [4], columns: [2] },
  { batch: [3], contracted: [4] },
  { batch: [4] },
  { batch: [2, 3], rows: [2], contracted: [3], columns: [4] },
  { rows: [2, 3], contracted: [2, 2], columns: [3, 2] },
  { batch: [2], rows: [2, 2], contracted: [3, 2], columns: [1, 3] },
  { rows: [3], contracted: [0], columns: [2] },
  { rows: [0], contracted: [3], columns: [2] },
  { batch: [0], rows: [2], contracted: [3], columns: [2] },
  { rows: [3], contracted: [4], columns: [0] },
]

async function checkGroups(bench: Bench, dtype: DType): Promise<void> {
  let turn = 0
  for (const groups of GROUPS) {
    await checkContract(bench, contractCall(bench, dtype, groups))
    for (let i = 0; i < 3; i++, turn++) {
      const places = {
        left: arrangement(READABLE, turn),
        right: arrangement(READABLE, 3 * turn + 1),
        output: arrangement(WRITABLE, turn),
      }
      await checkContract(bench, contractCall(bench, dtype, groups, places))
    }
  }
}

/** Matrices in every pair of arrangements, as transposed and sliced operands of a matmul come. */
async function checkArrangements(bench: Bench, dtype: DType): Promise<void> {
  for (const left of READABLE) {
    for (const right of READABLE) {
      await checkContract(
        bench,
        contractCall(bench, dtype, { rows: [4], contracted: [7], columns: [5] }, { left, right }),
      )
    }
  }
}

/** Sizes at, below and above the blocks that kernels are made of. */
const SIZES = [
  [17, 33, 9],
  [64, 16, 8],
  [5, 130, 3],
  [33, 5, 66],
  [1, 67, 40],
  [40, 67, 1],
] as const

async function checkSizes(bench: Bench, dtype: DType): Promise<void> {
  const transposed = arrangement(WRITABLE, 1)
  for (const [m, k, n] of SIZES) {
    for (const places of [
      {},
      { left: transposed },
      { right: transposed },
      { left: transposed, right: transposed, output: transposed },
    ]) {
      await checkContract(
        bench,
        contractCall(bench, dtype, { rows: [m], contracted: [k], columns: [n] }, places),
      )
    }
  }
}

async function checkEpilogues(bench: Bench, dtype: DType): Promise<void> {
  const [sum, bias, s] = [input(0, dtype), input(1, dtype), scalar(0, dtype)]
  const biased: Expr = e.add(e.multiply(sum, s), bias)
  const posts: readonly (readonly [Expr, number])[] = [
    [e.maximum(sum, 0), 0],
    [biased, 1],
    [e.maximum(biased, input(2, dtype)), 2],
    [e.add(biased, e.cast(e.add(index(0), e.multiply(index(1), 2)), dtype)), 1],
  ]
  let turn = 0
  for (const groups of [
    { rows: [3], contracted: [4], columns: [5] },
    { rows: [9], contracted: [20], columns: [17] },
    { batch: [2], rows: [3], contracted: [0], columns: [2] },
  ]) {
    for (const [post, count] of posts) {
      const call = contractCall(bench, dtype, groups, { output: arrangement(WRITABLE, turn) })
      const postInputs = Array.from({ length: count }, (_, i) =>
        bench.ordinary(dtype, call.output.shape, arrangement(READABLE, 7 + turn + i)),
      )
      await checkContract(bench, { ...call, post, postInputs, scalars: [3] }, 'with an epilogue')
      turn += 1
    }
  }
}

/** Convolution as it comes: windows of an image contracted with a kernel. */
async function checkWindows(bench: Bench, dtype: DType): Promise<void> {
  const windows = [
    [
      { axis: 1, size: 3 },
      { axis: 2, size: 2 },
    ],
    [
      { axis: 1, size: 2, stride: 2 },
      { axis: 2, size: 3, dilation: 2 },
    ],
  ]
  for (const each of windows) {
    for (const place of [PLAIN, arrangement(WRITABLE, 1)]) {
      const image: View = bench.ordinary(dtype, [2, 6, 7, 3], place)
      // [batch, height, width, channels, u, v] as rows batch, height, width and contracted u, v, channels.
      const seen = windowLayout(image, each)
      const order = [0, 1, 2, 4, 5, 3]
      const left: View = {
        ...image,
        shape: order.map((axis) => seen.shape[axis] as number),
        strides: order.map((axis) => seen.strides[axis] as number),
      }
      const right = bench.ordinary(dtype, [...left.shape.slice(3), 4])
      const output = bench.output(dtype, [...left.shape.slice(0, 3), 4])
      const call: ContractCall = {
        kind: 'contract',
        label: 'conformance',
        batch: 0,
        rows: 3,
        columns: 1,
        contracted: 3,
        left,
        right,
        scalars: [],
        output,
      }
      await checkContract(bench, call, 'windows')
    }
  }
}

async function checkHostile(bench: Bench, dtype: DType): Promise<void> {
  if (!isFloat(dtype)) return
  const hostile = [Number.NaN, Infinity, -Infinity, dtype === 'float16' ? 200 : 1e18, 0]
  for (const value of hostile) {
    const shape: Shape = [3, 4]
    const call = contractCall(bench, dtype, { rows: [3], contracted: [4], columns: [3] })
    const values = bench.elements(call.left)
    const left = bench.view(dtype, shape, values.with(5, value))
    const right = bench.view(dtype, [4, 3], new Array<number>(sizeOf([4, 3])).fill(0.5).with(4, 0))
    await checkContract(bench, { ...call, left, right }, `with ${value}`)
  }
}

export function contractCases({ dtypes }: Capabilities): ConformanceCase[] {
  const cases: readonly (readonly [string, (bench: Bench, dtype: DType) => Promise<void>])[] = [
    ['contract groups of axes', checkGroups],
    ['contract arrangements', checkArrangements],
    ['contract sizes', checkSizes],
    ['contract with an epilogue', checkEpilogues],
    ['contract windows', checkWindows],
    ['contract hostile values', checkHostile],
  ]
  return cases.flatMap(([subject, body]) =>
    dtypes
      .filter((dtype) => dtype !== 'bool' && (isFloat(dtype) || body !== checkHostile))
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
