/**
 * Geometry of sliding windows: padding and output lengths from the lengths of the axes, and lifting one spatial axis to
 * the two that the primitives have.
 */
import { formatShape, type Shape, ShapeError, windowCount } from '@nabla/backend'
import type { AxisPadding, Pair, SpatialNames } from './options.js'

/** One spatial axis of an operation with sliding windows. */
export interface SpatialAxis {
  readonly name: string
  /** Elements of the input. */
  readonly length: number
  /** Elements of the window or kernel. */
  readonly size: number
  readonly stride: number
  readonly dilation: number
}

/** How far a window extends along its axis. */
export function reachOf({ size, dilation }: Pick<SpatialAxis, 'size' | 'dilation'>): number {
  return (size - 1) * dilation + 1
}

/** The axes of an operation, from one list per property. */
export function spatialAxes(
  names: SpatialNames,
  lengths: readonly number[],
  sizes: readonly number[],
  strides: readonly number[],
  dilation: readonly number[],
): SpatialAxis[] {
  return names.map((name, axis) => ({
    name,
    length: lengths[axis] as number,
    size: sizes[axis] as number,
    stride: strides[axis] as number,
    dilation: dilation[axis] as number,
  }))
}

/** Elements added before and after an axis. `same` is TensorFlow's rule: the odd one goes to the end. */
export function resolvePadding(axis: SpatialAxis, padding: AxisPadding): Pair {
  const reach = reachOf(axis)
  switch (padding) {
    case 'valid':
      return [0, 0]
    case 'causal':
      return [reach - 1, 0]
    case 'same': {
      const windows = Math.ceil(axis.length / axis.stride)
      const total = Math.max(0, (windows - 1) * axis.stride + reach - axis.length)
      const before = Math.floor(total / 2)
      return [before, total - before]
    }
    default:
      return padding
  }
}

/** Windows along a padded axis. */
export function windowsAlong({ length, size, stride, dilation }: SpatialAxis, [before, after]: Pair): number {
  return windowCount(length + before + after, { size, stride, dilation })
}

/** Checks that at least one window fits along each axis. */
export function requireFit(
  operation: string,
  what: 'kernel' | 'window',
  shapes: readonly [Shape, Shape],
  axes: readonly SpatialAxis[],
  padding: readonly Pair[],
): void {
  axes.forEach((axis, position) => {
    const pair = padding[position] as Pair
    if (windowsAlong(axis, pair) > 0) return
    const padded = axis.length + pair[0] + pair[1]
    throw new ShapeError(operation, {
      expected: `a ${what} that fits into the input along the ${axis.name} (axis ${position + 1})`,
      received: `input ${formatShape(shapes[0])} and ${what} ${formatShape(shapes[1])}, which reaches over ${reachOf(axis)} elements of ${padded}${padded === axis.length ? '' : ' (padding included)'}`,
      fix: `use padding: 'same', a smaller ${what}, less dilation, or a larger input`,
    })
  })
}

/** Values of one or two spatial axes as the two of the primitives: one axis becomes the width. */
export function asTwo<T>(values: readonly T[], alone: T): [T, T] {
  const [first = alone, second] = values
  return second === undefined ? [alone, first] : [first, second]
}
