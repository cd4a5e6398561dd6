/**
 * Tensor: the handle that users hold, with the common operations as methods. Each method is the function of the same
 * name; operations that are used less often exist as functions only.
 *
 * Methods take their own type parameters through `this`, so that the class stays covariant in shape and dtype and a
 * `Tensor<[2, 3]>` is a `Tensor`.
 */
import type { DType, Shape } from '@nabla/backend'
import { type HandleParts, TensorHandle } from './engine/handle.js'
import * as arithmetic from './ops/elementwise/arithmetic.js'
import type { Broadcast, Broadcastable, Promote, ToFloat } from './types/shapes.js'

export class Tensor<out S extends Shape = Shape, out D extends DType = DType> extends TensorHandle<S, D> {
  /** @internal */
  readonly make = makeTensor

  // Arithmetic

  /** Sum. @see add */
  add<A extends Shape, B extends Shape, T extends DType, U extends DType>(
    this: Tensor<A, T>,
    other: Tensor<B, U> & Broadcastable<A, B>,
  ): Tensor<Broadcast<A, B>, Promote<T, U>>
  add<A extends Shape, T extends DType>(this: Tensor<A, T>, other: number): Tensor<A, T>
  add(this: Tensor, other: Tensor | number): Tensor {
    return typeof other === 'number' ? arithmetic.add(this, other) : arithmetic.add(this, other)
  }

  /** e to the power of each element. @see exp */
  exp<A extends Shape, T extends DType>(this: Tensor<A, T>): Tensor<A, ToFloat<T>> {
    return arithmetic.exp(this)
  }
}

/** How results of operations become tensors. @internal */
export function makeTensor(parts: HandleParts): Tensor {
  return new Tensor(parts)
}
