/**
 * Values in another dtype, as a step of an operation.
 */
import { type DType, expressions, input } from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'

/** `x` itself where it has the dtype, else its values converted. */
export function castTo(operation: string, x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : map(operation, expressions.cast(input(0, x.dtype), dtype), [x])
}
