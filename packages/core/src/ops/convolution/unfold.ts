/**
 * Windows of images as an array of their own, and the reverse: what is called im2col and col2im, or extracting patches.
 */
import {
  type DType,
  formatShape,
  type PoolGeometry,
  type Shape,
  ShapeError,
  type WindowAxis,
} from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { embed } from '../../primitives/copy.js'
import { permute, slice } from '../../primitives/views.js'
import { fold as foldWindows, window as slidingWindows } from '../../primitives/windows.js'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { asTwo, requireFit, resolvePadding, spatialAxes } from './geometry.js'
import {
  countPerAxis,
  type LengthOf,
  type OfRank,
  type Padding2d,
  type Pair,
  paddingOf2d,
  type Size2d,
} from './options.js'

export interface UnfoldOptions {
  /** Elements between neighbouring windows; default 1. */
  readonly strides?: Size2d
  /** Zeros around the input; default 'valid'. */
  readonly padding?: Padding2d
  /** Elements between neighbours inside a window; default 1. */
  readonly dilation?: Size2d
}

const NAMES = ['height', 'width'] as const
const range = (start: number, length: number) => ({ start, length, step: 1 })

function requireRank(operation: string, x: Shape, layout: string, rank: number): void {
  if (x.length === rank) return
  throw new ShapeError(operation, {
    expected: `an input ${layout} of ${rank} axes`,
    received: `input ${formatShape(x)} of ${x.length}`,
    fix: `reshape it to ${rank} axes`,
  })
}

/** Geometry of windows over an input of [batch, height, width, channels]. */
function geometryOf(operation: string, x: Shape, window: Size2d, options: UnfoldOptions): PoolGeometry {
  const size = countPerAxis(operation, 'window', window, NAMES)
  const strides = countPerAxis(operation, 'strides', options.strides ?? 1, NAMES)
  const dilation = countPerAxis(operation, 'dilation', options.dilation ?? 1, NAMES)
  const given = paddingOf2d(operation, options.padding ?? 'valid')
  const axes = spatialAxes(NAMES, x.slice(1, -1), size, strides, dilation)
  const padding = axes.map((axis, position) => resolvePadding(axis, given[position] ?? 'valid'))
  requireFit(operation, 'window', [x, size], axes, padding)
  return {
    window: asTwo(size, 1),
    strides: asTwo(strides, 1),
    dilation: asTwo(dilation, 1),
    padding: asTwo<Pair>(padding, [0, 0]),
  }
}

function windowAxes({ window, strides, dilation }: PoolGeometry): WindowAxis[] {
  return window.map((size, axis) => ({
    axis: axis + 1,
    size,
    stride: strides[axis as 0 | 1],
    dilation: dilation[axis as 0 | 1],
  }))
}

function paddedShape(
  [batch = 0, height = 0, width = 0, channels = 0]: Shape,
  { padding }: PoolGeometry,
): number[] {
  const [[top, bottom], [left, right]] = padding
  return [batch, height + top + bottom, width + left + right, channels]
}

/** Where the input lies in its padded shape. */
function insideRanges([batch = 0, height = 0, width = 0, channels = 0]: Shape, { padding }: PoolGeometry) {
  return [range(0, batch), range(padding[0][0], height), range(padding[1][0], width), range(0, channels)]
}

type Unfold = <S extends Shape, D extends DType>(
  x: Tensor<S, D> & OfRank<S, 4>,
  window: Size2d,
  options?: UnfoldOptions,
) => Tensor<[LengthOf<S, 0>, number, number, number, number, LengthOf<S, 3>], D>

/**
 * All windows of an image. Nothing is copied but for padding: windows share their elements.
 *
 * @param x [batch, height, width, channels]
 * @param window height and width of the windows
 * @returns [batch, rows, columns, window height, window width, channels]
 * @throws ShapeError, ValueError
 * @example unfold(ones([1, 28, 28, 1]), 7, { strides: 7 }).shape // [1, 4, 4, 7, 7, 1]
 */
export const unfold: Unfold = /* @__PURE__ */ typed(
  (x: Tensor, window: Size2d, options: UnfoldOptions = {}) => {
    requireTensor('unfold', x)
    requireRank('unfold', x.shape, '[batch, height, width, channels]', 4)
    const geometry = geometryOf('unfold', x.shape, window, options)
    return withTemporaries(() => {
      const shape = paddedShape(x.shape, geometry)
      const same = shape.every((length, axis) => length === x.shape[axis])
      const whole = same ? x : embed('unfold', x, shape, insideRanges(x.shape, geometry), 0)
      return permute('unfold', slidingWindows('unfold', whole, windowAxes(geometry)), [0, 1, 2, 4, 5, 3])
    })
  },
)

type Fold = <S extends Shape, D extends DType>(
  patches: Tensor<S, D> & OfRank<S, 6>,
  size: Pair,
  options?: UnfoldOptions,
) => Tensor<[LengthOf<S, 0>, number, number, LengthOf<S, 5>], D>

/**
 * Windows summed back into an image: every element is the sum over the windows that hold it. The transpose of `unfold`.
 *
 * @param patches [batch, rows, columns, window height, window width, channels]
 * @param size height and width of the image
 * @param options as they were given to `unfold`
 * @returns [batch, height, width, channels]
 * @throws ShapeError when an image of this size doesn't have that many windows.
 * @example fold(ones([1, 2, 2, 2, 2, 1]), [3, 3]) // 1 2 1, 2 4 2, 1 2 1
 */
export const fold: Fold = /* @__PURE__ */ typed(
  (patches: Tensor, size: Pair, options: UnfoldOptions = {}) => {
    requireTensor('fold', patches)
    requireRank('fold', patches.shape, '[batch, rows, columns, window height, window width, channels]', 6)
    const [batch = 0, rows = 0, columns = 0, height = 0, width = 0, channels = 0] = patches.shape
    const shape = [batch, ...size, channels]
    const geometry = geometryOf('fold', shape, [height, width], options)
    const whole = paddedShape(shape, geometry)
    const windows = windowAxes(geometry)
    const counts = windows.map(({ axis, size: length, stride = 1, dilation = 1 }) =>
      Math.floor(((whole[axis] as number) - (length - 1) * dilation - 1) / stride + 1),
    )
    if (counts[0] !== rows || counts[1] !== columns) {
      throw new ShapeError('fold', {
        expected: `${formatShape(counts)} windows (axes 1 and 2) for an image of ${formatShape(size)} with these options`,
        received: `patches ${formatShape(patches.shape)} with ${formatShape([rows, columns])}`,
        fix: 'pass the size and the options that unfold was called with',
      })
    }
    return withTemporaries(() => {
      const channelsBeforeWindow = permute('fold', patches, [0, 1, 2, 5, 3, 4])
      const sum = foldWindows('fold', channelsBeforeWindow, whole, windows)
      return slice('fold', sum, insideRanges(shape, geometry))
    })
  },
)
