/**
 * Contractions against plain loops in float64: groups of axes, layouts, windows, types, and sizes around every block.
 */
import {
  type ContractCall,
  type DType,
  fromHalfBits,
  input,
  isFloat,
  type Layout,
  layoutPositions,
  permuteLayout,
  roundToType,
  rowMajorLayout,
  type Shape,
  sizeOf,
  sliceLayout,
  toHalfBits,
  type View,
  windowLayout,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { supportsRelaxedSimd } from '../assembler/index.js'
import { makeWorkbench, type Workbench } from './testing/context.js'

const BENCHES = [false, ...(supportsRelaxedSimd() ? [true] : [])].map((relaxed) => ({
  name: relaxed ? 'relaxed' : 'plain',
  bench: makeWorkbench(relaxed),
}))

interface Groups {
  readonly batch?: Shape
  readonly rows?: Shape
  readonly columns?: Shape
  readonly contracted?: Shape
}

/** How an operand lies: the layout of a shape, and how many elements the buffer has. */
type Arrangement = (shape: Shape) => { readonly layout: Layout; readonly length: number }

const plain: Arrangement = (shape) => ({ layout: rowMajorLayout(shape), length: sizeOf(shape) })

/** Axes stored in another order. */
const permuted =
  (turn: number): Arrangement =>
  (shape) => {
    const order = shape.map((_, i) => (i + turn) % shape.length)
    const stored = order.map((axis) => shape[axis] as number)
    const back = shape.map((_, axis) => order.indexOf(axis))
    return { layout: permuteLayout(rowMajorLayout(stored), back), length: sizeOf(shape) }
  }

/** Every second element of an axis, or all of it backwards. */
const stepped =
  (which: number, step: number): Arrangement =>
  (shape) => {
    if (shape.length === 0) return plain(shape)
    const axis = which % shape.length
    const length = shape[axis] as number
    const stored = shape.with(axis, length * Math.abs(step) + 1)
    const start = step < 0 ? -step * length : 0
    return {
      layout: sliceLayout(rowMajorLayout(stored), axis, start, length, step),
      length: sizeOf(stored),
    }
  }

/** One axis repeated by stride 0. */
const broadcast =
  (which: number): Arrangement =>
  (shape) => {
    if (shape.length === 0) return plain(shape)
    const axis = which % shape.length
    const stored = rowMajorLayout(shape.with(axis, 1))
    return {
      layout: { ...stored, shape, strides: stored.strides.with(axis, 0) },
      length: sizeOf(stored.shape),
    }
  }

const READABLE: readonly Arrangement[] = [
  plain,
  permuted(1),
  permuted(2),
  stepped(0, 2),
  stepped(1, -1),
  stepped(2, 1),
  broadcast(0),
  broadcast(1),
  broadcast(2),
]
const WRITABLE = READABLE.slice(0, 6)

/** Deterministic values that make integers wrap and floats round. */
function valueOf(dtype: DType, seed: number): number {
  const x = Math.imul(seed + 1, 0x9e3779b1) >>> 8
  if (isFloat(dtype)) return roundToType((x % 2001) / 1000 - 1, dtype)
  return roundToType(dtype === 'uint8' ? x % 256 : x, dtype)
}

const stored = (dtype: DType, x: number): number => (dtype === 'float16' ? toHalfBits(x) : x)
const read = (dtype: DType, x: number): number => (dtype === 'float16' ? fromHalfBits(x) : x)

function fillView(bench: Workbench, view: View, seed: number): void {
  const elements = bench.elements(view)
  for (let i = 0; i < elements.length; i++) elements[i] = stored(view.dtype, valueOf(view.dtype, i + seed))
}

const valuesOf = (bench: Workbench, view: View): number[] => {
  const elements = bench.elements(view)
  return [...layoutPositions(view)].map((at) => read(view.dtype, elements[at] as number))
}

/** Sums and the sums of absolute values, in row-major order of the output. */
function reference(call: ContractCall, left: readonly number[], right: readonly number[]) {
  const [m, k] = [
    sizeOf(call.left.shape.slice(call.batch, call.batch + call.rows)),
    sizeOf(call.left.shape.slice(call.batch + call.rows)),
  ]
  const n = sizeOf(call.right.shape.slice(call.batch + call.contracted))
  const float = isFloat(call.left.dtype)
  const result: { sum: number; size: number }[] = []
  for (let b = 0; b < sizeOf(call.left.shape.slice(0, call.batch)); b++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        let size = 0
        for (let p = 0; p < k; p++) {
          const x = left[(b * m + i) * k + p] as number
          const y = right[(b * k + p) * n + j] as number
          sum = float ? sum + x * y : (sum + Math.imul(x, y)) | 0
          size += Math.abs(x * y)
        }
        result.push({ sum: roundToType(sum, call.output.dtype), size: size * Math.max(1, k) })
      }
    }
  }
  return result
}

