/**
 * Transposed convolution (also called deconvolution): what the input gradient of a convolution computes.
 */
import { type DType, formatShape, type Shape, ShapeError, ValueError } from '@nabla/backend'
import type { PrimitiveParameters } from '../../engine/primitives.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { convolutionInput } from '../../primitives/convolution-input.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { productType, requireTensors } from '../linear-algebra/operands.js'
import type { ProductType } from '../linear-algebra/shapes.js'
import { requireRanks } from './convolve.js'
import { asTwo, reachOf, type SpatialAxis, spatialAxes } from './geometry.js'
import {
  type AxisPadding,
  countPerAxis,
  type LengthOf,
  type OfRank,
  type Padding2d,
  type Pair,
  type PaddingName,
  paddingOf1d,
  paddingOf2d,
  requireCount,
  type Size2d,
  type SpatialNames,
} from './options.js'

export interface Conv2dTransposeOptions {
  /** How many times longer the output is; default 1. */
  readonly strides?: Size2d
  /** The padding of the convolution that this reverses: `same` gives `length · stride`; default 'valid'. */
  readonly padding?: Padding2d
  /** Elements between neighbours inside the kernel; default 1. */
  readonly dilation?: Size2d
  readonly groups?: number
  /** Elements added at the end of each axis, fewer than the stride; default: what Keras takes by default. */
  readonly outputPadding?: Size2d
}

export interface Conv1dTransposeOptions {
  readonly strides?: number
  readonly padding?: PaddingName | number | Pair
  readonly dilation?: number
  readonly groups?: number
  readonly outputPadding?: number
}

interface Options {
  readonly strides: number | readonly number[]
  readonly padding: readonly AxisPadding[]
  readonly dilation: number | readonly number[]
  readonly groups: number
  readonly outputPadding: number | readonly number[] | undefined
}

/** Length of the output along an axis and the padding of the convolution that leads back from it. */
interface Transposed {
  readonly length: number
  readonly padding: Pair
}

/**
 * Keras' rule (`deconv_output_length`). With `same` and an explicit output padding the cropping is that of TensorFlow,
 * which derives it from the output's length.
 */
function transposedAxis(axis: SpatialAxis, padding: AxisPadding, extra: number | undefined): Transposed {
  const reach = reachOf(axis)
  const covered = (axis.length - 1) * axis.stride + reach
  if (padding === 'same') {
    const length = extra === undefined ? axis.length * axis.stride : covered - 2 * Math.floor(reach / 2) + extra
    const total = Math.max(0, covered - length)
    const before = Math.floor(total / 2)
    return { length, padding: [before, total - before] }
  }
  if (padding === 'valid' || padding === 'causal') {
    return { length: covered + (extra ?? Math.max(0, axis.stride - reach)), padding: [0, 0] }
  }
  return { length: covered - padding[0] - padding[1] + (extra ?? 0), padding }
}

function requireExtra(operation: string, extra: readonly number[] | undefined, strides: readonly number[], names: SpatialNames): void {
  names.forEach((name, axis) => {
    const value = extra?.[axis]
    const stride = strides[axis] as number
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value < stride)) return
    throw new ValueError(operation, {
      expected: `outputPadding from 0 to ${stride - 1}, less than the stride, along the ${name} (axis ${axis + 1})`,
      received: `${value} with stride ${stride}`,
      fix: 'leave outputPadding out, or use a smaller one',
    })
  })
}

function requireChannels(operation: string, x: Shape, kernel: Shape, groups: number): void {
  const channels = x.at(-1) as number
  if (channels === kernel.at(-1) && channels % groups === 0) return
  const shapes = `input ${formatShape(x)} and kernel ${formatShape(kernel)} with groups ${groups}`
  if (channels !== kernel.at(-1)) {
    throw new ShapeError(operation, {
      expected: 'axis -1 of the kernel as long as the channels (axis -1) of the input; the filters are its axis -2',
      received: `${shapes}: ${kernel.at(-1)} against ${channels}`,
      fix:
        channels === kernel.at(-2)
          ? 'exchange the last two axes of the kernel: matrixTranspose(kernel)'
          : 'make axis -1 of the kernel as long as the channels',
    })
  }
  throw new ShapeError(operation, {
    expected: 'a number of channels (axis -1 of the input) that groups divides',
    received: `${shapes}: ${channels} channels`,
    fix: 'choose groups that divide the channels',
  })
}

function requireElements(operation: string, x: Shape, kernel: Shape, axes: readonly SpatialAxis[], results: readonly Transposed[]): void {
  axes.forEach(({ name, length, size }, position) => {
    const result = results[position] as Transposed
    if (length > 0 && size > 0 && result.length > 0) return
    throw new ShapeError(operation, {
      expected: `an output of at least 1 element along the ${name} (axis ${position + 1})`,
      received: `input ${formatShape(x)} and kernel ${formatShape(kernel)}, which give ${Math.max(0, result.length)}`,
      fix: 'use less padding, or an input and a kernel that are not empty',
    })
  })
}

