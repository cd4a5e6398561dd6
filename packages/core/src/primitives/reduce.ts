/**
 * The reduction primitives: of a tensor, and of an expression of several.
 */
import {
  type DType,
  type Expr,
  expressions,
  input,
  isFloat,
  type ProgramScalar,
  type ReduceOperation,
  rowMajorLayout,
  type Shape,
  scalar,
} from '@nabla/backend'
import { batching, perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { StepOf } from '../engine/primitives.js'
import { launch } from '../engine/tracing.js'
import type { Tensor } from '../tensor.js'
import { broadcastViews, commonShape, map } from './map.js'
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

/** The reduced axes with length 1. */
export const keptShape = (shape: Shape, axes: readonly number[]): number[] =>
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

export interface MappedReduction {
  /** What the inputs are broadcast to; default: their common shape. Needed where only `index(axis)` runs over an axis. */
  readonly shape?: Shape
  /** Sorted and checked; default all. */
  readonly axes?: readonly number[]
  /** Keeps the reduced axes with length 1; default false. */
  readonly keepdims?: boolean
  /** Numbers for the scalar slots of the expression. */
  readonly scalars?: readonly ProgramScalar[]
  /** For a sum of floats: divides it, in the same kernel. */
  readonly divisor?: number
}

/** The divisor as a scalar slot behind those of the expression. */
const divisorSlot = (scalars: readonly ProgramScalar[], dtype: DType): Expr => scalar(scalars.length, dtype)

/**
 * Reduces an expression of the inputs in one kernel, without a tensor of its values in between. Sums of floats are
 * differentiable, with one kernel per needed input; other reductions have no gradient.
 *
 * @param expression input slots are `inputs`; `index(axis)` is the coordinate in the broadcast shape
 * @example reduceMapped('sumOfSquares', 'sum', expressions.multiply(input(0, 'float32'), input(0, 'float32')), [x])
 */
export function reduceMapped(
  operation: string,
  kind: ReduceOperation,
  expression: Expr,
  inputs: readonly [Tensor, ...Tensor[]],
  options: MappedReduction = {},
): Tensor {
  const { shape = commonShape(operation, inputs), keepdims = false, divisor } = options
  const { axes = shape.map((_, axis) => axis), scalars: given = [] } = options
  const dtype = RESULT[kind](expression.dtype)
  const scalars = divisor === undefined ? given : [...given, divisor]
  const run = (): Tensor => {
    const backend = commonBackend(operation, inputs)
    const kept = keptShape(shape, axes)
    const { tensor, view } = allocate(operation, dtype, keepdims ? kept : droppedShape(shape, axes), inputs)
    launch(backend, {
      kind: 'reduce',
      label: operation,
      operation: kind,
      shape,
      axes,
      expression,
      inputs: broadcastViews(operation, inputs, shape),
      scalars,
      ...(divisor !== undefined && { post: expressions.divide(input(0, dtype), divisorSlot(given, dtype)) }),
      output: { ...view, ...rowMajorLayout(kept) },
    })
    return tensor
  }
  if (kind === 'sum' && isFloat(dtype)) {
    const step = (): StepOf<'sumMapped'> => {
      const whole =
        divisor === undefined ? expression : expressions.divide(expression, divisorSlot(given, dtype))
      const parameters = { expression: whole, scalars, shape, axes, keepdims }
      return { primitive: 'sumMapped', operation, parameters, inputs }
    }
    return perform(inputs, step, run)
  }
  if (batching.current === undefined) return run()
  // Reductions without a gradient are no primitives of their own: their two halves are.
  const [first, ...others] = inputs
  const mapped = map(operation, expression, [broadcast(operation, first, shape), ...others], given)
  return reduce(operation, kind, mapped, axes, keepdims)
}
