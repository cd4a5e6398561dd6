/**
 * Primitives along one axis: running reductions, gather, scatter and sort.
 */
import {
  broadcastLayout,
  input,
  type ScanOperation,
  type ScatterOperation,
  type Shape,
  type View,
} from '@nabla/backend'
import { batching, perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { GraphNodeOf } from '../engine/primitives.js'
import { isRecording, isTracked, track } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'

export interface ScanOptions {
  readonly axis: number
  readonly reverse: boolean
  readonly exclusive: boolean
}

/** Running sum, product, maximum or minimum along an axis. */
export function scan(operation: string, kind: ScanOperation, x: Tensor, options: ScanOptions): Tensor {
  return perform(
    [x],
    () => ({
      primitive: 'scan',
      operation,
      parameters: { operation: kind, ...options },
      inputs: [x],
    }),
    () => {
      const { tensor, view } = allocate(operation, x.dtype, x.shape, [x])
      x.backend.run({
        kind: 'scan',
        label: operation,
        operation: kind,
        ...options,
        input: x.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

function repeated(operation: string, tensor: Tensor, shape: Shape): View {
  const view = tensor.view(operation)
  return { ...view, ...broadcastLayout(view, shape) }
}

/**
 * `x` with its coordinate along `axis` taken from `indices` (int32, of x's rank; axes of length 1 are repeated to
 * x's lengths, except along `axis`, where its own length counts).
 */
export function gather(operation: string, x: Tensor, indices: Tensor, axis: number): Tensor {
  return perform(
    [x, indices],
    () => ({
      primitive: 'gather',
      operation,
      parameters: { axis },
      inputs: [x, indices],
    }),
    () => {
      const backend = commonBackend(operation, [x, indices])
      const shape = x.shape.with(axis, indices.shape[axis] as number)
      const { tensor, view } = allocate(operation, x.dtype, shape, [x, indices])
      backend.run({
        kind: 'gather',
        label: operation,
        axis,
        input: x.view(operation),
        indices: repeated(operation, indices, shape),
        output: view,
      })
      return tensor
    },
  )
}

/** A copy of `initial` with `updates` combined in at `indices` along `axis`. */
export function scatter(
  operation: string,
  kind: ScatterOperation,
  initial: Tensor,
  indices: Tensor,
  updates: Tensor,
  axis: number,
): Tensor {
  return perform(
    [initial, indices, updates],
    () => ({
      primitive: 'scatter',
      operation,
      parameters: { operation: kind, axis },
      inputs: [initial, indices, updates],
    }),
    () => {
      const backend = commonBackend(operation, [initial, indices, updates])
      const { tensor, view } = allocate(operation, initial.dtype, initial.shape, [initial, indices, updates])
      backend.run({
        kind: 'map',
        label: operation,
        shape: initial.shape,
        expressions: [input(0, initial.dtype)],
        inputs: [initial.view(operation)],
        scalars: [],
        outputs: [view],
      })
      backend.run({
        kind: 'scatter',
        label: operation,
        operation: kind,
        axis,
        indices: repeated(operation, indices, updates.shape),
        updates: updates.view(operation),
        output: view,
      })
      return tensor
    },
  )
}

/** Values in order along an axis, and where each came from. */
export function sort(
  operation: string,
  x: Tensor,
  axis: number,
  descending: boolean,
): { readonly values: Tensor; readonly indices: Tensor } {
  const step = (inputs: readonly Tensor[]): GraphNodeOf<'sort'> => ({
    primitive: 'sort',
    operation,
    parameters: { axis, descending },
    inputs,
  })
  const results = batching.current?.apply(step([x])) ?? sortNow(operation, x, axis, descending)
  const [values, indices] = [results[0] as Tensor, results[1] as Tensor]
  return { values: track(values, [x], () => step([x, indices])), indices }
}

function sortNow(operation: string, x: Tensor, axis: number, descending: boolean): readonly Tensor[] {
  const values = allocate(operation, x.dtype, x.shape, [x])
  const indices = allocate(operation, 'int32', x.shape, [x])
  x.backend.run({
    kind: 'sort',
    label: operation,
    axis,
    descending,
    input: x.view(operation),
    values: values.view,
    indices: indices.view,
  })
  return [values.tensor, indices.tensor]
}

/** The sorted values alone; where each came from is computed only if a gradient will need it. */
export function sortValues(operation: string, x: Tensor, axis: number, descending: boolean): Tensor {
  if (batching.current !== undefined || (isRecording() && isTracked(x))) {
    return sort(operation, x, axis, descending).values
  }
  const { tensor, view } = allocate(operation, x.dtype, x.shape, [x])
  x.backend.run({ kind: 'sort', label: operation, axis, descending, input: x.view(operation), values: view })
  return tensor
}

/** Only where the sorted values come from, as int32. */
export function sortIndices(operation: string, x: Tensor, axis: number, descending: boolean): Tensor {
  if (batching.current !== undefined) return sort(operation, x, axis, descending).indices
  const { tensor, view } = allocate(operation, 'int32', x.shape, [x])
  x.backend.run({ kind: 'sort', label: operation, axis, descending, input: x.view(operation), indices: view })
  return tensor
}
