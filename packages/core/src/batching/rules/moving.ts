/**
 * Batching of what moves elements: the same with all of the batch axis in front.
 */
import { concatenate, embed } from '../../primitives/copy.js'
import { broadcast, permute, reshape, slice } from '../../primitives/views.js'
import { fold, window } from '../../primitives/windows.js'
import type { Tensor } from '../../tensor.js'
import { type BatchingRule, onlyTensor, withBatch } from './rule.js'

const whole = (length: number) => ({ start: 0, length, step: 1 })

export const reshapeBatch: BatchingRule<'reshape'> = (context) => {
  const { operation, parameters, level } = context
  return [reshape(operation, onlyTensor(context), [level.size, ...parameters.shape])]
}

export const permuteBatch: BatchingRule<'permute'> = (context) => [
  permute(context.operation, onlyTensor(context), [0, ...context.parameters.order.map((axis) => axis + 1)]),
]

export const broadcastBatch: BatchingRule<'broadcast'> = (context) => {
  const { operation, parameters, level } = context
  const x = onlyTensor(context)
  const added = new Array<number>(parameters.shape.length + 1 - x.shape.length).fill(1)
  const aligned = added.length === 0 ? x : reshape(operation, x, [level.size, ...added, ...x.shape.slice(1)])
  return [broadcast(operation, aligned, [level.size, ...parameters.shape])]
}

export const sliceBatch: BatchingRule<'slice'> = (context) => {
  const { operation, parameters, level } = context
  return [slice(operation, onlyTensor(context), [whole(level.size), ...parameters.ranges])]
}

export const embedBatch: BatchingRule<'embed'> = (context) => {
  const { operation, parameters, level } = context
  const { shape, ranges, fill } = parameters
  const inside = [whole(level.size), ...ranges]
  return [embed(operation, onlyTensor(context), [level.size, ...shape], inside, fill)]
}

export const concatenateBatch: BatchingRule<'concatenate'> = (context) => {
  const [first, ...rest] = context.operands.map((operand) => withBatch(context, operand))
  return [concatenate(context.operation, [first as Tensor, ...rest], context.parameters.axis + 1)]
}

export const windowBatch: BatchingRule<'window'> = (context) => {
  const windows = context.parameters.windows.map((each) => ({ ...each, axis: each.axis + 1 }))
  return [window(context.operation, onlyTensor(context), windows)]
}

export const foldBatch: BatchingRule<'fold'> = (context) => {
  const { operation, parameters, level } = context
  const windows = parameters.windows.map((each) => ({ ...each, axis: each.axis + 1 }))
  return [fold(operation, onlyTensor(context), [level.size, ...parameters.shape], windows)]
}
