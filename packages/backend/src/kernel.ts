/**
 * Kernel calls: everything a backend is ever asked to compute, as plain data over strided views. A call can be
 * recorded, replayed, sent to a worker, timed or checked without knowing what it means.
 *
 * `B` is `Buffer` in a call that runs and a slot number in a recorded `Program`; `N` is a number in a call that runs, and
 * in a recorded one also a place for a number that is given anew at each run.
 */
import type { Expr } from './expr/node.js'
import type { Shape } from './shape.js'
import type { Buffer, View } from './view.js'

interface CallBase {
  /** The operation that asked for it, for profiles and messages, e.g. `sigmoid` or `matmul gradient`. */
  readonly label: string
}

/**
 * Elementwise: `outputs[i][p] = expressions[i]` at every position `p` of `shape`. Inputs are already broadcast to
 * `shape` by stride 0. An output may be one of the inputs' views exactly (in-place), and never overlaps otherwise.
 */
export interface MapCall<B = Buffer, N = number> extends CallBase {
  readonly kind: 'map'
  readonly shape: Shape
  readonly expressions: readonly Expr[]
  readonly inputs: readonly View<B>[]
  readonly scalars: readonly N[]
  readonly outputs: readonly View<B>[]
  /**
   * A view of one bool: where it is false the call does nothing, and the outputs hold what they held. So updates in place
   * depend on a condition that only the device knows, at no cost per element.
   */
  readonly when?: View<B>
}

export const REDUCE_OPERATIONS = [
  'sum',
  'product',
  'maximum',
  'minimum',
  'any',
  'all',
  'argMax',
  'argMin',
] as const
export type ReduceOperation = (typeof REDUCE_OPERATIONS)[number]

/**
 * Reduction of a mapped expression over `axes` of `shape` (sorted). The output keeps the reduced axes with length 1.
 * Sums of float32 must not lose small terms (pairwise, compensated or wider accumulation). Integer sums and products
 * wrap. `argMax`/`argMin` yield the int32 position among the reduced axes in row-major order, the first of equals, NaN
 * counting as the extreme. `maximum`/`minimum` propagate NaN. Over nothing: 0, 1, -Infinity/Infinity (or the integer
 * limits), false, true.
 *
 * `post`, if given, maps the result: input 0 is the reduced value, inputs 1… are `postInputs` (views of the output's
 * shape); `scalars` are shared, and coordinates are those of the output. The output has the type of `post` then, and may
 * be one of the `postInputs` exactly.
 */
export interface ReduceCall<B = Buffer, N = number> extends CallBase {
  readonly kind: 'reduce'
  readonly operation: ReduceOperation
  readonly shape: Shape
  readonly axes: readonly number[]
  readonly expression: Expr
  readonly inputs: readonly View<B>[]
  readonly scalars: readonly N[]
  readonly post?: Expr
  readonly postInputs?: readonly View<B>[]
  readonly output: View<B>
}

/**
 * General tensor contraction: `output[b…, m…, n…] = Σ_k a[b…, m…, k…] · c[b…, k…, n…]`, all views permuted so that
 * their axes come in that order; `batch`, `rows` (m), `columns` (n) and `contracted` (k) say how many axes each group
 * has. Views may be transposed, broadcast or sliding windows. Over an empty k the sum is 0. All three views have one
 * dtype; float32 accumulates in at least float32, integers wrap, bool isn't contracted.
 *
 * `post`, if given, maps the sum: input 0 is the sum, inputs 1… are `postInputs` (views of the output's shape), and
 * coordinates are those of the output.
 */
export interface ContractCall<B = Buffer, N = number> extends CallBase {
  readonly kind: 'contract'
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly contracted: number
  readonly left: View<B>
  readonly right: View<B>
  readonly scalars: readonly N[]
  readonly post?: Expr
  readonly postInputs?: readonly View<B>[]
  readonly output: View<B>
}

export const POOL_MODES = ['select', 'spread'] as const
export type PoolMode = (typeof POOL_MODES)[number]

