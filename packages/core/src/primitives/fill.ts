/**
 * Tensors from no inputs: an expression of the coordinates and of scalars, evaluated everywhere.
 */
import type { Backend, Expr, ProgramScalar, Shape } from '@nabla/backend'
import { allocateWith, type MakeTensor } from '../engine/deliver.js'
import { launch } from '../engine/tracing.js'
import type { Tensor } from '../tensor.js'

/**
 * `expression` (of `index(axis)` and scalars only) at every position of `shape`, on `backend`.
 *
 * @param inputs tensors whose scope the result belongs to where no scope is current
 */
export function generate(
  make: MakeTensor,
  backend: Backend,
  operation: string,
  expression: Expr,
  shape: Shape,
  scalars: readonly ProgramScalar[] = [],
  inputs: readonly Tensor[] = [],
): Tensor {
  const { tensor, view } = allocateWith(make, backend, operation, expression.dtype, shape, inputs)
  launch(tensor.backend, {
    kind: 'map',
    label: operation,
    shape,
    expressions: [expression],
    inputs: [],
    scalars,
    outputs: [view],
  })
  return tensor
}
