/**
 * The reduce kernel against plain loops: every operation, type, layout and choice of axes.
 */
import {
  DTYPES,
  type DType,
  type Expr,
  expressions as e,
  evaluateExpr,
  input,
  isFloat,
  layoutPositions,
  type ReduceOperation,
  roundToType,
  rowMajorStrides,
  type Shape,
  scalar,
  sizeOf,
  type View,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCpuBackend } from '../backend.js'
import {
  arrangements,
  coordinatesOf,
  emptyView,
  makeView,
  readView,
  sequence,
  shapes,
  valuesOf,
} from '../testing/views.js'

const backend = createCpuBackend()
const OPERATIONS: ReduceOperation[] = [
  'sum',
  'product',
  'maximum',
  'minimum',
  'any',
  'all',
  'argMax',
  'argMin',
]

const resultType = (operation: ReduceOperation, dtype: DType): DType => {
  if (operation === 'any' || operation === 'all') return 'bool'
  return operation === 'argMax' || operation === 'argMin' ? 'int32' : dtype
}

/** The values of each output element, in row-major order of the reduced axes. */
function groups(shape: Shape, axes: readonly number[], values: readonly number[]): number[][] {
  const outputShape = shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  const lists = Array.from({ length: sizeOf(outputShape) }, (): number[] => [])
  const strides = rowMajorStrides(outputShape).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  const places = layoutPositions({ shape, strides, offset: 0 })
  for (const value of values) lists[places.next().value ?? 0]?.push(value)
  return lists
}

function extremePosition(list: readonly number[], sign: number): number {
  let best = 0
  list.forEach((x, position) => {
    const known = list[best] as number
    if (Number.isNaN(known)) return
    if (Number.isNaN(x) || sign * x > sign * known) best = position
  })
  return best
}

const LIMITS: Record<DType, readonly [number, number]> = {
  bool: [0, 1],
  uint8: [0, 255],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  float16: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
}

function expected(operation: ReduceOperation, dtype: DType, list: readonly number[]): number {
  const [lowest, highest] = LIMITS[dtype]
  switch (operation) {
    case 'sum':
      return roundToType(
        isFloat(dtype)
          ? list.reduce((a, b) => a + b, 0)
          : Number(
              BigInt.asIntN(
                64,
                list.reduce((a, b) => a + BigInt(b), 0n),
              ) & 0xffffffffn,
            ),
        dtype,
      )
    case 'product':
      return roundToType(
        list.reduce((a, b) => (isFloat(dtype) ? a * b : Math.imul(a, b)), 1),
        dtype,
      )
    case 'maximum':
      return Math.max(lowest, ...list)
    case 'minimum':
      return Math.min(highest, ...list)
    case 'any':
      return list.some((x) => x !== 0) ? 1 : 0
    case 'all':
      return list.every((x) => x !== 0) ? 1 : 0
    case 'argMax':
      return extremePosition(list, 1)
    case 'argMin':
      return extremePosition(list, -1)
  }
}

interface Extra {
  readonly inputs?: readonly View[]
  readonly expression?: Expr
  readonly post?: Expr
  readonly postInputs?: readonly View[]
  readonly scalars?: readonly number[]
}

function reduce(
  operation: ReduceOperation,
  shape: Shape,
  axes: readonly number[],
  source: View,
  output: View,
  extra: Extra = {},
): void {
  const { inputs = [source], expression = input(0, source.dtype), scalars = [], ...rest } = extra
  backend.run({
    kind: 'reduce',
    label: 'test',
    operation,
    shape,
    axes,
    expression,
    inputs,
    scalars,
    output,
    ...rest,
  })
}

