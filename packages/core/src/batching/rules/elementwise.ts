/**
 * Batching of maps, reductions and contractions: another axis that all of them leave alone.
 */
import { type Expr, index, substitute, topologicalOrder } from '@nabla/backend'
import { contract } from '../../primitives/contract.js'
import { map } from '../../primitives/map.js'
import { reduce, reduceMapped } from '../../primitives/reduce.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { type AnyContext, type BatchingRule, onlyTensor, operandAt, shapeOf } from './rule.js'

const shifted = new WeakMap<Expr, Expr>()

/** The expression where its coordinates stand one axis further back. */
function behindBatch(expression: Expr): Expr {
  const known = shifted.get(expression)
  if (known !== undefined) return known
  const moves = topologicalOrder([expression]).flatMap((node): [Expr, Expr][] =>
    node.kind === 'index' ? [[node, index(node.axis + 1)]] : [],
  )
  const result = moves.length === 0 ? expression : substitute(expression, new Map(moves))
  shifted.set(expression, result)
  return result
}

/** Shapes broadcast from the right: axes of length 1 keep the batch in front of all others. */
function aligned({ operation, operands, level }: AnyContext, rank: number): [Tensor, ...Tensor[]] {
  const align = (position: number): Tensor => {
    const operand = operandAt(operands, position)
    const shape = shapeOf(operand)
    if (!operand.isBatched || shape.length === rank) return operand.tensor
    const filling = new Array<number>(rank - shape.length).fill(1)
    return reshape(operation, operand.tensor, [level.size, ...filling, ...shape])
  }
  const [first, ...rest] = operands.map((_, position) => align(position))
  return [first as Tensor, ...rest]
}

export const mapBatch: BatchingRule<'map'> = (context) => {
  const { operation, parameters, operands } = context
  const rank = Math.max(...operands.map((operand) => shapeOf(operand).length))
  return [map(operation, behindBatch(parameters.expression), aligned(context, rank), parameters.scalars)]
}

export const sumMappedBatch: BatchingRule<'sumMapped'> = (context) => {
  const { operation, parameters, level } = context
  const { expression, scalars, shape, axes, keepdims } = parameters
  return [
    reduceMapped(operation, 'sum', behindBatch(expression), aligned(context, shape.length), {
      shape: [level.size, ...shape],
      axes: axes.map((axis) => axis + 1),
      keepdims,
      scalars,
    }),
  ]
}

export const reduceBatch: BatchingRule<'reduce'> = (context) => {
  const { operation, parameters } = context
  const axes = parameters.axes.map((axis) => axis + 1)
  return [reduce(operation, parameters.operation, onlyTensor(context), axes, true)]
}

/** The batch is one more label, of the operands that have it and of the output. */
export const contractBatch: BatchingRule<'contract'> = ({ operation, parameters, operands }) => {
  const batch = 1 + Math.max(-1, ...parameters.left, ...parameters.right)
  const [left, right] = [operandAt(operands, 0), operandAt(operands, 1)]
  return [
    contract(operation, left.tensor, right.tensor, {
      left: left.isBatched ? [batch, ...parameters.left] : parameters.left,
      right: right.isBatched ? [batch, ...parameters.right] : parameters.right,
      output: [batch, ...parameters.output],
    }),
  ]
}
