/**
 * Triangles of matrices: everything above or below a diagonal set to zero.
 */
import {
  type DType,
  type Expr,
  expressions as e,
  formatShape,
  index,
  input,
  type Shape,
  ShapeError,
  scalar,
} from '@nabla/backend'
import { map } from '../../primitives/map.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'

/** `keeps(column, row + k)` says which elements stay. */
function triangle(
  operation: string,
  x: Tensor,
  k: number,
  keeps: (column: Expr, edge: Expr) => Expr,
): Tensor {
  if (x.ndim < 2 || !Number.isInteger(k)) {
    throw new ShapeError(operation, {
      expected: 'matrices (at least 2 dimensions) and a whole number of a diagonal',
      received: `shape ${formatShape(x.shape)} and diagonal ${k}`,
      fix: 'reshape vectors to matrices first',
    })
  }
  const edge = e.add(index(x.ndim - 2), scalar(0, 'int32'))
  return map(operation, e.select(keeps(index(x.ndim - 1), edge), input(0, x.dtype), 0), [x], [k])
}

/**
 * The lower triangle of matrices (the last two axes), zero above it.
 *
 * @param k the last diagonal that stays: 0 (the default) the main one, 1 the one above it, -1 the one below.
 * @throws ShapeError for fewer than 2 dimensions.
 * @example tril(tensor([[1, 2], [3, 4]])) // [[1, 0], [3, 4]]
 */
export function tril<A extends Shape, T extends DType>(x: Tensor<A, T>, k = 0): Tensor<A, T> {
  return retype(triangle('tril', x, k, e.lessEqual))
}

/** The upper triangle of matrices, zero below diagonal `k`. @see tril */
export function triu<A extends Shape, T extends DType>(x: Tensor<A, T>, k = 0): Tensor<A, T> {
  return retype(triangle('triu', x, k, e.greaterEqual))
}
