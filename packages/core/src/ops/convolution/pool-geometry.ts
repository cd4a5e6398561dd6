/**
 * Options and geometry that all pooling operations share, and lifting of one spatial axis to two.
 */
import { formatShape, type PoolGeometry, type Shape, ShapeError, sizeOf } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { asTwo, requireFit, resolvePadding, type SpatialAxis, spatialAxes, windowsAlong } from './geometry.js'
import {
  type AxisPadding,
  countPerAxis,
  type Padding1d,
  type Padding2d,
  type Pair,
  type Size2d,
  type SpatialNames,
} from './options.js'

export interface Pool2dOptions {
  /** Elements between neighbouring windows; default: the window, so that windows don't overlap. */
  readonly strides?: Size2d
  /** Positions outside never win and are not averaged; default 'valid'. */
  readonly padding?: Padding2d
  /** Elements between neighbours inside a window; default 1. */
  readonly dilation?: Size2d
}

export interface Pool1dOptions {
  readonly strides?: number
  readonly padding?: Padding1d
  readonly dilation?: number
}

interface Options {
  readonly window: number | readonly number[]
  readonly strides: number | readonly number[]
  readonly padding: readonly AxisPadding[]
  readonly dilation: number | readonly number[]
}

/** Whether some window along an axis lies outside of the input altogether. */
function hasEmptyWindow(axis: SpatialAxis, padding: Pair): boolean {
  if (padding[0] === 0 && padding[1] === 0) return false
  const windows = windowsAlong(axis, padding)
  for (let position = 0; position < windows; position++) {
    const start = position * axis.stride - padding[0]
    let element = 0
    while (
      element < axis.size &&
      (start + element * axis.dilation < 0 || start + element * axis.dilation >= axis.length)
    ) {
      element++
    }
    if (element === axis.size) return true
  }
  return false
}

function requireElements(
  operation: string,
  x: Shape,
  axes: readonly SpatialAxis[],
  padding: readonly Pair[],
): void {
  axes.forEach((axis, position) => {
    const pair = padding[position] as Pair
    if (!hasEmptyWindow(axis, pair)) return
    throw new ShapeError(operation, {
      expected: `at least one element of the input in every window along the ${axis.name} (axis ${position + 1})`,
      received: `input ${formatShape(x)} with padding ${formatShape(pair)} and a window of ${axis.size}`,
      fix: "use less padding than the window is long, or padding: 'same'",
    })
  })
}

function requireRank(operation: string, x: Shape, names: SpatialNames): void {
  const rank = names.length + 2
  if (x.length === rank) return
  throw new ShapeError(operation, {
    expected: `an input [${['batch', ...names, 'channels'].join(', ')}] of ${rank} axes`,
    received: `input ${formatShape(x)} of ${x.length}`,
    fix:
      x.length === rank - 1
        ? 'add a batch axis at axis 0, or a channel axis at the end, with expandDims'
        : `reshape it to ${rank} axes`,
  })
}

/** The checked geometry of pooling over one or two spatial axes, as the primitive takes it. */
export function poolGeometry(
  operation: string,
  x: Shape,
  options: Options,
  names: SpatialNames,
): PoolGeometry {
  requireRank(operation, x, names)
  const window = countPerAxis(operation, 'window', options.window, names)
  const strides = countPerAxis(operation, 'strides', options.strides, names)
  const dilation = countPerAxis(operation, 'dilation', options.dilation, names)
  const axes = spatialAxes(names, x.slice(1, -1), window, strides, dilation)
  const padding = axes.map((axis, position) => resolvePadding(axis, options.padding[position] ?? 'valid'))
  requireFit(operation, 'window', [x, window], axes, padding)
  requireElements(operation, x, axes, padding)
  return {
    window: asTwo(window, 1),
    strides: asTwo(strides, 1),
    dilation: asTwo(dilation, 1),
    padding: asTwo<Pair>(padding, [0, 0]),
  }
}

export function hasPadding({ padding }: Pick<PoolGeometry, 'padding'>): boolean {
  return sizeOf(padding.flat().map((each) => Number(each === 0))) === 0
}

/** An operation on [batch, height, width, channels] applied to [batch, length, channels]. */
export function alongOneAxis(operation: string, x: Tensor, pool: (rows: Tensor) => Tensor): Tensor {
  return withTemporaries(() => {
    const result = pool(reshape(operation, x, x.shape.toSpliced(1, 0, 1)))
    return reshape(operation, result, result.shape.toSpliced(1, 1))
  })
}
