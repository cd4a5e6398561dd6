/**
 * The dot product of tensors of any ranks: the last axis of a meets the last but one of b.
 */
import { arange, dot } from 'nabla'

const counted = (shape: readonly number[], from: number) => {
  const size = shape.reduce((product, length) => product * length, 1)
  return arange(from, from + size).reshape(shape)
}

export async function multiply(shapeA: readonly number[], shapeB: readonly number[]) {
  const a = counted(shapeA, 1)
  const b = counted(shapeB, 0)
  const product = dot(a, b)
  return {
    a: [...(await a.data())],
    b: [...(await b.data())],
    shape: product.shape,
    product: [...(await product.data())],
  }
}
