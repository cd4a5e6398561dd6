/**
 * The methods of tensors that move, pick and order elements. Each is the function of the same name.
 */
import type { DType, Shape } from '@nabla/backend'
import * as indexing from '../ops/indexing/index.js'
import * as movement from '../ops/movement/index.js'
import type { Tensor } from '../tensor.js'
import type { Axes, Expanded, SameRank, Squeezed, Swapped, Transposed } from '../types/axes.js'
import type { Selected, Selection } from '../types/selection.js'
import type { Mutable, Requested, Reshapeable } from '../types/shapes.js'
import { retype } from '../types/typed.js'
import { ReductionMethods } from './reduction.js'

export abstract class MovementMethods<out S extends Shape, out D extends DType> extends ReductionMethods<
  S,
  D
> {
  // Movement

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

  /** Two axes exchanged. @see swapAxes */
  swapAxes<A extends Tensor, X extends number, Y extends number>(
    this: A,
    first: X,
    second: Y,
  ): Tensor<Swapped<A['shape'], X, Y>, A['dtype']> {
    return retype(movement.swapAxes(this, first, second))
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

  /** Consecutive parts along an axis. @see split */
  split<A extends Shape, T extends DType>(
    this: Tensor<A, T>,
    parts: number | readonly number[],
    axis?: number,
  ): Tensor<SameRank<A>, T>[] {
    return movement.split(this, parts, axis)
  }

  /** Elements in reverse order along axes. @see flip */
  flip<A extends Shape, T extends DType>(
    this: Tensor<A, T>,
    axes?: number | readonly number[],
  ): Tensor<A, T> {
    return movement.flip(this, axes)
  }

  /** Elements added around. @see pad */
  pad<A extends Shape, T extends DType>(
    this: Tensor<A, T>,
    padding: movement.Padding,
    options?: movement.PadOptions,
  ): Tensor<SameRank<A>, T> {
    return movement.pad(this, padding, options)
  }

  // Indexing

  /** Elements or slices at the given positions along an axis. @see take */
  take<T extends DType>(
    this: Tensor<Shape, T>,
    indices: indexing.Indices,
    axis?: number,
  ): Tensor<number[], T> {
    return indexing.take(this, indices, axis)
  }

  /** Values in order along an axis, by default the last. @see sort */
  sort<A extends Shape, T extends DType>(
    this: Tensor<A, T>,
    axis?: number,
    options?: indexing.SortOptions,
  ): Tensor<A, T> {
    return indexing.sort(this, axis, options)
  }

  /** Positions of the values in order along an axis. @see argsort */
  argsort<A extends Shape>(
    this: Tensor<A>,
    axis?: number,
    options?: indexing.SortOptions,
  ): Tensor<A, 'int32'> {
    return indexing.argsort(this, axis, options)
  }

  /** The k largest along an axis, and their positions. @see topK */
  topK<A extends Shape, T extends DType>(
    this: Tensor<A, T>,
    k: number,
    axis?: number,
    options?: indexing.TopKOptions,
  ): indexing.TopK<SameRank<A>, T> {
    return indexing.topK(this, k, axis, options)
  }
}
