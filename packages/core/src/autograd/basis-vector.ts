/**
 * Basis vectors: zero everywhere but at one element.
 */
import { expressions as e, index, input, scalar } from '@nabla/backend'
import { fillLike } from '../primitives/fill-like.js'
import { map } from '../primitives/map.js'
import { reshape } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'

/** 1 at `element` (counted row by row) of a tensor like `like`, else 0. */
export function basisVector(operation: string, like: Tensor, element: number): Tensor {
  const { dtype, size, shape } = like
  const here = e.equal(index(0), scalar(0, 'int32'))
  const zeros = fillLike(operation, like, [size], 0)
  return reshape(
    operation,
    map(operation, e.select(here, e.add(input(0, dtype), 1), input(0, dtype)), [zeros], [element]),
    shape,
  )
}
