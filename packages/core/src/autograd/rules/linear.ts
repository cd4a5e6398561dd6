/**
 * Gradients of the linear primitives: contraction, and everything that only moves elements.
 */

import { type GradientRule, inputAt } from '../../engine/gradient-rule.js'
import { contract } from '../../primitives/contract.js'
import { embed } from '../../primitives/copy.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { permute, reshape, slice } from '../../primitives/views.js'
import { sumTo } from './sum-to.js'

export const contractRule: GradientRule<'contract'> = ({
  operation,
  parameters,
  inputs,
  cotangent,
  needs,
}) => {
  const label = `${operation} gradient`
  const { left, right, output } = parameters
  return [
    needs(0)
      ? contract(label, cotangent, inputAt(inputs, 1), { left: output, right, output: left })
      : undefined,
    needs(1)
      ? contract(label, inputAt(inputs, 0), cotangent, { left, right: output, output: right })
      : undefined,
  ]
}

export const reshapeRule: GradientRule<'reshape'> = ({ operation, inputs, cotangent }) => [
  reshape(`${operation} gradient`, cotangent, inputAt(inputs, 0).shape),
]

export const permuteRule: GradientRule<'permute'> = ({ operation, parameters, cotangent }) => [
  permute(
    `${operation} gradient`,
    cotangent,
    parameters.order.map((_, axis) => parameters.order.indexOf(axis)),
  ),
]

export const broadcastRule: GradientRule<'broadcast'> = ({ operation, inputs, cotangent }) => [
  sumTo(`${operation} gradient`, cotangent, inputAt(inputs, 0).shape),
]

export const sliceRule: GradientRule<'slice'> = ({ operation, parameters, inputs, cotangent }) => [
  embed(`${operation} gradient`, cotangent, inputAt(inputs, 0).shape, parameters.ranges, 0),
]

export const embedRule: GradientRule<'embed'> = ({ operation, parameters, cotangent }) => [
  slice(`${operation} gradient`, cotangent, parameters.ranges),
]

export const concatenateRule: GradientRule<'concatenate'> = ({
  operation,
  parameters,
  inputs,
  cotangent,
  needs,
}) => {
  let start = 0
  return inputs.map((each, position) => {
    const length = each.shape[parameters.axis] as number
    const ranges = wholeRanges(each.shape).with(parameters.axis, { start, length, step: 1 })
    start += length
    return needs(position) ? slice(`${operation} gradient`, cotangent, ranges) : undefined
  })
}
