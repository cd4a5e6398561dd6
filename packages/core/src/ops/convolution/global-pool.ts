/**
 * Global pooling: one number per channel from all positions.
 */
import {
  type DType,
  expressions as e,
  formatShape,
  input,
  type Shape,
  ShapeError,
  scalar,
  sizeOf,
  toFloatType,
} from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { map } from '../../primitives/map.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import type { ToFloat } from '../../types/dtypes.js'
import { typed } from '../../types/typed.js'
import { labelsFrom } from '../linear-algebra/operands.js'
import type { LengthOf } from './options.js'

export interface GlobalPoolOptions<Keep extends boolean = boolean> {
  /** Keeps the spatial axes with length 1; default false. */
  readonly keepdims?: Keep
}

/** The axes between batch and channels. */
function spatialAxesOf(operation: string, x: Tensor): number[] {
  requireTensor(operation, x)
  const { shape } = x
  if (shape.length >= 3 && sizeOf(shape.slice(1, -1)) > 0) return labelsFrom(1, shape.length - 2)
  throw new ShapeError(operation, {
    expected: 'an input [batch, …spatial axes, channels] with at least one spatial axis, none of them empty',
    received: `input ${formatShape(shape)} of ${shape.length} axes, whose spatial axes are ${formatShape(shape.slice(1, -1))}`,
    fix: 'give it batch, positions and channels as axes, for example with reshape or expandDims',
  })
}

type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : number
type Pooled<S extends Shape, Keep extends boolean> = Keep extends false ? [LengthOf<S, 0>, Last<S>] : number[]

type GlobalAverage = <S extends Shape, D extends DType, Keep extends boolean = false>(
  x: Tensor<S, D>,
  options?: GlobalPoolOptions<Keep>,
) => Tensor<Pooled<S, Keep>, ToFloat<D>>

/**
 * The mean over all spatial axes.
 *
 * @param x [batch, …positions, channels] of any number of spatial axes
 * @returns [batch, channels]
 * @throws ShapeError when there is no spatial axis or one is empty.
 * @example globalAveragePool(ones([8, 7, 7, 64])).shape // [8, 64]
 */
export const globalAveragePool: GlobalAverage = /* @__PURE__ */ typed(
  (x: Tensor, { keepdims = false }: GlobalPoolOptions = {}) => {
    const name = 'globalAveragePool'
    const axes = spatialAxesOf(name, x)
    const dtype = toFloatType(x.dtype)
    const count = sizeOf(x.shape.slice(1, -1))
    return withTemporaries(() => {
      const sum = reduce(name, 'sum', castTo(name, x, dtype), axes, keepdims)
      return map(name, e.divide(input(0, dtype), scalar(0, dtype)), [sum], [count])
    })
  },
)

type GlobalMax = <S extends Shape, D extends DType, Keep extends boolean = false>(
  x: Tensor<S, D>,
  options?: GlobalPoolOptions<Keep>,
) => Tensor<Pooled<S, Keep>, D>

/**
 * The largest element over all spatial axes; several equally large ones share the gradient.
 *
 * @param x [batch, …positions, channels] of any number of spatial axes
 * @returns [batch, channels]
 * @throws ShapeError when there is no spatial axis or one is empty.
 * @example globalMaxPool(ones([8, 7, 7, 64])).shape // [8, 64]
 */
export const globalMaxPool: GlobalMax = /* @__PURE__ */ typed(
  (x: Tensor, { keepdims = false }: GlobalPoolOptions = {}) => {
    const axes = spatialAxesOf('globalMaxPool', x)
    return withTemporaries(() => reduce('globalMaxPool', 'maximum', x, axes, keepdims))
  },
)
