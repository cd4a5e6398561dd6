/**
 * All basis vectors of a space: each zero everywhere but at one element.
 */
import { expressions as e, index, input } from '@nabla/backend'
import { fillLike } from '../primitives/fill-like.js'
import { map } from '../primitives/map.js'
import { reshape } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'

/** `[like.size, ...like.shape]`: 1 at element `i` (counted row by row) of vector `i`, else 0. */
export function basisVectors(operation: string, like: Tensor): Tensor {
  const { dtype, size, shape } = like
  const zeros = fillLike(operation, like, [size, size], 0)
  const here = e.equal(index(0), index(1))
  const identity = map(operation, e.select(here, e.add(input(0, dtype), 1), input(0, dtype)), [zeros])
  return reshape(operation, identity, [size, ...shape])
}
