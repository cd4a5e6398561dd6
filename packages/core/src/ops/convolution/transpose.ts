/**
 * Transposed convolution (also called deconvolution): what the input gradient of a convolution computes.
 */
import type { DType, Shape } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { convolutionInput } from '../../primitives/convolution.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { productType, requireTensors } from '../linear-algebra/operands.js'
import type { ProductType } from '../linear-algebra/shapes.js'
import {
  type LengthOf,
  type OfRank,
  type Padding2d,
  type PaddingName,
  type Pair,
  paddingOf1d,
  paddingOf2d,
  type Size2d,
} from './options.js'
import { type TransposedGeometry, transposedGeometry } from './transpose-geometry.js'

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

function transposed(operation: string, x: Tensor, kernel: Tensor, parameters: TransposedGeometry): Tensor {
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
    return transposed(
      name,
      x,
      kernel,
      transposedGeometry(name, x.shape, kernel.shape, options, ['height', 'width']),
    )
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
    const parameters = transposedGeometry(name, x.shape, kernel.shape, options, ['length'])
    return withTemporaries(() => {
      const rows = reshape(name, x, x.shape.toSpliced(1, 0, 1))
      const result = transposed(name, rows, reshape(name, kernel, [1, ...kernel.shape]), parameters)
      return reshape(name, result, result.shape.toSpliced(1, 1))
    })
  },
)