type Parameters = PrimitiveParameters['convolutionInput']

function parametersOf(operation: string, x: Shape, kernel: Shape, options: Options, names: SpatialNames): Parameters {
  requireRanks(operation, x, kernel, names, ['filters / groups', 'channels'])
  const groups = requireCount(operation, 'groups', options.groups)
  const strides = countPerAxis(operation, 'strides', options.strides, names)
  const dilation = countPerAxis(operation, 'dilation', options.dilation, names)
  const { outputPadding } = options
  const extra = typeof outputPadding === 'number' ? names.map(() => outputPadding) : outputPadding
  requireExtra(operation, extra, strides, names)
  requireChannels(operation, x, kernel, groups)
  const axes = spatialAxes(names, x.slice(1, -1), kernel, strides, dilation)
  const results = axes.map((axis, at) => transposedAxis(axis, options.padding[at] ?? 'valid', extra?.[at]))
  requireElements(operation, x, kernel, axes, results)
  return {
    strides: asTwo(strides, 1),
    dilation: asTwo(dilation, 1),
    padding: asTwo<Pair>(
      results.map(({ padding }) => padding),
      [0, 0],
    ),
    groups,
    size: asTwo(
      results.map(({ length }) => length),
      1,
    ),
  }
}

function transposed(operation: string, x: Tensor, kernel: Tensor, parameters: Parameters): Tensor {
  const dtype = productType([x.dtype, kernel.dtype])
  if (x.dtype === dtype && kernel.dtype === dtype) return convolutionInput(operation, x, kernel, parameters)
  return withTemporaries(() =>
    convolutionInput(operation, castTo(operation, x, dtype), castTo(operation, kernel, dtype), parameters),
  )
}

type Transposed2d = <S extends Shape, K extends Shape, D extends DType, E extends DType>(
  x: Tensor<S, D> & OfRank<S, 4>,
  kernel: Tensor<K, E> & OfRank<K, 4>,
  options?: Conv2dTransposeOptions,
) => Tensor<[LengthOf<S, 0>, number, number, number], ProductType<D, E>>

/**
 * Transposed two-dimensional convolution: the gradient of `conv2d` with respect to its input, used to enlarge. Output
 * lengths follow Keras: `length · stride` for 'same', `length · stride + max(reach − stride, 0)` for 'valid'; with
 * padding in numbers `(length − 1) · stride + reach − before − after + outputPadding`.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, filters / groups, channels], as in Keras
 * @returns [batch, rows, columns, filters]
 * @throws ShapeError, ValueError
 * @example conv2dTranspose(ones([1, 7, 7, 8]), ones([3, 3, 4, 8]), { strides: 2, padding: 'same' }).shape // [1, 14, 14, 4]
 */
export const conv2dTranspose: Transposed2d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    kernel: Tensor,
    { strides = 1, padding = 'valid', dilation = 1, groups = 1, outputPadding }: Conv2dTransposeOptions = {},
  ) => {
    const name = 'conv2dTranspose'
    requireTensors(name, x, kernel)
    const options = { strides, padding: paddingOf2d(name, padding), dilation, groups, outputPadding }
    return transposed(name, x, kernel, parametersOf(name, x.shape, kernel.shape, options, ['height', 'width']))
  },
)

type Transposed1d = <S extends Shape, K extends Shape, D extends DType, E extends DType>(
  x: Tensor<S, D> & OfRank<S, 3>,
  kernel: Tensor<K, E> & OfRank<K, 3>,
  options?: Conv1dTransposeOptions,
) => Tensor<[LengthOf<S, 0>, number, number], ProductType<D, E>>

/**
 * Transposed one-dimensional convolution; see conv2dTranspose.
 *
 * @param x [batch, length, channels]
 * @param kernel [length, filters / groups, channels]
 * @returns [batch, positions, filters]
 * @example conv1dTranspose(ones([1, 7, 8]), ones([4, 2, 8]), { strides: 2, padding: 'same' }).shape // [1, 14, 2]
 */
export const conv1dTranspose: Transposed1d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    kernel: Tensor,
    { strides = 1, padding = 'valid', dilation = 1, groups = 1, outputPadding }: Conv1dTransposeOptions = {},
  ) => {
    const name = 'conv1dTranspose'
    requireTensors(name, x, kernel)
    const options = { strides, padding: paddingOf1d(name, padding), dilation, groups, outputPadding }
    const parameters = parametersOf(name, x.shape, kernel.shape, options, ['length'])
    return withTemporaries(() => {
      const rows = reshape(name, x, x.shape.toSpliced(1, 0, 1))
      const result = transposed(name, rows, reshape(name, kernel, [1, ...kernel.shape]), parameters)
      return reshape(name, result, result.shape.toSpliced(1, 1))
    })
  },
)
