/**
 * Batching of gradients written by hand: the rule was written for one example, so it runs in the level again, on
 * batched tensors.
 */
import { custom } from '../../primitives/custom.js'
import { reduce } from '../../primitives/reduce.js'
import { detach, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Level } from '../level.js'
import { type BatchingRule, withBatch } from './rule.js'

export const customBatch: BatchingRule<'custom'> = (context) => {
  const { operation, parameters, operands, level } = context
  const [output, ...inputs] = operands
  if (output === undefined) return []
  // Each handle is freed by one: what is wrapped must not be anyone's.
  const wrap = (x: Tensor): Tensor => level.wrap(reshape(operation, x, x.shape))
  const physical = detach(operation, withBatch(context, output))
  const sources = inputs.map(({ tensor }) => tensor)
  const result = custom(operation, physical, sources, (cotangent, given, made) =>
    level.run(`the gradient of ${operation}`, () => {
      const visible = given.map((each, position) => (inputs[position]?.isBatched ? wrap(each) : each))
      const parts = parameters.rule(wrap(cotangent), visible, wrap(made))
      return parts.map((part, position) =>
        part === undefined
          ? undefined
          : collect(operation, level, part, inputs[position]?.isBatched === true),
      )
    }),
  )
  return [result]
}

/** The cotangent of an input beneath: of all examples, or their sum where the input is the same for all of them. */
function collect(operation: string, level: Level, part: Tensor, isBatched: boolean): Tensor {
  const beneath = level.physicalOf(part)
  const all = withBatch(
    { operation, level, operands: [] },
    { tensor: beneath ?? part, isBatched: beneath !== undefined },
  )
  return isBatched ? reshape(operation, all, all.shape) : reduce(operation, 'sum', all, [0], false)
}
