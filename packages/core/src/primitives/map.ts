/**
 * The elementwise primitive: one expression over any number of inputs, broadcast to a common shape.
 */
import {
  broadcastLayout,
  broadcastShapes,
  type Expr,
  type ProgramScalar,
  type Shape,
  sameShape,
  type View,
} from '@nabla/backend'
import { batching, perform } from '../engine/batching.js'
import { allocate, commonBackend, type Fresh } from '../engine/deliver.js'
import { withoutRecording } from '../engine/recording.js'
import { launch } from '../engine/tracing.js'
import type { Tensor } from '../tensor.js'

/** The inputs' views, repeated to `shape` by stride 0. */
export function broadcastViews(operation: string, inputs: readonly Tensor[], shape: Shape): View[] {
  return inputs.map((input) => {
    const view = input.view(operation)
    return sameShape(input.shape, shape) ? view : { ...view, ...broadcastLayout(view, shape) }
  })
}

/** The shape that inputs broadcast to. */
export function commonShape(operation: string, inputs: readonly Tensor[]): Shape {
  let shape = (inputs[0] as Tensor).shape
  for (let i = 1; i < inputs.length; i++)
    shape = broadcastShapes(operation, shape, (inputs[i] as Tensor).shape)
  return shape
}

/**
 * `expression` at every position; input slots are `inputs`, scalar slots are `scalars`. The result has the broadcast
 * shape of the inputs and the dtype of the expression. Differentiable: the gradient is derived from the expression.
 */
export function map(
  operation: string,
  expression: Expr,
  inputs: readonly [Tensor, ...Tensor[]],
  scalars: readonly ProgramScalar[] = [],
): Tensor {
  return perform(
    inputs,
    () => ({ primitive: 'map', operation, parameters: { expression, scalars }, inputs }),
    () => {
      const backend = commonBackend(operation, inputs)
      const shape = commonShape(operation, inputs)
      const { tensor, view } = allocate(operation, expression.dtype, shape, inputs)
      launch(backend, {
        kind: 'map',
        label: operation,
        shape,
        expressions: [expression],
        inputs: broadcastViews(operation, inputs, shape),
        scalars,
        outputs: [view],
      })
      return tensor
    },
  )
}

/**
 * Several expressions over the same inputs in one kernel, for updates that carry state (optimizers, running
 * statistics). Not differentiable.
 */
export function mapMany(
  operation: string,
  expressions: readonly Expr[],
  inputs: readonly [Tensor, ...Tensor[]],
  scalars: readonly ProgramScalar[] = [],
): Tensor[] {
  if (batching.current !== undefined)
    return withoutRecording(() => expressions.map((each) => map(operation, each, inputs, scalars)))
  const backend = commonBackend(operation, inputs)
  const shape = commonShape(operation, inputs)
  const results: Fresh[] = expressions.map((expression) =>
    allocate(operation, expression.dtype, shape, inputs),
  )
  launch(backend, {
    kind: 'map',
    label: operation,
    shape,
    expressions,
    inputs: broadcastViews(operation, inputs, shape),
    scalars,
    outputs: results.map(({ view }) => view),
  })
  return results.map(({ tensor }) => tensor)
}
