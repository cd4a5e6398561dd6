/**
 * Primitives that only change the view: reshape (a copy where it must), permute, broadcast, slice, detach.
 */
import { broadcastLayout, permuteLayout, reshapeLayout, rowMajorLayout, type Shape } from '@nabla/backend'
import { batching, perform } from '../engine/batching.js'
import { alias, allocate } from '../engine/deliver.js'
import type { AxisRange } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'
import { copyToView } from './copy.js'
import { rangesLayout } from './ranges.js'

/** Rearranged to `shape`, which has the same size. */
export function reshape(operation: string, x: Tensor, shape: Shape): Tensor {
  return perform(
    [x],
    () => ({ primitive: 'reshape', operation, parameters: { shape }, inputs: [x] }),
    () => {
      const layout = reshapeLayout(x, shape)
      return layout === undefined ? rearranged(operation, x, shape) : alias(operation, x, layout)
    },
  )
}

/** A row-major copy under another shape. */
function rearranged(operation: string, x: Tensor, shape: Shape): Tensor {
  const { tensor, view } = allocate(operation, x.dtype, shape, [x])
  copyToView(x, operation, { ...view, ...rowMajorLayout(x.shape) })
  return tensor
}

/** Axis `i` of the result is axis `order[i]` of `x`. */
export function permute(operation: string, x: Tensor, order: readonly number[]): Tensor {
  return perform(
    [x],
    () => ({ primitive: 'permute', operation, parameters: { order }, inputs: [x] }),
    () => alias(operation, x, permuteLayout(x, order)),
  )
}

/** Repeated to `shape`; the caller has checked that it broadcasts. */
export function broadcast(operation: string, x: Tensor, shape: Shape): Tensor {
  return perform(
    [x],
    () => ({ primitive: 'broadcast', operation, parameters: { shape }, inputs: [x] }),
    () => alias(operation, x, broadcastLayout(x, shape)),
  )
}

/** A part of `x`, one range per axis. */
export function slice(operation: string, x: Tensor, ranges: readonly AxisRange[]): Tensor {
  return perform(
    [x],
    () => ({ primitive: 'slice', operation, parameters: { ranges }, inputs: [x] }),
    () => alias(operation, x, rangesLayout(x, ranges)),
  )
}

/** The same values with no connection to how they were computed. */
export function detach(operation: string, x: Tensor): Tensor {
  return (
    batching.current?.rewrap(x, (physical) => detach(operation, physical)) ??
    alias(operation, x, { shape: x.shape, strides: x.strides, offset: x.offset })
  )
}
