/**
 * Matrix products: `matmul`, and exchanging the axes of matrices.
 */
import { type DType, formatShape, type Shape, ShapeError } from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import { permute } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Matmul, Matmulable } from '../../types/shapes.js'
import { typed } from '../../types/typed.js'
import { contractBroadcast, type Labels, labelsFrom, mismatchError, requireTensors } from './operands.js'
import type { MatrixTransposed, ProductType } from './shapes.js'

const ROW = 0
const CONTRACTED = 1
const COLUMN = 2
const FIRST_BATCH = 3

function requireMatrices(a: Shape, b: Shape): void {
  if (a.length > 0 && b.length > 0) return
  throw new ShapeError('matmul', {
    expected: 'two tensors of at least 1 dimension',
    received: `${formatShape(a)} and ${formatShape(b)}: the ${a.length === 0 ? 'first' : 'second'} has no axis`,
    fix: 'multiply by a scalar with mul',
  })
}

function requireInnerLengths(a: Shape, b: Shape): void {
  const axisOfB = b.length === 1 ? -1 : -2
  if (a.at(-1) === b.at(axisOfB)) return
  const fix =
    b.length > 1 && a.at(-1) === b.at(-1)
      ? 'transpose the second operand: matmul(a, matrixTranspose(b))'
      : a.length > 1 && a.at(-2) === b.at(axisOfB)
        ? 'transpose the first operand: matmul(matrixTranspose(a), b)'
        : 'reshape or transpose one of them so that these lengths agree'
  const expected =
    'the last axis of the first as long as the second to last of the second, [..., m, k] and [..., k, n]'
  throw mismatchError('matmul', { a, axisOfA: -1, b, axisOfB, expected, fix })
}

function requireBatches(a: Shape, b: Shape): void {
  for (let axis = -3; axis >= -Math.min(a.length, b.length); axis--) {
    if (a.at(axis) === b.at(axis) || a.at(axis) === 1 || b.at(axis) === 1) continue
    throw mismatchError('matmul', {
      a,
      axisOfA: axis,
      b,
      axisOfB: axis,
      expected: 'batch axes (all before the last two) that are equally long or 1, aligned at the end',
      fix: `give one of them length 1 at axis ${axis}, or reshape them so that the batches agree`,
    })
  }
}

/** Labels of the batch axes of an operand, those at the end of all operands being the same. */
function batchLabels(rank: number): number[] {
  return labelsFrom(FIRST_BATCH, Math.max(0, rank - 2)).reverse()
}

const labelsByRank = new Map<string, Labels>()

/** Labels for operands of these ranks, made once. */
function labelsOf(rankOfA: number, rankOfB: number): Labels {
  const key = `${rankOfA},${rankOfB}`
  const known = labelsByRank.get(key)
  if (known !== undefined) return known
  const [batchOfA, batchOfB] = [batchLabels(rankOfA), batchLabels(rankOfB)]
  const rows = rankOfA > 1 ? [ROW] : []
  const columns = rankOfB > 1 ? [COLUMN] : []
  const labels = {
    left: [...batchOfA, ...rows, CONTRACTED],
    right: [...batchOfB, CONTRACTED, ...columns],
    output: [...(rankOfA > rankOfB ? batchOfA : batchOfB), ...rows, ...columns],
  }
  labelsByRank.set(key, labels)
  return labels
}

type Product = <A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Tensor<A, D>,
  b: Tensor<B, E> & Matmulable<A, B>,
) => Tensor<Matmul<A, B>, ProductType<D, E>>

/**
 * Matrix product over the last two axes, with NumPy's rules: the axes before them are batches and broadcast, a vector on
 * the left is a row, a vector on the right a column, and its axis is not in the result. Operands are brought to a common
 * dtype (bool to int32).
 *
 * @param a [..., m, k] or [k]
 * @param b [..., k, n] or [k]
 * @returns [..., m, n]
 * @throws ShapeError when the contracted lengths differ or the batches don't broadcast.
 * @example matmul(tensor([[1, 2], [3, 4]]), tensor([5, 6])) // [17, 39]
 */
export const matmul: Product = /* @__PURE__ */ typed((a: Tensor, b: Tensor) => {
  requireTensors('matmul', a, b)
  requireMatrices(a.shape, b.shape)
  requireInnerLengths(a.shape, b.shape)
  requireBatches(a.shape, b.shape)
  return contractBroadcast('matmul', a, b, labelsOf(a.ndim, b.ndim))
})

type Transpose = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<MatrixTransposed<S>, D>

/**
 * The last two axes exchanged; a view.
 *
 * @throws ShapeError for fewer than 2 axes.
 * @example matrixTranspose(zeros([8, 2, 3])).shape // [8, 3, 2]
 */
export const matrixTranspose: Transpose = /* @__PURE__ */ typed((x: Tensor) => {
  requireTensor('matrixTranspose', x)
  const { ndim } = x
  if (ndim < 2) {
    throw new ShapeError('matrixTranspose', {
      expected: 'a matrix or a batch of them, [..., m, n]',
      received: `${formatShape(x.shape)}, which has no axis -2`,
      fix: 'add an axis first with expandDims',
    })
  }
  return permute('matrixTranspose', x, [...labelsFrom(0, ndim - 2), ndim - 1, ndim - 2])
})
