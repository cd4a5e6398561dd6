/**
 * Conversion between element types.
 */
import { DTYPES, type DType, DTypeError, expressions, input, isDType, type Shape } from '@nabla/backend'
import { map } from '../../primitives/map.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

function requireDType(dtype: string): void {
  if (isDType(dtype)) return
  throw new DTypeError('cast', {
    expected: `one of ${DTYPES.join(', ')}`,
    received: String(dtype),
    fix: 'use the name of a dtype',
  })
}

/**
 * Values as another type. Floats become integers by dropping their fraction, saturate at the limits, and NaN becomes 0;
 * anything but 0 becomes `true`. Gradients flow between floats. To the same type it is a view, without a copy.
 *
 * @throws DTypeError for an unknown dtype, or one that the backend doesn't have.
 * @example cast(tensor([1.7, -1.7]), 'int32') // [1, -1]
 */
export function cast<S extends Shape, const T extends DType>(x: Tensor<S>, dtype: T): Tensor<S, T> {
  requireDType(dtype)
  if (x.dtype === dtype) return retype(reshape('cast', x, x.shape))
  return retype(map('cast', expressions.cast(input(0, x.dtype), dtype), [x]))
}
