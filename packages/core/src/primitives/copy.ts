/**
 * Copies: into row-major order, and into a part of a larger tensor.
 */
import { constant, input, isContiguous, type Shape, sizeOf, type View } from '@nabla/backend'
import { perform } from '../engine/batching.js'
import { allocate, commonBackend } from '../engine/deliver.js'
import type { AxisRange } from '../engine/primitives.js'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'
import { rangesLayout, wholeRanges } from './ranges.js'

/** `x` itself where it lies row by row, else a row-major copy. */
export function contiguous(operation: string, x: Tensor): Tensor {
  return isContiguous(x) ? x : map(operation, input(0, x.dtype), [x])
}

/** Fills a whole view with one number. */
export function fillView(x: Tensor, operation: string, view: View, value: number): void {
  x.backend.run({
    kind: 'map',
    label: operation,
    shape: view.shape,
    expressions: [constant(value, view.dtype)],
    inputs: [],
    scalars: [],
    outputs: [view],
  })
}

/** Copies `x` to a view of the same shape. */
export function copyToView(x: Tensor, operation: string, view: View): void {
  x.backend.run({
    kind: 'map',
    label: operation,
    shape: view.shape,
    expressions: [input(0, x.dtype)],
    inputs: [x.view(operation)],
    scalars: [],
    outputs: [view],
  })
}

/** A tensor of `shape` full of `fill`, except for the ranges, which hold `x`. */
export function embed(
  operation: string,
  x: Tensor,
  shape: Shape,
  ranges: readonly AxisRange[],
  fill: number,
): Tensor {
  return perform(
    [x],
    () => ({
      primitive: 'embed',
      operation,
      parameters: { shape, ranges, fill },
      inputs: [x],
    }),
    () => {
      const { tensor, view } = allocate(operation, x.dtype, shape, [x])
      if (x.size !== sizeOf(shape)) fillView(x, operation, view, fill)
      copyToView(x, operation, { ...view, ...rangesLayout(view, ranges) })
      return tensor
    },
  )
}

/** Tensors of one dtype and rank, one after the other along an axis. */
export function concatenate(operation: string, inputs: readonly [Tensor, ...Tensor[]], axis: number): Tensor {
  return perform(
    inputs,
    () => ({
      primitive: 'concatenate',
      operation,
      parameters: { axis },
      inputs,
    }),
    () => {
      const [first] = inputs
      commonBackend(operation, inputs)
      const total = inputs.reduce((sum, each) => sum + (each.shape[axis] as number), 0)
      const { tensor, view } = allocate(operation, first.dtype, first.shape.with(axis, total), inputs)
      let start = 0
      for (const each of inputs) {
        const length = each.shape[axis] as number
        const ranges = wholeRanges(first.shape).with(axis, { start, length, step: 1 })
        copyToView(each, operation, { ...view, ...rangesLayout(view, ranges) })
        start += length
      }
      return tensor
    },
  )
}
