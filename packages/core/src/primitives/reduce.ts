/**
 * The reduction primitive.
 */
import {
  type DType,
  type Expr,
  input,
  type ReduceOperation,
  rowMajorLayout,
  type Shape,
} from '@nabla/backend'
import { batching, perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { Tensor } from '../tensor.js'
import { broadcastViews, map } from './map.js'
import { broadcast, reshape } from './views.js'

const RESULT: Record<ReduceOperation, (dtype: DType) => DType> = {
  sum: (dtype) => dtype,
  product: (dtype) => dtype,
  maximum: (dtype) => dtype,
  minimum: (dtype) => dtype,
  any: () => 'bool',
  all: () => 'bool',
  argMax: () => 'int32',
  argMin: () => 'int32',
}

const keptShape = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length))

const droppedShape = (shape: Shape, axes: readonly number[]): number[] =>
  shape.filter((_, axis) => !axes.includes(axis))

/** Reduces sorted, checked `axes`. Differentiable where the operation is. */
export function reduce(
  operation: string,
  kind: ReduceOperation,
  x: Tensor,
  axes: readonly number[],
  keepdims: boolean,
): Tensor {
  const result = perform(
    [x],
    () => ({ primitive: 'reduce', operation, parameters: { operation: kind, axes }, inputs: [x] }),
    () => {
      const { tensor, view } = allocate(operation, RESULT[kind](x.dtype), keptShape(x.shape, axes), [x])
      x.backend.run({
        kind: 'reduce',
        label: operation,
        operation: kind,
        shape: x.shape,
        axes,
        expression: input(0, x.dtype),
        inputs: [x.view(operation)],
        scalars: [],
        output: view,
      })
      return tensor
    },
  )
  if (keepdims) return result
  const squeezed = reshape(operation, result, droppedShape(x.shape, axes))
  if (result.node === undefined) result.dispose()
  return squeezed
}

/**
 * Reduces an expression of inputs that broadcast to `shape`, in one kernel. For results without a gradient: truth
 * values and counts.
 */
export function reduceMapped(
  operation: string,
  kind: ReduceOperation,
  expression: Expr,
  inputs: readonly [Tensor, ...Tensor[]],
  shape: Shape,
  axes: readonly number[],
  keepdims: boolean,
): Tensor {
  if (batching.current !== undefined) {
    const mapped = broadcast(operation, map(operation, expression, inputs), shape)
    return reduce(operation, kind, mapped, axes, keepdims)
  }
  const backend = commonBackend(operation, inputs)
  const kept = keptShape(shape, axes)
  const visible = keepdims ? kept : droppedShape(shape, axes)
  const { tensor, view } = allocate(operation, RESULT[kind](expression.dtype), visible, inputs)
  backend.run({
    kind: 'reduce',
    label: operation,
    operation: kind,
    shape,
    axes,
    expression,
    inputs: broadcastViews(operation, inputs, shape),
    scalars: [],
    output: { ...view, ...rowMajorLayout(kept) },
  })
  return tensor
}
