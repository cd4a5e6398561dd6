/**
 * What a batching rule is: it computes a primitive for all examples at once, out of ordinary primitives with other
 * parameters, on physical tensors with the batch axis in front. Since it uses primitives, it nests and has gradients.
 */
import type { Primitive, PrimitiveParameters } from '../../engine/primitives.js'
import { broadcast, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Level } from '../level.js'

/** One input of a primitive: physical where it is batched, else as it is. */
export interface Operand {
  readonly tensor: Tensor
  readonly isBatched: boolean
}

export interface BatchingContext<P extends Primitive> {
  readonly operation: string
  readonly parameters: PrimitiveParameters[P]
  readonly operands: readonly Operand[]
  readonly level: Level
}

/** The results, each with the batch axis in front and on a handle of its own. */
export type BatchingRule<P extends Primitive> = (context: BatchingContext<P>) => readonly Tensor[]

/** What every rule may ask for. */
export type AnyContext = Pick<BatchingContext<Primitive>, 'operation' | 'operands' | 'level'>

/** The operand at a position that the primitive guarantees. */
export function operandAt(operands: readonly Operand[], position: number): Operand {
  const operand = operands[position]
  if (operand === undefined) throw new RangeError(`batching rule: no operand ${position}`)
  return operand
}

/** The only input of a primitive that has one, which then is batched. */
export function onlyTensor({ operands }: AnyContext): Tensor {
  return operandAt(operands, 0).tensor
}

/** The shape of one example. */
export function shapeOf({ tensor, isBatched }: Operand): readonly number[] {
  return isBatched ? tensor.shape.slice(1) : tensor.shape
}

/** An operand with the batch in front, repeated (without a copy) where it has none. */
export function withBatch({ operation, level }: AnyContext, { tensor, isBatched }: Operand): Tensor {
  return isBatched ? tensor : broadcast(operation, tensor, [level.size, ...tensor.shape])
}

/** An operand with an axis in front: the batch, or one of length 1. */
export function withFirstAxis({ operation }: AnyContext, { tensor, isBatched }: Operand): Tensor {
  return isBatched ? tensor : reshape(operation, tensor, [1, ...tensor.shape])
}
