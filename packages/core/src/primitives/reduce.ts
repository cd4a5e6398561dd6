/**
 * The reduction primitive.
 */
import { type DType, input as inputExpr, type ReduceOperation } from '@nabla/backend'
import { allocate } from '../engine/deliver.js'
import { track } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { reshape } from './views.js'

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

/** Reduces sorted, checked `axes`. Differentiable where the operation is. */
export function reduce(
  operation: string,
  kind: ReduceOperation,
  x: Tensor,
  axes: readonly number[],
  keepdims: boolean,
): Tensor {
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  const { tensor, view } = allocate(operation, RESULT[kind](x.dtype), kept, [x])
  x.backend.run({
    kind: 'reduce',
    label: operation,
    operation: kind,
    shape: x.shape,
    axes,
    expression: inputExpr(0, x.dtype),
    inputs: [x.view(operation)],
    scalars: [],
    output: view,
  })
  const result = track(tensor, [x], () => ({
    primitive: 'reduce',
    operation,
    parameters: { operation: kind, axes },
    inputs: [x],
  }))
  if (keepdims) return result
  const squeezed = reshape(
    operation,
    result,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  )
  if (result.node === undefined) result.dispose()
  return squeezed
}