const UNIT: Partial<Record<DType, number>> = { float16: 2 ** -11, float32: 2 ** -24, float64: 2 ** -53 }

function compare(bench: Workbench, call: ContractCall): void {
  const expected = reference(call, valuesOf(bench, call.left), valuesOf(bench, call.right))
  fillView(bench, call.output, 77)
  const before = Array.from(bench.elements(call.output))
  bench.contractions.run(call)
  const { dtype } = call.output
  valuesOf(bench, call.output).forEach((actual, position) => {
    const { sum, size } = expected[position] ?? { sum: Number.NaN, size: 0 }
    const rounding = dtype === 'float16' ? Math.abs(sum) * 2 ** -10 + 2 ** -24 : 0
    const tolerance = isFloat(dtype) ? size * Math.min(2 ** -24, UNIT[dtype] ?? 0) + rounding : 0
    if (!(Math.abs(actual - sum) <= tolerance)) {
      expect.fail(`element ${position} of ${call.output.shape}: ${actual} instead of ${sum}`)
    }
  })
  // Nothing else was written.
  const written = new Set(layoutPositions(call.output))
  bench.elements(call.output).forEach((after, at) => {
    if (!written.has(at) && after !== before[at]) expect.fail(`element ${at} was written`)
  })
}

function check(
  bench: Workbench,
  dtype: DType,
  { batch = [], rows = [], columns = [], contracted = [] }: Groups,
  [forLeft = plain, forRight = plain, forOutput = plain]: readonly Arrangement[] = [],
): void {
  const make = (arrangement: Arrangement, shape: Shape, seed: number): View => {
    const { layout, length } = arrangement(shape)
    const view = bench.view(dtype, layout, length)
    fillView(bench, view, seed)
    return view
  }
  compare(bench, {
    kind: 'contract',
    label: 'test',
    batch: batch.length,
    rows: rows.length,
    columns: columns.length,
    contracted: contracted.length,
    left: make(forLeft, [...batch, ...rows, ...contracted], 1),
    right: make(forRight, [...batch, ...contracted, ...columns], 1000),
    output: make(forOutput, [...batch, ...rows, ...columns], 5),
    scalars: [],
  })
  bench.freeAll()
}

const DTYPES: readonly DType[] = ['float32', 'float64', 'float16', 'int32', 'uint32', 'uint8']
const axes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 })
const groups = fc.record({ batch: axes, rows: axes, columns: axes, contracted: axes })
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 250, max: 270 }) },
)
const arrangements = fc.tuple(
  fc.constantFrom(...READABLE),
  fc.constantFrom(...READABLE),
  fc.constantFrom(...WRITABLE),
)

