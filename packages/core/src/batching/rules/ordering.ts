/**
 * Batching of what goes along one axis: it is one further back.
 */
import { composite } from '../../primitives/composite.js'
import { gather, scatter } from '../../primitives/gather.js'
import { scan } from '../../primitives/scan.js'
import { sort } from '../../primitives/sort.js'
import { type BatchingRule, onlyTensor, operandAt, withBatch, withFirstAxis } from './rule.js'

export const scanBatch: BatchingRule<'scan'> = (context) => {
  const { operation, ...options } = context.parameters
  return [scan(context.operation, operation, onlyTensor(context), { ...options, axis: options.axis + 1 })]
}

/** Indices are repeated along the batch by themselves. */
export const gatherBatch: BatchingRule<'gather'> = (context) => {
  const [x, indices] = [operandAt(context.operands, 0), operandAt(context.operands, 1)]
  const axis = context.parameters.axis + 1
  return [gather(context.operation, withBatch(context, x), withFirstAxis(context, indices), axis)]
}

export const scatterBatch: BatchingRule<'scatter'> = (context) => {
  const [initial, indices, updates] = [0, 1, 2].map((position) => operandAt(context.operands, position))
  if (initial === undefined || indices === undefined || updates === undefined) return []
  return [
    scatter(
      context.operation,
      context.parameters.operation,
      withBatch(context, initial),
      withFirstAxis(context, indices),
      withBatch(context, updates),
      context.parameters.axis + 1,
    ),
  ]
}

export const sortBatch: BatchingRule<'sort'> = (context) => {
  const { axis, descending } = context.parameters
  const { values, indices } = sort(context.operation, onlyTensor(context), axis + 1, descending)
  return [values, indices]
}

export const compositeBatch: BatchingRule<'composite'> = (context) => {
  const { name, axis } = context.parameters
  return [composite(name, onlyTensor(context), axis + 1)]
}