/** Windows over the two middle axes of `[batch, height, width, channels]`. */
export interface PoolGeometry {
  readonly window: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Positions outside the input, before and after each of the two axes; they never win. */
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
}

/**
 * What a maximum over windows needs beyond a view and a reduction. The winner of a window is the first largest element
 * of `by` in row-major order (NaN wins).
 * - `select`: `output[n,i,j,c] = source[winner]`; with `source = by` this is max pooling.
 * - `spread`: `output` (shaped like `by`) is zero, plus `source[n,i,j,c]` added at each window's winner.
 * Each is the gradient of the other with respect to `source`.
 */
export interface PoolCall<B = Buffer> extends CallBase {
  readonly kind: 'pool'
  readonly mode: PoolMode
  readonly geometry: PoolGeometry
  readonly by: View<B>
  readonly source: View<B>
  readonly output: View<B>
}

export const SCAN_OPERATIONS = ['sum', 'product', 'maximum', 'minimum'] as const
export type ScanOperation = (typeof SCAN_OPERATIONS)[number]

/** Running reduction along one axis; `reverse` runs from the end, `exclusive` leaves out the element itself. */
export interface ScanCall<B = Buffer> extends CallBase {
  readonly kind: 'scan'
  readonly operation: ScanOperation
  readonly axis: number
  readonly reverse: boolean
  readonly exclusive: boolean
  readonly input: View<B>
  readonly output: View<B>
}

/**
 * `output[p] = input[p with p[axis] = indices[p]]`. All three have one rank; `indices` (int32) has the output's shape,
 * repeated by stride 0 where whole slices are taken; `input` differs from it only in the length of `axis`. Negative
 * indices count from the end. An index out of range is an error: thrown at once where indices can be seen, else at the
 * next read.
 */
export interface GatherCall<B = Buffer> extends CallBase {
  readonly kind: 'gather'
  readonly axis: number
  readonly input: View<B>
  readonly indices: View<B>
  readonly output: View<B>
}

export const SCATTER_OPERATIONS = ['add', 'set', 'maximum', 'minimum'] as const
export type ScatterOperation = (typeof SCATTER_OPERATIONS)[number]

/**
 * For every position p of `updates`, in row-major order: `output[p with p[axis] = indices[p]]` is combined with
 * `updates[p]`. The output holds the initial values. Deterministic: sums are formed in that order, the last `set` wins.
 */
export interface ScatterCall<B = Buffer> extends CallBase {
  readonly kind: 'scatter'
  readonly operation: ScatterOperation
  readonly axis: number
  readonly indices: View<B>
  readonly updates: View<B>
  readonly output: View<B>
}

/** Stable sort along one axis, NaN last (first when descending); writes the values, the int32 positions, or both. */
export interface SortCall<B = Buffer> extends CallBase {
  readonly kind: 'sort'
  readonly axis: number
  readonly descending: boolean
  readonly input: View<B>
  readonly values?: View<B>
  readonly indices?: View<B>
}

/** Operations that a backend may claim; each has a decomposition that is used where it is not claimed. */
export const COMPOSITES = ['softmax', 'logSoftmax'] as const
export type CompositeName = (typeof COMPOSITES)[number]

/** softmax, logSoftmax: one input and one output of the same shape, `attributes.axis`. */
export interface CompositeCall<B = Buffer> extends CallBase {
  readonly kind: 'composite'
  readonly name: CompositeName
  readonly attributes: Readonly<Record<string, number>>
  readonly inputs: readonly View<B>[]
  readonly outputs: readonly View<B>[]
}

export type KernelCall<B = Buffer, N = number> =
  | MapCall<B, N>
  | ReduceCall<B, N>
  | ContractCall<B, N>
  | PoolCall<B>
  | ScanCall<B>
  | GatherCall<B>
  | ScatterCall<B>
  | SortCall<B>
  | CompositeCall<B>

export type KernelKind = KernelCall['kind']