describe.each(BENCHES)('contractions with $name vectors', ({ bench }) => {
  it('of any groups of axes, types and layouts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DTYPES), groups, arrangements, (dtype, each, places) =>
        check(bench, dtype, each, places),
      ),
      { numRuns: 1000 },
    )
  })

  it('of matrices of sizes around tiles and blocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DTYPES),
        fc.tuple(size, size, size),
        arrangements,
        (dtype, [m, k, n], places) => {
          const most = Math.min(n, Math.ceil(100_000 / (m * k)))
          check(bench, dtype, { rows: [m], contracted: [k], columns: [most] }, places)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('of large matrices, in several blocks of every index', () => {
    check(bench, 'float32', { rows: [500], contracted: [600], columns: [24] })
    check(bench, 'float32', { rows: [500], contracted: [600], columns: [24] }, [permuted(1), permuted(1)])
    check(bench, 'float32', { rows: [7], contracted: [300], columns: [4200] })
    check(bench, 'float64', { rows: [7], contracted: [520], columns: [2200] }, [plain, plain, permuted(1)])
    check(bench, 'float16', { rows: [9], contracted: [9000], columns: [20] })
  })

  it('of vectors', () => {
    for (const [m, k, n] of [
      [1, 1000, 1],
      [1, 37, 2500],
      [1, 1000, 37],
      [600, 50, 1],
      [3, 40, 70],
      [50, 1, 60],
    ] as const) {
      for (const left of [plain, permuted(1), stepped(1, 2)])
        for (const right of [plain, permuted(1), stepped(0, -1)])
          for (const dtype of ['float32', 'float64', 'int32', 'float16'] as const)
            check(bench, dtype, { rows: [m], contracted: [k], columns: [n] }, [left, right])
    }
  })

  it('of windows, as convolutions and their gradients are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DTYPES),
        fc.record({
          image: fc.tuple(
            fc.integer({ min: 1, max: 3 }),
            fc.integer({ min: 5, max: 12 }),
            fc.integer({ min: 5, max: 12 }),
            fc.constantFrom(1, 3, 4, 8, 9),
          ),
          kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
          stride: fc.integer({ min: 1, max: 2 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          filters: fc.constantFrom(1, 4, 8, 17),
          mirrored: fc.boolean(),
        }),
        (dtype, { image, kernel, stride, dilation, filters, mirrored }) => {
          const windows = kernel.map((length, i) => ({ axis: i + 1, size: length, stride, dilation }))
          const base = bench.view(dtype, rowMajorLayout(image), sizeOf(image))
          fillView(bench, base, 1)
          const seen = windowLayout(base, windows)
          // [n, h, w | kh, kw, c] of the convolution, [kh, kw, c | n, h, w] of the gradient of its kernel
          const order = mirrored ? [4, 5, 3, 0, 1, 2] : [0, 1, 2, 4, 5, 3]
          const left: View = { ...base, ...permuteLayout(seen, order) }
          const rightShape = [...left.shape.slice(3), filters]
          const right = bench.view(dtype, rowMajorLayout(rightShape), sizeOf(rightShape))
          fillView(bench, right, 1000)
          const outputShape = [...left.shape.slice(0, 3), filters]
          const output = bench.view(dtype, rowMajorLayout(outputShape), sizeOf(outputShape))
          const counts = { batch: 0, rows: 3, columns: 1, contracted: 3 }
          compare(bench, { kind: 'contract', label: 'test', ...counts, left, right, output, scalars: [] })
          bench.freeAll()
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('half-precision sums', () => {
  it('of two products round to the nearest, also to subnormals, infinity and NaN', () => {
    const bits = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0x3c00, 0xbc00, 0x3800, 0x0001, 0x7bff, 0x7c00, 0x7e00),
    )
    fc.assert(
      fc.property(fc.tuple(bits, bits), fc.tuple(bits, bits), (x, y) => {
        const [bench] = BENCHES.map((each) => each.bench)
        if (bench === undefined) return
        const make = (shape: Shape, halves: readonly number[]): View => {
          const view = bench.view('float16', rowMajorLayout(shape), sizeOf(shape))
          bench.elements(view).set(halves)
          return view
        }
        const [left, right, output] = [make([1, 2], x), make([2, 1], y), make([1, 1], [0])]
        const counts = { batch: 0, rows: 1, columns: 1, contracted: 1 }
        bench.contractions.run({
          kind: 'contract',
          label: 'test',
          ...counts,
          left,
          right,
          output,
          scalars: [],
        })
        const [first = 0, second = 0] = x.map((half, i) => fromHalfBits(half) * fromHalfBits(y[i] ?? 0))
        const expected = fromHalfBits(toHalfBits(Math.fround(first + second)))
        // The sign of a zero sum is not at stake.
        expect(fromHalfBits(bench.elements(output)[0] ?? 0) + 0).toBe(expected + 0)
        bench.freeAll()
      }),
      { numRuns: 2000 },
    )
  })
})

describe('epilogues', () => {
  it('come once for every part of the output, when it is finished', () => {
    fc.assert(
      fc.property(
        fc.record({
          batch: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
          rows: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 2 }),
          columns: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 2 }),
          depth: fc.constantFrom(1, 2, 300),
        }),
        ({ batch, rows, columns, depth }) => {
          const shape = [...batch, ...rows, ...columns]
          if (sizeOf(shape) > 300_000) return
          const parts = new Set<string>()
          const bench = makeWorkbench(false, ({ output }, part) => {
            const { axis, start, length } = part ?? { axis: 0, start: 0, length: shape[0] ?? 1 }
            const elements = bench.elements(output)
            for (let i = start; i < start + length; i++) {
              expect(parts.has(`${axis} ${i}`)).toBe(false)
              parts.add(`${axis} ${i}`)
              if (shape.length === 0) continue
              const slice = sliceLayout(output, axis, i, 1, 1)
              for (const at of layoutPositions(slice))
                if (elements[at] !== depth) expect.fail(`${elements[at]} at ${at}`)
            }
          })
          const view = (of: Shape) => {
            const ones = bench.view('float32', rowMajorLayout(of), sizeOf(of))
            bench.elements(ones).fill(1)
            return ones
          }
          bench.contractions.run({
            kind: 'contract',
            label: 'test',
            batch: batch.length,
            rows: rows.length,
            columns: columns.length,
            contracted: 1,
            left: view([...batch, ...rows, depth]),
            right: view([...batch, depth, ...columns]),
            output: view(shape),
            scalars: [],
            post: input(0, 'float32'),
          })
          const [first] = bench.posts
          expect(parts.size).toBe(first === undefined ? (shape[0] ?? 1) : shape[first.axis])
          expect(bench.posts.every((part) => part?.axis === first?.axis)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})
