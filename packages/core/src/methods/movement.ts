/**
 * The methods of tensors that move and pick elements. Each is the function of the same name.
 */
import type { DType, Shape } from '@nabla/backend'
import * as movement from '../ops/movement/index.js'
import type { Tensor } from '../tensor.js'
import type { Axes, Expanded, Squeezed, Transposed } from '../types/axes.js'
import type { Selected, Selection } from '../types/selection.js'
import type { Mutable, Requested, Reshapeable } from '../types/shapes.js'
import { retype } from '../types/typed.js'
import { ReductionMethods } from './reduction.js'

export abstract class MovementMethods<out S extends Shape, out D extends DType> extends ReductionMethods<
  S,
  D
> {
  /** The same elements under another shape. @see reshape */
  reshape<A extends Tensor, const B extends Shape>(
    this: A,
    shape: B & Reshapeable<A['shape'], B>,
  ): Tensor<Requested<B>, A['dtype']> {
    return movement.reshape<A['shape'], A['dtype'], B>(this, shape)
  }

  /** All axes merged into one. @see flatten */
  flatten<T extends DType>(this: Tensor<Shape, T>): Tensor<[number], T> {
    return movement.flatten(this)
  }

  /** Axes of length 1 removed. @see squeeze */
  squeeze<A extends Tensor, const X extends Axes = undefined>(
    this: A,
    axes?: X,
  ): Tensor<Squeezed<A['shape'], X>, A['dtype']> {
    return movement.squeeze(this, axes)
  }

  /** New axes of length 1. @see expandDims */
  expandDims<A extends Tensor, const X extends number | readonly number[]>(
    this: A,
    axes: X,
  ): Tensor<Expanded<A['shape'], X>, A['dtype']> {
    return retype(movement.expandDims(this, axes))
  }

  /** Axes reversed, or in the given order. @see transpose */
  transpose<A extends Tensor, const O extends readonly number[] | undefined = undefined>(
    this: A,
    order?: O,
  ): Tensor<Transposed<A['shape'], O>, A['dtype']> {
    return retype(order === undefined ? movement.transpose(this) : movement.transpose(this, order))
  }

  /** Repeated to a shape, without moving data. @see broadcastTo */
  broadcastTo<T extends DType, const B extends Shape>(
    this: Tensor<Shape, T>,
    shape: B,
  ): Tensor<Mutable<B>, T> {
    return movement.broadcastTo(this, shape)
  }

  /** A part: one position, range or `null` (everything) per axis. @see slice */
  slice<A extends Tensor, const Q extends readonly Selection[]>(
    this: A,
    ...selections: Q
  ): Tensor<Selected<A['shape'], Q>, A['dtype']> {
    return retype(movement.slice(this, ...selections))
  }
}