/** The views that a call reads and those that it writes; a scatter's output is both. */
export function viewsOf<B>(call: KernelCall<B, unknown>): {
  readonly reads: readonly View<B>[]
  readonly writes: readonly View<B>[]
} {
  switch (call.kind) {
    case 'map':
      return {
        reads: call.when === undefined ? call.inputs : [...call.inputs, call.when],
        writes: call.outputs,
      }
    case 'composite':
      return { reads: call.inputs, writes: call.outputs }
    case 'reduce':
      return { reads: [...call.inputs, ...(call.postInputs ?? [])], writes: [call.output] }
    case 'contract':
      return { reads: [call.left, call.right, ...(call.postInputs ?? [])], writes: [call.output] }
    case 'pool':
      return { reads: [call.by, call.source], writes: [call.output] }
    case 'scan':
      return { reads: [call.input], writes: [call.output] }
    case 'gather':
      return { reads: [call.input, call.indices], writes: [call.output] }
    case 'scatter':
      return { reads: [call.indices, call.updates, call.output], writes: [call.output] }
    case 'sort': {
      const writes = [call.values, call.indices].filter((view) => view !== undefined)
      return { reads: [call.input], writes }
    }
  }
}

/** The same call over other views: recording, replaying, fusing and sending elsewhere are all this one function. */
export function mapViews<A, B, N = number>(
  call: KernelCall<A, N>,
  change: (view: View<A>) => View<B>,
): KernelCall<B, N> {
  const all = (views: readonly View<A>[]): View<B>[] => views.map(change)
  switch (call.kind) {
    case 'map': {
      const { when, ...rest } = call
      const views = { inputs: all(call.inputs), outputs: all(call.outputs) }
      return { ...rest, ...views, ...(when && { when: change(when) }) }
    }
    case 'composite':
      return { ...call, inputs: all(call.inputs), outputs: all(call.outputs) }
    case 'reduce': {
      const { inputs, postInputs, output, ...rest } = call
      return {
        ...rest,
        inputs: all(inputs),
        ...(postInputs && { postInputs: all(postInputs) }),
        output: change(output),
      }
    }
    case 'contract': {
      const { left, right, postInputs, output, ...rest } = call
      return {
        ...rest,
        left: change(left),
        right: change(right),
        ...(postInputs && { postInputs: all(postInputs) }),
        output: change(output),
      }
    }
    case 'pool':
      return { ...call, by: change(call.by), source: change(call.source), output: change(call.output) }
    case 'scan':
      return { ...call, input: change(call.input), output: change(call.output) }
    case 'gather':
      return {
        ...call,
        input: change(call.input),
        indices: change(call.indices),
        output: change(call.output),
      }
    case 'scatter':
      return {
        ...call,
        indices: change(call.indices),
        updates: change(call.updates),
        output: change(call.output),
      }
    case 'sort': {
      const { input, values, indices, ...rest } = call
      return {
        ...rest,
        input: change(input),
        ...(values && { values: change(values) }),
        ...(indices && { indices: change(indices) }),
      }
    }
  }
}

/** The same call over other buffers. */
export function mapBuffers<A, B, N = number>(
  call: KernelCall<A, N>,
  rename: (buffer: A) => B,
): KernelCall<B, N> {
  return mapViews(call, (view) => ({ ...view, buffer: rename(view.buffer) }))
}

/**
 * The same call with its scalars replaced; the call itself where it takes none. Written out field by field: it runs once
 * per call and step of a captured program, from cold caches, where copying an object of unknown form is slow.
 */
export function mapScalars<B, M, N>(call: KernelCall<B, M>, replace: (scalar: M) => N): KernelCall<B, N> {
  switch (call.kind) {
    case 'map': {
      const { kind, label, shape, expressions, inputs, outputs, when } = call
      const scalars = call.scalars.map(replace)
      const map = { kind, label, shape, expressions, inputs, scalars, outputs }
      return when === undefined ? map : { kind, label, shape, expressions, inputs, scalars, outputs, when }
    }
    case 'reduce':
    case 'contract':
      return { ...call, scalars: call.scalars.map(replace) }
    default:
      return call
  }
}
