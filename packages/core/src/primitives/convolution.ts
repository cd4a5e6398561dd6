/**
 * The two-dimensional convolution primitive (cross-correlation, as the field calls convolution): a contraction over
 * sliding windows of the padded input, with no im2col in memory.
 */
import { type Layout, permuteLayout, type Shape, type View, windowLayout } from '@nabla/backend'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { ConvolutionGeometry } from '../engine/primitives.js'
import { track, withoutRecording } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { embed } from './copy.js'

/** `x` [batch, height, width, channels] with zeros around; `x` itself where there is no padding. */
export function padSpatial(operation: string, x: Tensor, padding: ConvolutionGeometry['padding']): Tensor {
  const [[top, bottom], [left, right]] = padding
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return x
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const shape = [batch, height + top + bottom, width + left + right, channels]
  const range = (start: number, length: number) => ({ start, length, step: 1 })
  return embed(operation, x, shape, [range(0, batch), range(top, height), range(left, width), range(0, channels)], 0)
}

/** One axis split into groups of equal length: [..., g * n, ...] to [..., g, n, ...]. */
export function splitAxis(layout: Layout, axis: number, groups: number): Layout {
  const stride = layout.strides[axis] as number
  const length = (layout.shape[axis] as number) / groups
  return {
    shape: layout.shape.toSpliced(axis, 1, groups, length),
    strides: layout.strides.toSpliced(axis, 1, stride * length, stride),
    offset: layout.offset,
  }
}

/** A view with `change` applied to its layout. */
const relayout = (view: View, change: (layout: Layout) => Layout): View => ({ ...view, ...change(view) })

/**
 * Output [batch, rows, columns, filters] of an input [batch, height, width, channels] and a kernel
 * [height, width, channels / groups, filters]; shapes are checked by the callers.
 */
export function convolution(operation: string, x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
  const backend = commonBackend(operation, [x, kernel])
  const { strides, dilation, groups } = geometry
  const [kernelHeight = 0, kernelWidth = 0, , filters = 0] = kernel.shape
  const padded = withoutRecording(() => padSpatial(operation, x, geometry.padding))
  const windows = relayout(padded.view(operation), (layout) =>
    windowLayout(layout, [
      { axis: 1, size: kernelHeight, stride: strides[0], dilation: dilation[0] },
      { axis: 2, size: kernelWidth, stride: strides[1], dilation: dilation[1] },
    ]),
  )
  const shape: Shape = [...windows.shape.slice(0, 3), filters]
  const { tensor, view } = allocate(operation, x.dtype, shape, [x, kernel])
  backend.run({
    kind: 'contract',
    label: operation,
    batch: 1,
    rows: 3,
    columns: 1,
    contracted: 3,
    // windows [n, i, j, g, c, kh, kw] as [g | n, i, j | kh, kw, c]
    left: relayout(windows, (layout) => permuteLayout(splitAxis(layout, 3, groups), [3, 0, 1, 2, 5, 6, 4])),
    // kernel [kh, kw, c, g, f] as [g | kh, kw, c | f]
    right: relayout(kernel.view(operation), (layout) => permuteLayout(splitAxis(layout, 3, groups), [3, 0, 1, 2, 4])),
    scalars: [],
    // output [n, i, j, g, f] as [g | n, i, j | f]
    output: relayout(view, (layout) => permuteLayout(splitAxis(layout, 3, groups), [3, 0, 1, 2, 4])),
  })
  if (padded !== x) padded.dispose()
  return track(tensor, [x, kernel], () => ({
    primitive: 'convolution',
    operation,
    parameters: geometry,
    inputs: [x, kernel],
  }))
}
