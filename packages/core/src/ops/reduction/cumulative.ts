/**
 * Running sums, products and extremes along an axis.
 */
import { type DType, normalizeAxis, type ScanOperation, type Shape } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { scan } from '../../primitives/scan.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Summed } from '../../types/axes.js'
import { retype } from '../../types/typed.js'
import { summedType } from './sum.js'

export interface CumulativeOptions {
  /** Runs from the end; default false. */
  readonly reverse?: boolean
  /** Leaves the element itself out, so that the first result is the neutral element; default false. */
  readonly exclusive?: boolean
}

/** A given axis keeps the shape; without one the tensor is flattened. */
type Cumulative<S extends Shape, X extends number | undefined> = X extends number ? S : [number]

function running(
  operation: string,
  kind: ScanOperation,
  x: Tensor,
  axis: number | undefined,
  { reverse = false, exclusive = false }: CumulativeOptions,
): Tensor {
  const along = axis === undefined ? 0 : normalizeAxis(operation, axis, x.ndim)
  const dtype = kind === 'sum' || kind === 'product' ? summedType(x.dtype) : x.dtype
  return withTemporaries(() => {
    const lined = axis === undefined ? reshape(operation, x, [x.size]) : x
    return scan(operation, kind, castTo(operation, lined, dtype), { axis: along, reverse, exclusive })
  })
}

/**
 * Running sum along an axis, or of the flattened tensor. bool and uint8 give int32.
 *
 * @throws AxisError for an axis that `x` doesn't have.
 * @example
 * cumsum(tensor([1, 2, 3])) // [1, 3, 6]
 * cumsum(tensor([1, 2, 3]), 0, { exclusive: true }) // [0, 1, 3]
 */
export function cumsum<A extends Shape, T extends DType, X extends number | undefined = undefined>(
  x: Tensor<A, T>,
  axis?: X,
  options: CumulativeOptions = {},
): Tensor<Cumulative<A, X>, Summed<T>> {
  return retype(running('cumsum', 'sum', x, axis, options))
}

/** Running product along an axis, or of the flattened tensor. @see cumsum */
export function cumprod<A extends Shape, T extends DType, X extends number | undefined = undefined>(
  x: Tensor<A, T>,
  axis?: X,
  options: CumulativeOptions = {},
): Tensor<Cumulative<A, X>, Summed<T>> {
  return retype(running('cumprod', 'product', x, axis, options))
}

/** Largest element so far along an axis, or in the flattened tensor; NaN from the first NaN on. @see cumsum */
export function cummax<A extends Shape, T extends DType, X extends number | undefined = undefined>(
  x: Tensor<A, T>,
  axis?: X,
  options: CumulativeOptions = {},
): Tensor<Cumulative<A, X>, T> {
  return retype(running('cummax', 'maximum', x, axis, options))
}

/** Smallest element so far along an axis, or in the flattened tensor; NaN from the first NaN on. @see cumsum */
export function cummin<A extends Shape, T extends DType, X extends number | undefined = undefined>(
  x: Tensor<A, T>,
  axis?: X,
  options: CumulativeOptions = {},
): Tensor<Cumulative<A, X>, T> {
  return retype(running('cummin', 'minimum', x, axis, options))
}