describe('reduce', () => {
  for (const operation of OPERATIONS) {
    it(`${operation}: any type, axes and layout`, () => {
      const property = fc.property(
        shapes({ minLength: 0, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(
          ...DTYPES.filter((dtype) => dtype !== 'bool' || !['sum', 'product'].includes(operation)),
        ),
        arrangements,
        arrangements,
        fc.nat(10 ** 6),
        (shape, chosen, dtype, from, to, seed) => {
          fc.pre(sizeOf(shape) < 2000)
          const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis])
          const some = fc.sample(valuesOf(dtype), { seed, numRuns: 40 })
          // Products and sums of floats are compared exactly, so they get values that are exact in any order.
          const exact = isFloat(dtype) && (operation === 'sum' || operation === 'product')
          const values = sequence(sizeOf(shape), seed % 17).map((x, p) =>
            roundToType(
              !exact ? (some[p % some.length] as number) : operation === 'sum' ? x : Math.sign(x) || 1,
              dtype,
            ),
          )
          const outputShape = shape.map((length, axis) => (chosen[axis] ? 1 : length))
          const source = makeView(backend, dtype, shape, values, from)
          const output = emptyView(backend, resultType(operation, dtype), outputShape, to)
          reduce(operation, shape, axes, source, output)
          const lists = groups(shape, axes, values)
          const wanted = lists.map((list) => expected(operation, dtype, list))
          if (!(operation.startsWith('arg') && sizeOf(shape) === 0))
            expect(readView(backend, output)).toEqual(wanted)
          for (const view of [source, output]) backend.release(view.buffer)
        },
      )
      fc.assert(property, { numRuns: 60 })
    })
  }

  it('adds twenty million ones without losing any', () => {
    const one = makeView(backend, 'float32', [1], [1])
    const source = { ...one, shape: [20_000_000], strides: [0] }
    const output = emptyView(backend, 'float32', [1])
    reduce('sum', source.shape, [0], source, output)
    expect(readView(backend, output)).toEqual([20_000_000])
  })

  it('adds small terms to a large one', () => {
    const n = 4099
    for (const shape of [
      [n, 1],
      [n, 3],
    ]) {
      const values = coordinatesOf(shape).map(([i]) => (i === 0 ? 2 ** 24 : 1))
      const output = emptyView(backend, 'float32', [1, shape[1] as number])
      reduce('sum', shape, [0], makeView(backend, 'float32', shape, values), output)
      expect(readView(backend, output)).toEqual(Array(shape[1]).fill(Math.fround(2 ** 24 + n - 1)))
    }
  })

  it('reduces long rows and columns that take several tiles', () => {
    const shape = [67, 2300]
    const values = sequence(sizeOf(shape))
    const source = makeView(backend, 'float32', shape, values)
    for (const operation of OPERATIONS) {
      for (const axes of [[0], [1], [0, 1]]) {
        const outputShape = shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
        const output = emptyView(backend, resultType(operation, 'float32'), outputShape)
        const positive = operation === 'product' ? e.multiply(input(0, 'float32'), 0) : input(0, 'float32')
        reduce(operation, shape, axes, source, output, { expression: positive })
        const wanted = groups(shape, axes, values).map((list) =>
          operation === 'product' ? 0 : expected(operation, 'float32', list),
        )
        expect(readView(backend, output).map((x) => x + 0)).toEqual(wanted)
      }
    }
  })

  it('reduces a mapped expression and maps the result', () => {
    const shape = [5, 40]
    const [a, b] = [sequence(200), sequence(40, 4)]
    const left = makeView(backend, 'float32', shape, a)
    const right = { ...makeView(backend, 'float32', [40], b), shape, strides: [0, 1] }
    const shift = makeView(backend, 'float32', [5, 1], [1, 2, 3, 4, 5])
    const expression = e.multiply(input(0, 'float32'), input(1, 'float32'))
    const post = e.add(e.multiply(input(0, 'float32'), scalar(0, 'float32')), input(1, 'float32'))
    const output = emptyView(backend, 'float32', [5, 1])
    const extra = { inputs: [left, right], expression, post, postInputs: [shift], scalars: [0.5] }
    reduce('sum', shape, [1], left, output, extra)
    const wanted = [0, 1, 2, 3, 4].map((row) => {
      const sum = b.reduce((total, x, p) => total + x * (a[row * 40 + p] as number), 0)
      return evaluateExpr(post, { inputs: [Math.fround(sum), row + 1], scalars: [0.5] })
    })
    expect(readView(backend, output)).toEqual(wanted)
  })

  it('changes type in the post expression', () => {
    const source = makeView(backend, 'float32', [3, 4], sequence(12))
    const output = emptyView(backend, 'bool', [3, 1])
    reduce('sum', [3, 4], [1], source, output, { post: e.less(input(0, 'float32'), 0) })
    const sums = groups([3, 4], [1], sequence(12)).map((list) => expected('sum', 'float32', list))
    expect(readView(backend, output)).toEqual(sums.map((sum) => (sum < 0 ? 1 : 0)))
  })
})
