/**
 * Max pooling over one or two spatial axes, channels last.
 */
import type { DType, Shape } from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { poolSelect } from '../../primitives/pool.js'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { type LengthOf, type OfRank, paddingOf1d, paddingOf2d, type Size2d } from './options.js'
import { alongOneAxis, type Pool1dOptions, type Pool2dOptions, poolGeometry } from './pool-geometry.js'

type MaxPool2d = <S extends Shape, D extends DType>(
  x: Tensor<S, D> & OfRank<S, 4>,
  window?: Size2d,
  options?: Pool2dOptions,
) => Tensor<[LengthOf<S, 0>, number, number, LengthOf<S, 3>], D>

/**
 * The largest element in each window. Where several are largest the gradient goes to the first.
 *
 * @param x [batch, height, width, channels]
 * @param window height and width of the windows; default 2
 * @returns [batch, rows, columns, channels]
 * @throws ShapeError when the rank is another or the window doesn't fit, ValueError for bad options.
 * @example maxPool2d(ones([1, 28, 28, 8])).shape // [1, 14, 14, 8]
 */
export const maxPool2d: MaxPool2d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    window: Size2d = 2,
    { strides = window, padding = 'valid', dilation = 1 }: Pool2dOptions = {},
  ) => {
    requireTensor('maxPool2d', x)
    const options = { window, strides, padding: paddingOf2d('maxPool2d', padding), dilation }
    return poolSelect('maxPool2d', x, x, poolGeometry('maxPool2d', x.shape, options, ['height', 'width']))
  },
)

type MaxPool1d = <S extends Shape, D extends DType>(
  x: Tensor<S, D> & OfRank<S, 3>,
  window?: number,
  options?: Pool1dOptions,
) => Tensor<[LengthOf<S, 0>, number, LengthOf<S, 2>], D>

/**
 * The largest element in each window.
 *
 * @param x [batch, length, channels]
 * @param window default 2
 * @returns [batch, positions, channels]
 * @example maxPool1d(ones([1, 16, 8]), 4).shape // [1, 4, 8]
 */
export const maxPool1d: MaxPool1d = /* @__PURE__ */ typed(
  (x: Tensor, window = 2, { strides = window, padding = 'valid', dilation = 1 }: Pool1dOptions = {}) => {
    requireTensor('maxPool1d', x)
    const options = { window, strides, padding: paddingOf1d('maxPool1d', padding), dilation }
    const geometry = poolGeometry('maxPool1d', x.shape, options, ['length'])
    return alongOneAxis('maxPool1d', x, (rows) => poolSelect('maxPool1d', rows, rows, geometry))
  },
)
