/**
 * Laying a view out row by row.
 */
import type { DType, Shape } from '@nabla/backend'
import { contiguous as copy } from '../../primitives/copy.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

/**
 * The tensor itself where its elements lie row by row, else a copy that does: worth it before a view is read many
 * times.
 *
 * @example contiguous(transpose(x))
 */
export function contiguous<A extends Shape, T extends DType>(x: Tensor<A, T>): Tensor<A, T> {
  return retype(copy('contiguous', x))
}
