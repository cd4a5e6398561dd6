/**
 * Convolution over one or two spatial axes: conv1d, conv2d. Channels come last.
 */
import { type DType, formatShape, type Shape, ShapeError } from '@nabla/backend'
import type { ConvolutionGeometry } from '../../engine/primitives.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { convolution } from '../../primitives/convolution.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { productType, requireTensors } from '../linear-algebra/operands.js'
import type { ProductType } from '../linear-algebra/shapes.js'
import { asTwo, requireFit, resolvePadding, spatialAxes } from './geometry.js'
import {
  type AxisPadding,
  countPerAxis,
  type LengthOf,
  type OfRank,
  type Padding1d,
  type Padding2d,
  paddingOf1d,
  paddingOf2d,
  requireCount,
  requireRanks,
  type Size2d,
  type SpatialNames,
} from './options.js'

export interface Conv1dOptions {
  /** Elements between neighbouring windows; default 1. */
  readonly strides?: number
  /** Default 'valid'. */
  readonly padding?: Padding1d
  /** Elements between neighbours inside the kernel; default 1. */
  readonly dilation?: number
  /** Channels and filters are split into so many groups that don't see each other; default 1. */
  readonly groups?: number
}

export interface Conv2dOptions {
  /** Elements between neighbouring windows; default 1. */
  readonly strides?: Size2d
  /** Default 'valid'. */
  readonly padding?: Padding2d
  /** Elements between neighbours inside the kernel; default 1. */
  readonly dilation?: Size2d
  /** Channels and filters are split into so many groups that don't see each other; default 1. */
  readonly groups?: number
}

function requireChannels(operation: string, x: Shape, kernel: Shape, groups: number): void {
  const channels = x.at(-1) as number
  const [perGroup, filters] = [kernel.at(-2) as number, kernel.at(-1) as number]
  if (channels === perGroup * groups && filters % groups === 0) return
  const shapes = `input ${formatShape(x)} and kernel ${formatShape(kernel)} with groups ${groups}`
  if (channels !== perGroup * groups) {
    throw new ShapeError(operation, {
      expected: 'axis -2 of the kernel as long as the channels (axis -1) of the input divided by groups',
      received: `${shapes}: ${perGroup} against ${channels} / ${groups}`,
      fix:
        perGroup > 0 && channels % perGroup === 0
          ? `set groups to ${channels / perGroup}, or make axis -2 of the kernel ${channels / groups} long`
          : 'make axis -2 of the kernel channels / groups long (channels come last)',
    })
  }
  throw new ShapeError(operation, {
    expected: 'a number of filters (axis -1 of the kernel) that groups divides',
    received: `${shapes}: ${filters} filters`,
    fix: `use a multiple of ${groups} filters`,
  })
}

interface Options {
  readonly strides: number | readonly number[]
  readonly padding: readonly AxisPadding[]
  readonly dilation: number | readonly number[]
  readonly groups: number
}

/** The checked geometry of a convolution over one or two spatial axes. */
function geometryOf(
  operation: string,
  x: Shape,
  kernel: Shape,
  options: Options,
  names: SpatialNames,
): ConvolutionGeometry {
  requireRanks(operation, x, kernel, names, ['channels / groups', 'filters'])
  const groups = requireCount(operation, 'groups', options.groups)
  const strides = countPerAxis(operation, 'strides', options.strides, names)
  const dilation = countPerAxis(operation, 'dilation', options.dilation, names)
  requireChannels(operation, x, kernel, groups)
  const axes = spatialAxes(names, x.slice(1, -1), kernel, strides, dilation)
  const padding = axes.map((axis, position) => resolvePadding(axis, options.padding[position] ?? 'valid'))
  requireFit(operation, 'kernel', [x, kernel], axes, padding)
  return { strides: asTwo(strides, 1), dilation: asTwo(dilation, 1), padding: asTwo(padding, [0, 0]), groups }
}

function convolved(operation: string, x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
  const dtype = productType([x.dtype, kernel.dtype])
  if (x.dtype === dtype && kernel.dtype === dtype) return convolution(operation, x, kernel, geometry)
  return withTemporaries(() =>
    convolution(operation, castTo(operation, x, dtype), castTo(operation, kernel, dtype), geometry),
  )
}

type Convolution2d = <S extends Shape, K extends Shape, D extends DType, E extends DType>(
  x: Tensor<S, D> & OfRank<S, 4>,
  kernel: Tensor<K, E> & OfRank<K, 4>,
  options?: Conv2dOptions,
) => Tensor<[LengthOf<S, 0>, number, number, LengthOf<K, 3>], ProductType<D, E>>

/**
 * Two-dimensional convolution (cross-correlation: the kernel isn't flipped), channels last:
 * `output[n, i, j, f] = Σ x[n, i·stride + h·dilation − padding, j·stride + w·dilation − padding, c] · kernel[h, w, c, f]`.
 * With `groups` equal to the channels it is a depthwise convolution.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, channels / groups, filters]
 * @returns [batch, rows, columns, filters]
 * @throws ShapeError when ranks, channels or groups don't fit or the kernel is larger than the padded input; ValueError
 *   for bad options.
 * @example conv2d(ones([1, 28, 28, 1]), ones([3, 3, 1, 8]), { padding: 'same' }).shape // [1, 28, 28, 8]
 */
export const conv2d: Convolution2d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    kernel: Tensor,
    { strides = 1, padding = 'valid', dilation = 1, groups = 1 }: Conv2dOptions = {},
  ) => {
    requireTensors('conv2d', x, kernel)
    const options = { strides, padding: paddingOf2d('conv2d', padding), dilation, groups }
    return convolved(
      'conv2d',
      x,
      kernel,
      geometryOf('conv2d', x.shape, kernel.shape, options, ['height', 'width']),
    )
  },
)

type Convolution1d = <S extends Shape, K extends Shape, D extends DType, E extends DType>(
  x: Tensor<S, D> & OfRank<S, 3>,
  kernel: Tensor<K, E> & OfRank<K, 3>,
  options?: Conv1dOptions,
) => Tensor<[LengthOf<S, 0>, number, LengthOf<K, 2>], ProductType<D, E>>

/**
 * One-dimensional convolution, channels last.
 *
 * @param x [batch, length, channels]
 * @param kernel [length, channels / groups, filters]
 * @returns [batch, positions, filters]
 * @throws as conv2d
 * @example conv1d(ones([1, 16, 4]), ones([3, 4, 8]), { padding: 'causal' }).shape // [1, 16, 8]
 */
export const conv1d: Convolution1d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    kernel: Tensor,
    { strides = 1, padding = 'valid', dilation = 1, groups = 1 }: Conv1dOptions = {},
  ) => {
    requireTensors('conv1d', x, kernel)
    const options = { strides, padding: paddingOf1d('conv1d', padding), dilation, groups }
    const geometry = geometryOf('conv1d', x.shape, kernel.shape, options, ['length'])
    return withTemporaries(() => {
      const rows = reshape('conv1d', x, x.shape.toSpliced(1, 0, 1))
      const row = reshape('conv1d', kernel, [1, ...kernel.shape])
      const result = convolved('conv1d', rows, row, geometry)
      return reshape('conv1d', result, result.shape.toSpliced(1, 1))
    })
  },
)
