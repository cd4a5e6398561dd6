/**
 * The two-dimensional convolution primitive (cross-correlation, as the field calls convolution): a contraction over
 * sliding windows of the padded input, with no im2col in memory. Its two transposes, convolution-input.ts and
 * convolution-kernel.ts, are contractions over the same kinds of views; each of the three is the gradient of another.
 */
import { type Layout, permuteLayout, type View, windowLayout } from '@nabla/backend'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { ConvolutionGeometry } from '../engine/primitives.js'
import { withoutRecording } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { embed } from './copy.js'

/** A view with `change` applied to its layout. */
export function relayout(view: View, change: (layout: Layout) => Layout): View {
  return { ...view, ...change(view) }
}

/** One axis split into groups of equal length, and the axes then put in `order`: [..., g * n, ...] to [..., g, n, ...]. */
export function splitGroups(view: View, axis: number, groups: number, order: readonly number[]): View {
  const stride = view.strides[axis] as number
  const length = (view.shape[axis] as number) / groups
  const split = {
    shape: view.shape.toSpliced(axis, 1, groups, length),
    strides: view.strides.toSpliced(axis, 1, stride * length, stride),
    offset: view.offset,
  }
  return { ...view, ...permuteLayout(split, order) }
}

/** `x` [batch, height, width, channels] with zeros around, not recorded; `x` itself where there is no padding. */
export function padSpatial(operation: string, x: Tensor, padding: ConvolutionGeometry['padding']): Tensor {
  const [[top, bottom], [left, right]] = padding
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return x
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const shape = [batch, height + top + bottom, width + left + right, channels]
  const range = (start: number, length: number) => ({ start, length, step: 1 })
  const ranges = [range(0, batch), range(top, height), range(left, width), range(0, channels)]
  return withoutRecording(() => embed(operation, x, shape, ranges, 0))
}

/** Windows [n, i, j, c, kh, kw] that a kernel of `size` sees as it slides over a padded input. */
export function kernelWindows(
  view: View,
  size: readonly [number, number],
  geometry: ConvolutionGeometry,
): View {
  const { strides, dilation } = geometry
  return relayout(view, (layout) =>
    windowLayout(layout, [
      { axis: 1, size: size[0], stride: strides[0], dilation: dilation[0] },
      { axis: 2, size: size[1], stride: strides[1], dilation: dilation[1] },
    ]),
  )
}

/**
 * Output [batch, rows, columns, filters] of an input [batch, height, width, channels] and a kernel
 * [height, width, channels / groups, filters]; shapes are checked by the callers.
 */
export function convolve(
  operation: string,
  x: Tensor,
  kernel: Tensor,
  geometry: ConvolutionGeometry,
): Tensor {
  const backend = commonBackend(operation, [x, kernel])
  const { groups } = geometry
  const [height = 0, width = 0, , filters = 0] = kernel.shape
  const padded = padSpatial(operation, x, geometry.padding)
  const windows = kernelWindows(padded.view(operation), [height, width], geometry)
  const { tensor, view } = allocate(operation, x.dtype, windows.shape.slice(0, 3).concat(filters), [
    x,
    kernel,
  ])
  backend.run({
    kind: 'contract',
    label: operation,
    batch: 1,
    rows: 3,
    columns: 1,
    contracted: 3,
    // windows [n, i, j, g, c, kh, kw] as [g | n, i, j | kh, kw, c]
    left: splitGroups(windows, 3, groups, [3, 0, 1, 2, 5, 6, 4]),
    // kernel [kh, kw, c, g, f] as [g | kh, kw, c | f]
    right: splitGroups(kernel.view(operation), 3, groups, [3, 0, 1, 2, 4]),
    scalars: [],
    // output [n, i, j, g, f] as [g | n, i, j | f]
    output: splitGroups(view, 3, groups, [3, 0, 1, 2, 4]),
  })
  if (padded !== x) padded.dispose()
  return tensor
}
