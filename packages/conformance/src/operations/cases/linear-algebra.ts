/** Products of vectors, matrices and tensors. */
import * as n from '@nabla/core'
import { differentiable, NUMBERS, type Operation, of } from '../operation.js'

export const LINEAR_ALGEBRA: readonly Operation[] = [
  differentiable({
    functions: ['matmul'],
    dtypes: NUMBERS,
    inputs: [of(3, 4), of(4, 5), of(2, 1, 4, 3), of(3, 3, 2), of(4)],
    run: ([a, b, c, d, v]) => [n.matmul(a, b), n.matmul(c, d), n.matmul(a, v), n.matmul(v, b)],
  }),
  differentiable({
    functions: ['dot'],
    dtypes: NUMBERS,
    inputs: [of(4), of(3, 4), of(4, 2), of(2, 3, 4), of(2, 4, 3)],
    run: ([v, a, b, c, d]) => [n.dot(v, v), n.dot(a, v), n.dot(a, b), n.dot(c, v), n.dot(c, b), n.dot(c, d)],
  }),
  differentiable({
    functions: ['inner', 'outer', 'vecdot'],
    dtypes: NUMBERS,
    inputs: [of(4), of(3), of(2, 4), of(3, 4)],
    run: ([u, v, a, b]) => [
      n.inner(u, u),
      n.inner(a, b),
      n.outer(u, v),
      n.vecdot(a, u),
      n.vecdot(a, a, { axis: 0 }),
    ],
  }),
  differentiable({
    functions: ['matrixTranspose'],
    dtypes: NUMBERS,
    inputs: [of(2, 3, 4)],
    run: ([x]) => n.matrixTranspose(x),
  }),
  differentiable({
    functions: ['tensordot'],
    dtypes: NUMBERS,
    inputs: [of(2, 3, 4), of(3, 4, 2), of(4, 3)],
    run: ([a, b, c]) => [
      n.tensordot(a, b),
      n.tensordot(a, c, [
        [1, 2],
        [1, 0],
      ]),
      n.tensordot(c, a, [[0], [2]]),
      n.tensordot(c, c, 0),
    ],
  }),
  differentiable({
    functions: ['einsum'],
    dtypes: NUMBERS,
    inputs: [of(2, 3), of(3, 4), of(2, 2, 3), of(3, 3), of(4), of(3)],
    run: ([a, b, c, square, v, u]) => [
      n.einsum('ij,jk->ik', a, b),
      n.einsum('bij,kj->bki', c, square),
      n.einsum('ii->i', square),
      n.einsum('ij,jk,k->i', a, b, v),
      n.einsum('ij->j', a),
      n.einsum('...j,j->...', c, u),
    ],
  }),
]
