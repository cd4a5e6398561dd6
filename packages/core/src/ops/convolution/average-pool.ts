/**
 * Average pooling over one or two spatial axes, channels last: the sum over windows, which are a view, divided by the
 * number of elements in each.
 */
import {
  type DType,
  type Expr,
  expressions as e,
  index,
  input,
  type PoolGeometry,
  type Shape,
  scalar,
  toFloatType,
} from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { embed } from '../../primitives/copy.js'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import { window as windows } from '../../primitives/windows.js'
import type { Tensor } from '../../tensor.js'
import type { ToFloat } from '../../types/dtypes.js'
import { typed } from '../../types/typed.js'
import { type LengthOf, type OfRank, paddingOf1d, paddingOf2d, type Size2d } from './options.js'
import {
  alongOneAxis,
  hasPadding,
  type Pool1dOptions,
  type Pool2dOptions,
  poolGeometry,
} from './pool-geometry.js'

const SCALARS_PER_AXIS = 5

/** How many elements of a window along an axis (1 or 2) lie inside the input, from the window's position. */
function countInside(axis: 1 | 2): Expr {
  const [length, size, stride, dilation, before] = Array.from({ length: SCALARS_PER_AXIS }, (_, property) =>
    scalar((axis - 1) * SCALARS_PER_AXIS + property, 'int32'),
  ) as [Expr, Expr, Expr, Expr, Expr]
  // The window's start is at position · stride − before; elements are dilation apart, counted from 0.
  const untilInput = e.subtract(before, e.multiply(index(axis), stride))
  const first = e.divide(e.add(e.maximum(untilInput, 0), e.subtract(dilation, 1)), dilation)
  const reach = e.multiply(e.subtract(size, 1), dilation)
  const last = e.divide(e.minimum(e.subtract(e.add(length, untilInput), 1), reach), dilation)
  return e.add(e.subtract(last, first), 1)
}

function scalarsOf(x: Shape, { window, strides, dilation, padding }: PoolGeometry): number[] {
  return ([0, 1] as const).flatMap((axis) => [
    x[axis + 1] as number,
    window[axis],
    strides[axis],
    dilation[axis],
    padding[axis][0],
  ])
}

/** Sums over windows divided by how many elements each has. */
function divided(operation: string, sums: Tensor, x: Shape, geometry: PoolGeometry): Tensor {
  const { dtype } = sums
  const sum = input(0, dtype)
  if (!hasPadding(geometry)) {
    const [height, width] = geometry.window
    return map(operation, e.divide(sum, scalar(0, dtype)), [sums], [height * width])
  }
  const count = e.cast(e.multiply(countInside(1), countInside(2)), dtype)
  return map(operation, e.divide(sum, count), [sums], scalarsOf(x, geometry))
}

function padded(operation: string, x: Tensor, { padding }: PoolGeometry): Tensor {
  const [[top, bottom], [left, right]] = padding
  if (top + bottom + left + right === 0) return x
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const range = (start: number, length: number) => ({ start, length, step: 1 })
  return embed(
    operation,
    x,
    [batch, height + top + bottom, width + left + right, channels],
    [range(0, batch), range(top, height), range(left, width), range(0, channels)],
    0,
  )
}

function averaged(operation: string, x: Tensor, geometry: PoolGeometry): Tensor {
  return withTemporaries(() => {
    const whole = padded(operation, castTo(operation, x, toFloatType(x.dtype)), geometry)
    const { window, strides, dilation } = geometry
    const view = windows(operation, whole, [
      { axis: 1, size: window[0], stride: strides[0], dilation: dilation[0] },
      { axis: 2, size: window[1], stride: strides[1], dilation: dilation[1] },
    ])
    return divided(operation, reduce(operation, 'sum', view, [4, 5], false), x.shape, geometry)
  })
}

type AveragePool2d = <S extends Shape, D extends DType>(
  x: Tensor<S, D> & OfRank<S, 4>,
  window?: Size2d,
  options?: Pool2dOptions,
) => Tensor<[LengthOf<S, 0>, number, number, LengthOf<S, 3>], ToFloat<D>>

/**
 * The mean of each window. Padding isn't counted, as in Keras: a window at the edge is the mean of what it holds.
 *
 * @param x [batch, height, width, channels]; integers are averaged as float32
 * @param window height and width of the windows; default 2
 * @returns [batch, rows, columns, channels]
 * @throws ShapeError when the rank is another or the window doesn't fit, ValueError for bad options.
 * @example averagePool2d(ones([1, 28, 28, 8]), 7).shape // [1, 4, 4, 8]
 */
export const averagePool2d: AveragePool2d = /* @__PURE__ */ typed(
  (
    x: Tensor,
    window: Size2d = 2,
    { strides = window, padding = 'valid', dilation = 1 }: Pool2dOptions = {},
  ) => {
    requireTensor('averagePool2d', x)
    const options = { window, strides, padding: paddingOf2d('averagePool2d', padding), dilation }
    return averaged('averagePool2d', x, poolGeometry('averagePool2d', x.shape, options, ['height', 'width']))
  },
)

type AveragePool1d = <S extends Shape, D extends DType>(
  x: Tensor<S, D> & OfRank<S, 3>,
  window?: number,
  options?: Pool1dOptions,
) => Tensor<[LengthOf<S, 0>, number, LengthOf<S, 2>], ToFloat<D>>

/**
 * The mean of each window; padding isn't counted.
 *
 * @param x [batch, length, channels]
 * @param window default 2
 * @returns [batch, positions, channels]
 * @example averagePool1d(ones([1, 16, 8]), 4).shape // [1, 4, 8]
 */
export const averagePool1d: AveragePool1d = /* @__PURE__ */ typed(
  (x: Tensor, window = 2, { strides = window, padding = 'valid', dilation = 1 }: Pool1dOptions = {}) => {
    requireTensor('averagePool1d', x)
    const options = { window, strides, padding: paddingOf1d('averagePool1d', padding), dilation }
    const geometry = poolGeometry('averagePool1d', x.shape, options, ['length'])
    return alongOneAxis('averagePool1d', x, (rows) => averaged('averagePool1d', rows, geometry))
  },
)
