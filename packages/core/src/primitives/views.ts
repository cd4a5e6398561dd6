/**
 * Primitives that only change the view: reshape (a copy where it must), permute, broadcast, slice, window, detach.
 */
import {
  broadcastLayout,
  permuteLayout,
  reshapeLayout,
  rowMajorLayout,
  type Shape,
  type WindowAxis,
  windowLayout,
} from '@nabla/backend'
import { alias, allocate } from '../engine/deliver.js'
import type { AxisRange } from '../engine/primitives.js'
import { track } from '../engine/recording.js'
import type { Tensor } from '../tensor.js'
import { copyToView } from './copy.js'
import { rangesLayout } from './ranges.js'

/** Rearranged to `shape`, which has the same size. */
export function reshape(operation: string, x: Tensor, shape: Shape): Tensor {
  const layout = reshapeLayout(x, shape)
  const result = layout === undefined ? rearranged(operation, x, shape) : alias(operation, x, layout)
  return track(result, [x], () => ({
    primitive: 'reshape',
    operation,
    parameters: { shape },
    inputs: [x],
  }))
}

/** A row-major copy under another shape. */
function rearranged(operation: string, x: Tensor, shape: Shape): Tensor {
  const { tensor, view } = allocate(operation, x.dtype, shape, [x])
  copyToView(x, operation, { ...view, ...rowMajorLayout(x.shape) })
  return tensor
}

/** Axis `i` of the result is axis `order[i]` of `x`. */
export function permute(operation: string, x: Tensor, order: readonly number[]): Tensor {
  return track(alias(operation, x, permuteLayout(x, order)), [x], () => ({
    primitive: 'permute',
    operation,
    parameters: { order },
    inputs: [x],
  }))
}

/** Repeated to `shape`; the caller has checked that it broadcasts. */
export function broadcast(operation: string, x: Tensor, shape: Shape): Tensor {
  return track(alias(operation, x, broadcastLayout(x, shape)), [x], () => ({
    primitive: 'broadcast',
    operation,
    parameters: { shape },
    inputs: [x],
  }))
}

/** A part of `x`, one range per axis. */
export function slice(operation: string, x: Tensor, ranges: readonly AxisRange[]): Tensor {
  return track(alias(operation, x, rangesLayout(x, ranges)), [x], () => ({
    primitive: 'slice',
    operation,
    parameters: { ranges },
    inputs: [x],
  }))
}

/** Sliding windows, window axes last; nothing is copied. */
export function window(operation: string, x: Tensor, windows: readonly WindowAxis[]): Tensor {
  return track(alias(operation, x, windowLayout(x, windows)), [x], () => ({
    primitive: 'window',
    operation,
    parameters: { windows },
    inputs: [x],
  }))
}

/** The same values with no connection to how they were computed. */
export function detach(operation: string, x: Tensor): Tensor {
  return alias(operation, x, { shape: x.shape, strides: x.strides, offset: x.offset })
}
