/**
 * The contract kernel against plain loops: groups of axes, layouts, types, windows and sizes around every block.
 */
import {
  type DType,
  expressions as e,
  input,
  isFloat,
  permuteLayout,
  roundToType,
  type Shape,
  scalar,
  sizeOf,
  type View,
  windowLayout,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCpuBackend } from '../backend.js'
import {
  type Arrangement,
  arrangements,
  emptyView,
  makeView,
  plain,
  readView,
  sequence,
} from '../testing/views.js'

const backend = createCpuBackend()

/** Like `toEqual` for long lists, which it is slow on. */
function expectSame(actual: readonly number[], expected: readonly number[]): void {
  const wrong = expected.findIndex((x, p) => x !== actual[p] && !(Number.isNaN(x) && Number.isNaN(actual[p])))
  if (wrong >= 0 || actual.length !== expected.length) {
    expect.fail(`element ${wrong} of ${expected.length}: ${actual[wrong]} instead of ${expected[wrong]}`)
  }
}

interface Groups {
  readonly batch: Shape
  readonly rows: Shape
  readonly columns: Shape
  readonly contracted: Shape
}

/** The sums by definition, over values in row-major order of [batch, rows, contracted] and [batch, contracted, columns]. */
function reference(
  groups: Groups,
  dtype: DType,
  left: readonly number[],
  right: readonly number[],
): number[] {
  const [batches, m, n, depth] = [groups.batch, groups.rows, groups.columns, groups.contracted].map(
    sizeOf,
  ) as [number, number, number, number]
  const result: number[] = []
  for (let b = 0; b < batches; b++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < depth; k++) {
          const x = left[(b * m + i) * depth + k] as number
          const y = right[(b * depth + k) * n + j] as number
          sum = isFloat(dtype) ? sum + x * y : (sum + Math.imul(x, y)) | 0
        }
        result.push(roundToType(sum, dtype))
      }
    }
  }
  return result
}

function contract(groups: Groups, left: View, right: View, output: View): void {
  backend.run({
    kind: 'contract',
    label: 'test',
    batch: groups.batch.length,
    rows: groups.rows.length,
    columns: groups.columns.length,
    contracted: groups.contracted.length,
    left,
    right,
    output,
    scalars: [],
  })
}

function check(groups: Groups, dtype: DType, [forLeft, forRight, forOutput]: readonly Arrangement[]): void {
  const { batch, rows, columns, contracted } = groups
  const leftShape = [...batch, ...rows, ...contracted]
  const rightShape = [...batch, ...contracted, ...columns]
  const outputShape = [...batch, ...rows, ...columns]
  const fit = (x: number): number => roundToType(isFloat(dtype) ? x : x * 8e6, dtype)
  const a = sequence(sizeOf(leftShape)).map(fit)
  const b = sequence(sizeOf(rightShape), 5).map(fit)
  const left = makeView(backend, dtype, leftShape, a, forLeft)
  const right = makeView(backend, dtype, rightShape, b, forRight)
  const output = emptyView(backend, dtype, outputShape, forOutput)
  contract(groups, left, right, output)
  expectSame(readView(backend, output), reference(groups, dtype, a, b))
  for (const view of [left, right, output]) backend.release(view.buffer)
}

const group = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1, 9)), { maxLength })

