/**
 * A tensor of any shape, and what is known of it.
 */
import { arange } from 'nabla'

export async function makeTensor(shape: readonly number[]) {
  const size = shape.reduce((product, length) => product * length, 1)
  const x = arange(size).reshape(shape)
  return {
    ndim: x.ndim,
    shape: x.shape,
    size: x.size,
    dtype: x.dtype,
    strides: x.strides,
    values: [...(await x.data())],
  }
}
