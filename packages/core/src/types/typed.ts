/**
 * The one place where a computed tensor gets its static type: operations are implemented once over plain `Tensor`, and
 * their public signatures, which say what happens to shape and dtype, are put on here.
 */
import type { DType, Shape, TypedArray } from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { DataOf, ElementOf, NestedOf } from './nested.js'

/** The tensor with the shape and dtype that its operation is known to give it. */
export function retype<S extends Shape, D extends DType>(tensor: Tensor): Tensor<S, D> {
  return tensor as Tensor<S, D>
}

/** An implementation over plain tensors, under its public signature. */
export function typed<Signature extends (...parameters: never[]) => Tensor>(
  implementation: (...parameters: never[]) => Tensor,
): Signature {
  return implementation as Signature
}

/** Data that was read, as the array type of the tensor's dtype. */
export function retypeData<D extends DType>(data: TypedArray): DataOf<D> {
  return data as DataOf<D>
}

/** Nested arrays that were read, as deep as the tensor's shape. */
export function retypeNested<S extends Shape, E>(nested: unknown): NestedOf<S, E> {
  return nested as NestedOf<S, E>
}

/** One element that was read, as the type of the tensor's dtype. */
export function retypeElement<D extends DType>(value: number | boolean): ElementOf<D> {
  return value as ElementOf<D>
}