describe('contract', () => {
  it('agrees with the definition for any groups, layouts and types', () => {
    const property = fc.property(
      fc.record({ batch: group(1), rows: group(2), columns: group(2), contracted: group(2) }),
      fc.tuple(arrangements, arrangements, arrangements),
      fc.constantFrom<DType>('float32', 'float64', 'float16', 'int32', 'uint32', 'uint8'),
      (groups, forViews, dtype) => {
        fc.pre(sizeOf([...groups.batch, ...groups.rows, ...groups.columns, ...groups.contracted]) < 5000)
        check(groups, dtype, forViews)
      },
    )
    fc.assert(property, { numRuns: 120 })
  })

  const transposed: Arrangement = { keys: [1, 0], gap: 0, flipped: [] }
  for (const [m, k, n] of [
    [1, 1, 1],
    [4, 4, 4],
    [5, 7, 3],
    [1, 300, 9],
    [9, 300, 1],
    [2, 600, 70],
    [70, 600, 2],
    [3, 5, 3],
    [67, 1, 33],
    [65, 257, 129],
    [300, 20, 7],
    [7, 20, 300],
    [257, 513, 5],
  ] as const) {
    it(`(${m}×${k})·(${k}×${n}) in four layouts`, () => {
      const groups = { batch: [], rows: [m], columns: [n], contracted: [k] }
      const [a, b] = [sequence(m * k), sequence(k * n, 5)]
      const expected = reference(groups, 'float32', a, b)
      for (const [forLeft, forRight, forOutput, dtype] of [
        [plain, plain, plain, 'float32'],
        [plain, transposed, plain, 'float32'],
        [transposed, plain, plain, 'float32'],
        [transposed, transposed, transposed, 'float32'],
        [plain, plain, plain, 'float64'],
      ] as const) {
        const output = emptyView(backend, dtype, [m, n], forOutput)
        const left = makeView(backend, dtype, [m, k], a, forLeft)
        contract(groups, left, makeView(backend, dtype, [k, n], b, forRight), output)
        expectSame(readView(backend, output), expected)
      }
    })
  }

  it('repeats an operand over the batch by stride 0', () => {
    const groups = { batch: [3], rows: [5], columns: [6], contracted: [7] }
    const a = sequence(3 * 5 * 7)
    const b = sequence(7 * 6, 2)
    const right = { ...makeView(backend, 'float32', [7, 6], b), shape: [3, 7, 6], strides: [0, 6, 1] }
    const output = emptyView(backend, 'float32', [3, 5, 6])
    contract(groups, makeView(backend, 'float32', [3, 5, 7], a), right, output)
    expect(readView(backend, output)).toEqual(reference(groups, 'float32', a, [...b, ...b, ...b]))
  })

  it('convolves over window views, and forms the gradient of the filter', () => {
    const [images, height, width, channels, filters] = [2, 7, 6, 3, 5]
    const picture = makeView(
      backend,
      'float32',
      [images, height, width, channels],
      sequence(images * height * width * channels),
    )
    const windowed = windowLayout(picture, [
      { axis: 1, size: 3, stride: 2 },
      { axis: 2, size: 2, dilation: 2 },
    ])
    // [N, OH, OW, C, KH, KW] as [N, OH, OW, KH, KW, C]
    const windows: View = { ...picture, ...permuteLayout(windowed, [0, 1, 2, 4, 5, 3]) }
    const [, rows, columns] = windows.shape as [number, number, number]
    const values = readView(backend, windows)
    const weights = sequence(3 * 2 * channels * filters, 8)
    const forward = {
      batch: [],
      rows: [images, rows, columns],
      columns: [filters],
      contracted: [3, 2, channels],
    }
    const output = emptyView(backend, 'float32', [images, rows, columns, filters])
    contract(forward, windows, makeView(backend, 'float32', [3, 2, channels, filters], weights), output)
    expect(readView(backend, output)).toEqual(reference(forward, 'float32', values, weights))

    const backward = {
      batch: [],
      rows: [3, 2, channels],
      columns: [filters],
      contracted: [images, rows, columns],
    }
    const gradient = emptyView(backend, 'float32', [3, 2, channels, filters])
    const turned: View = { ...windows, ...permuteLayout(windows, [3, 4, 5, 0, 1, 2]) }
    contract(backward, turned, output, gradient)
    const expected = reference(backward, 'float32', readView(backend, turned), readView(backend, output))
    expect(readView(backend, gradient)).toEqual(expected)
  })

  it('gives zeros over an empty contraction', () => {
    const output = emptyView(backend, 'float32', [2, 3])
    const groups = { batch: [], rows: [2], columns: [3], contracted: [0] }
    contract(groups, emptyView(backend, 'float32', [2, 0]), emptyView(backend, 'float32', [0, 3]), output)
    expect(readView(backend, output)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('maps the sums by the post expression', () => {
    const [a, b] = [sequence(6 * 8), sequence(8 * 10, 3)]
    const bias = { ...makeView(backend, 'float32', [10], sequence(10, 6)), shape: [6, 10], strides: [0, 1] }
    const post = e.maximum(
      e.add(e.multiply(input(0, 'float32'), scalar(0, 'float32')), input(1, 'float32')),
      0,
    )
    const output = emptyView(backend, 'float32', [6, 10])
    backend.run({
      kind: 'contract',
      label: 'test',
      batch: 0,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: makeView(backend, 'float32', [6, 8], a),
      right: makeView(backend, 'float32', [8, 10], b),
      output,
      scalars: [0.25],
      post,
      postInputs: [bias],
    })
    const sums = reference({ batch: [], rows: [6], columns: [10], contracted: [8] }, 'float32', a, b)
    const biases = readView(backend, bias)
    expect(readView(backend, output)).toEqual(
      sums.map((sum, p) => Math.max(0, sum * 0.25 + (biases[p] as number))),
    )
  })

  it('passes NaN and infinities on', () => {
    const left = makeView(backend, 'float32', [2, 2], [1, Number.NaN, 1, Number.POSITIVE_INFINITY])
    const right = makeView(backend, 'float32', [2, 2], [1, 2, 0, 1])
    const output = emptyView(backend, 'float32', [2, 2])
    contract({ batch: [], rows: [2], columns: [2], contracted: [2] }, left, right, output)
    expect(readView(backend, output)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY])
  })
})
