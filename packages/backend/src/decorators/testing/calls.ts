/**
 * For the tests of decorators: a small call of every kind, with sizes that can be counted by hand.
 */
import type { DType } from '../../dtype.js'
import { expressions as e } from '../../expr/expressions.js'
import { input, scalar } from '../../expr/node.js'
import type { KernelCall, KernelKind } from '../../kernel.js'
import { createNullBackend } from '../../null-backend.js'
import { type Shape, sizeOf } from '../../shape.js'
import { broadcastLayout, rowMajorLayout, type View } from '../../view.js'

const backend = createNullBackend()

/** A tensor of its own. */
export function viewOf(shape: Shape, dtype: DType = 'float32'): View {
  return { buffer: backend.allocate(dtype, sizeOf(shape)), dtype, ...rowMajorLayout(shape) }
}

/** A tensor that is repeated to `shape`. */
export function repeated(own: Shape, shape: Shape, dtype: DType = 'float32'): View {
  const view = viewOf(own, dtype)
  return { ...view, ...broadcastLayout(view, shape) }
}

const x = input(0, 'float32')
const y = input(1, 'float32')

/** One call of each kind, with what it costs in scalar operations and bytes. */
export const CALLS = {
  map: {
    call: {
      kind: 'map',
      label: 'gate',
      shape: [4, 8],
      expressions: [e.multiply(e.exp(x), y)],
      inputs: [viewOf([4, 8]), repeated([1, 8], [4, 8])],
      scalars: [],
      outputs: [viewOf([4, 8])],
    },
    operations: 32 * 2,
    bytes: (32 + 8 + 32) * 4,
    shape: '4×8',
    expression: 'multiply(exp(in0), in1)',
  },
  reduce: {
    call: {
      kind: 'reduce',
      label: 'mean of squares',
      operation: 'sum',
      shape: [4, 8],
      axes: [1],
      expression: e.multiply(x, x),
      inputs: [viewOf([4, 8])],
      scalars: [8],
      post: e.add(e.divide(x, scalar(0, 'float32')), y),
      postInputs: [viewOf([4, 1])],
      output: viewOf([4, 1]),
    },
    // A product and a sum for each of 32 elements, a quotient and a sum for each of four results.
    operations: 32 * 2 + 4 * 2,
    bytes: (32 + 4 + 4) * 4,
    shape: '4×8 → 4×1',
    expression: 'sum of multiply(in0, in0), then add(divide(in0, s0), in1)',
  },
  contract: {
    call: {
      kind: 'contract',
      label: 'dense',
      batch: 1,
      rows: 1,
      columns: 1,
      contracted: 1,
      left: viewOf([2, 4, 5]),
      right: viewOf([2, 5, 6]),
      scalars: [],
      post: e.add(x, y),
      postInputs: [repeated([6], [2, 4, 6])],
      output: viewOf([2, 4, 6]),
    },
    operations: 2 * (2 * 4 * 6 * 5) + 2 * 4 * 6,
    bytes: (40 + 60 + 6 + 48) * 4,
    shape: '2 of 4×6×5',
    expression: 'sum, then add(in0, in1)',
  },
  pool: {
    call: {
      kind: 'pool',
      label: 'maxPool2d',
      mode: 'select',
      geometry: {
        window: [2, 2],
        strides: [2, 2],
        dilation: [1, 1],
        padding: [
          [0, 0],
          [0, 0],
        ],
      },
      by: viewOf([1, 4, 6, 3]),
      source: viewOf([1, 4, 6, 3]),
      output: viewOf([1, 2, 3, 3]),
    },
    // 18 windows of four; of the 72 elements of the source, the 18 winners are read.
    operations: 18 * 4,
    bytes: (72 + 18 + 18) * 4,
    shape: '1×4×6×3 → 1×2×3×3, windows of 2×2',
    expression: 'select',
  },
  scan: {
    call: {
      kind: 'scan',
      label: 'cumulativeSum',
      operation: 'sum',
      axis: 1,
      reverse: false,
      exclusive: false,
      input: viewOf([3, 4]),
      output: viewOf([3, 4]),
    },
    operations: 12,
    bytes: 24 * 4,
    shape: '3×4 along axis 1',
    expression: 'sum',
  },
  gather: {
    call: {
      kind: 'gather',
      label: 'take',
      axis: 0,
      input: viewOf([1000, 16]),
      indices: repeated([3, 1], [3, 16], 'int32'),
      output: viewOf([3, 16]),
    },
    operations: 0,
    // Three rows of sixteen, read and written, and three indices.
    bytes: (48 + 48 + 3) * 4,
    shape: '1000×16 → 3×16',
    expression: undefined,
  },
  scatter: {
    call: {
      kind: 'scatter',
      label: 'take gradient',
      operation: 'add',
      axis: 0,
      indices: repeated([3, 1], [3, 16], 'int32'),
      updates: viewOf([3, 16]),
      output: viewOf([1000, 16]),
    },
    operations: 48,
    // Updates are read, and as many elements read and written.
    bytes: (3 + 48 + 2 * 48) * 4,
    shape: '3×16 → 1000×16',
    expression: 'add',
  },
  sort: {
    call: {
      kind: 'sort',
      label: 'sort',
      axis: 1,
      descending: false,
      input: viewOf([2, 8]),
      values: viewOf([2, 8]),
      indices: viewOf([2, 8], 'int32'),
    },
    operations: 16 * 3,
    bytes: 3 * 16 * 4,
    shape: '2×8 along axis 1',
    expression: undefined,
  },
  composite: {
    call: {
      kind: 'composite',
      label: 'softmax',
      name: 'softmax',
      attributes: { axis: 1 },
      inputs: [viewOf([4, 10])],
      outputs: [viewOf([4, 10])],
    },
    operations: 40 * 5,
    bytes: 80 * 4,
    shape: '4×10 along axis 1',
    expression: undefined,
  },
} as const satisfies {
  readonly [Kind in KernelKind]: {
    readonly call: Extract<KernelCall, { readonly kind: Kind }>
    readonly operations: number
    readonly bytes: number
    readonly shape: string
    readonly expression: string | undefined
  }
}

/** All of them. */
export const EVERY_KIND = Object.values(CALLS)
