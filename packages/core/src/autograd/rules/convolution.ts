/**
 * Gradients of convolution and of pooling, themselves contractions over window views.
 */
import type { ConvolutionGeometry } from '../../engine/primitives.js'
import { contract } from '../../primitives/contract.js'
import { padSpatial } from '../../primitives/convolution.js'
import { embed } from '../../primitives/copy.js'
import { poolSelect, poolSpread } from '../../primitives/pool.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { reshape, slice, window } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { type GradientRule, inputAt } from './rule.js'

const LABEL = { batch: 0, row: 1, column: 2, group: 3, channel: 4, filter: 5, kernelRow: 6, kernelColumn: 7 }
const { batch, row, column, group, channel, filter, kernelRow, kernelColumn } = LABEL

/** [..., g * n] as [..., g, n]. */
function splitLast(label: string, x: Tensor, groups: number): Tensor {
  const last = x.shape.length - 1
  return reshape(label, x, [...x.shape.slice(0, last), groups, (x.shape[last] as number) / groups])
}

/** Sliding windows of [batch, height, width, channels] with the channels split: [n, i, j, g, c, kh, kw]. */
function groupedWindows(
  label: string,
  x: Tensor,
  kernel: Tensor,
  groups: number,
  strides: readonly [number, number],
  dilation: readonly [number, number],
): Tensor {
  const windows = window(label, x, [
    { axis: 1, size: kernel.shape[0] as number, stride: strides[0], dilation: dilation[0] },
    { axis: 2, size: kernel.shape[1] as number, stride: strides[1], dilation: dilation[1] },
  ])
  const [n = 0, i = 0, j = 0, channels = 0, kh = 0, kw = 0] = windows.shape
  return reshape(label, windows, [n, i, j, groups, channels / groups, kh, kw])
}

/** Kernel gradient: windows of the input against the cotangent, summed over batch and positions. */
function kernelGradient(label: string, x: Tensor, kernel: Tensor, cotangent: Tensor, g: ConvolutionGeometry): Tensor {
  const padded = padSpatial(label, x, g.padding)
  const windows = groupedWindows(label, padded, kernel, g.groups, g.strides, g.dilation)
  const result = contract(label, windows, splitLast(label, cotangent, g.groups), {
    left: [batch, row, column, group, channel, kernelRow, kernelColumn],
    right: [batch, row, column, group, filter],
    output: [kernelRow, kernelColumn, channel, group, filter],
  })
  return reshape(label, result, kernel.shape)
}

/**
 * Places the cotangent along one axis of a longer one so that sliding the flipped kernel over it gives the input's
 * gradient: neighbours `stride` apart, shifted by the kernel's reach less the padding, cut off where it falls outside.
 */
function spread(
  cotangent: Tensor,
  label: string,
  axis: 1 | 2,
  inputLength: number,
  reach: number,
  stride: number,
  before: number,
): Tensor {
  const length = inputLength + reach
  const shift = reach - before
  const count = cotangent.shape[axis] as number
  const first = Math.max(0, Math.ceil(-shift / stride))
  const end = Math.max(first, Math.min(count, Math.floor((length - 1 - shift) / stride) + 1))
  const part = slice(label, cotangent, wholeRanges(cotangent.shape).with(axis, { start: first, length: end - first, step: 1 }))
  const ranges = wholeRanges(part.shape).with(axis, {
    start: first * stride + shift,
    length: end - first,
    step: stride,
  })
  return embed(label, part, part.shape.with(axis, length), ranges, 0)
}

/** The kernel turned by half a turn: both spatial axes reversed. */
function flip(label: string, kernel: Tensor): Tensor {
  const [height = 0, width = 0] = kernel.shape
  const ranges = wholeRanges(kernel.shape)
    .with(0, { start: height - 1, length: height, step: -1 })
    .with(1, { start: width - 1, length: width, step: -1 })
  return slice(label, kernel, ranges)
}

/** Input gradient: the spread cotangent against the flipped kernel. Also the transposed convolution. */
export function inputGradient(
  label: string,
  inputShape: readonly number[],
  kernel: Tensor,
  cotangent: Tensor,
  { strides, dilation, padding, groups }: ConvolutionGeometry,
): Tensor {
  const [, height = 0, width = 0] = inputShape
  const reach = [0, 1].map((axis) => ((kernel.shape[axis] as number) - 1) * (dilation[axis] as number)) as [number, number]
  const tall = spread(cotangent, label, 1, height, reach[0], strides[0], padding[0][0])
  const whole = spread(tall, label, 2, width, reach[1], strides[1], padding[1][0])
  const windows = groupedWindows(label, whole, kernel, groups, [1, 1], dilation)
  const result = contract(label, windows, splitLast(label, flip(label, kernel), groups), {
    left: [batch, row, column, group, filter, kernelRow, kernelColumn],
    right: [kernelRow, kernelColumn, channel, group, filter],
    output: [batch, row, column, group, channel],
  })
  return reshape(label, result, inputShape)
}

export const convolutionRule: GradientRule<'convolution'> = ({ operation, parameters, inputs, cotangent, needs }) => {
  const x = inputAt(inputs, 0)
  const kernel = inputAt(inputs, 1)
  return [
    needs(0) ? inputGradient(`${operation} input gradient`, x.shape, kernel, cotangent, parameters) : undefined,
    needs(1) ? kernelGradient(`${operation} kernel gradient`, x, kernel, cotangent, parameters) : undefined,
  ]
}

export const poolSelectRule: GradientRule<'poolSelect'> = ({ operation, parameters, inputs, cotangent, needs }) => [
  undefined,
  needs(1) ? poolSpread(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry) : undefined,
]

export const poolSpreadRule: GradientRule<'poolSpread'> = ({ operation, parameters, inputs, cotangent, needs }) => [
  undefined,
  needs(1) ? poolSelect(`${operation} gradient`, inputAt(inputs, 0), cotangent, parameters.geometry) : undefined,
]
