/**
 * Products of vectors and of tensors of any rank with NumPy's names: dot, inner, outer, vecdot.
 */
import { type DType, normalizeAxis, type Shape, sizeOf } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { permute, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Broadcast, Broadcastable } from '../../types/shapes.js'
import { typed } from '../../types/typed.js'
import { mul } from '../elementwise/arithmetic.js'
import { einsum } from './einsum.js'
import { contractBroadcast, labelsFrom, mismatchError, requireTensors } from './operands.js'
import type { Dot, Dottable, Inner, Innerable, Outer, ProductType } from './shapes.js'

/** Sums axis `axisOfA` of `a` with axis `axisOfB` of `b`; the other axes follow one another in the result. */
function contractAxes(operation: string, a: Tensor, axisOfA: number, b: Tensor, axisOfB: number): Tensor {
  const left = labelsFrom(0, a.ndim)
  const right = labelsFrom(a.ndim, b.ndim)
  const output = [...left.toSpliced(axisOfA, 1), ...right.toSpliced(axisOfB, 1)]
  return contractBroadcast(operation, a, b, {
    left,
    right: right.with(axisOfB, left.at(axisOfA) as number),
    output,
  })
}

type DotProduct = <A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Tensor<A, D>,
  b: Tensor<B, E> & Dottable<A, B>,
) => Tensor<Dot<A, B>, ProductType<D, E>>

/**
 * The dot product with NumPy's rules for every rank: the last axis of `a` is summed with the second to last of `b`, or
 * with its only one: `(a, b)·(b, c) → (a, c)`, `(a, b, c, d)·(d,) → (a, b, c)`, `(a, b, c, d)·(d, e) → (a, b, c, e)`,
 * `(a, b)·(c, b, d) → (a, c, d)`. A scalar multiplies. Batches don't broadcast as in `matmul`: every row of one meets
 * every column of the other.
 *
 * @throws ShapeError when the summed lengths differ.
 * @example dot(tensor([1, 2, 3]), tensor([4, 5, 6])) // 32
 */
export const dot: DotProduct = /* @__PURE__ */ typed((a: Tensor, b: Tensor) => {
  requireTensors('dot', a, b)
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b)
  const axisOfB = b.ndim === 1 ? -1 : -2
  if (a.shape.at(-1) !== b.shape.at(axisOfB)) {
    throw mismatchError('dot', {
      a: a.shape,
      axisOfA: -1,
      b: b.shape,
      axisOfB,
      expected: 'the last axis of the first as long as the second to last (or only) axis of the second',
      fix: 'reshape or transpose one of them, or choose the axes with tensordot',
    })
  }
  return contractAxes('dot', a, -1, b, axisOfB)
})

type InnerProduct = <A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Tensor<A, D>,
  b: Tensor<B, E> & Innerable<A, B>,
) => Tensor<Inner<A, B>, ProductType<D, E>>

/**
 * The last axes summed with each other: [..., k] and [..., k] give [...a, ...b]. A scalar multiplies.
 *
 * @throws ShapeError when the last axes differ in length.
 * @example inner(tensor([[1, 2], [3, 4]]), tensor([5, 6])) // [17, 39]
 */
export const inner: InnerProduct = /* @__PURE__ */ typed((a: Tensor, b: Tensor) => {
  requireTensors('inner', a, b)
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b)
  if (a.shape.at(-1) !== b.shape.at(-1)) {
    throw mismatchError('inner', {
      a: a.shape,
      axisOfA: -1,
      b: b.shape,
      axisOfB: -1,
      expected: 'last axes of one length',
      fix: 'transpose one of them, or use dot or tensordot, which sum other axes',
    })
  }
  return contractAxes('inner', a, -1, b, -1)
})

type OuterProduct = <A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Tensor<A, D>,
  b: Tensor<B, E>,
) => Tensor<Outer<A, B>, ProductType<D, E>>

/**
 * Every element of `a` times every element of `b`, both flattened: [a.size, b.size].
 *
 * @example outer(tensor([1, 2]), tensor([3, 4, 5])) // [[3, 4, 5], [6, 8, 10]]
 */
export const outer: OuterProduct = /* @__PURE__ */ typed((a: Tensor, b: Tensor) => {
  requireTensors('outer', a, b)
  return withTemporaries(() => {
    const column = reshape('outer', a, [sizeOf(a.shape), 1])
    const row = reshape('outer', b, [1, sizeOf(b.shape)])
    return mul(column, row)
  })
})

export interface VecdotOptions {
  /** The axis that is summed, in both; default -1. */
  readonly axis?: number
}

function moveLast(x: Tensor, axis: number): Tensor {
  const from = normalizeAxis('vecdot', axis, x.ndim)
  return permute('vecdot', x, [...labelsFrom(0, x.ndim).toSpliced(from, 1), from])
}

type VectorDot = <A extends Shape, B extends Shape, D extends DType, E extends DType>(
  a: Tensor<A, D>,
  b: Tensor<B, E> & Broadcastable<A, B>,
  options?: VecdotOptions,
) => Tensor<Broadcast<A, B> extends readonly [number] ? [] : number[], ProductType<D, E>>

/**
 * The dot products of the vectors along one axis, all other axes broadcasting: `sum(a * b, axis)` as one contraction.
 *
 * @throws AxisError, ShapeError when the vectors differ in length or the other axes don't broadcast.
 * @example vecdot(tensor([[1, 2], [3, 4]]), tensor([5, 6])) // [17, 39]
 */
export const vecdot: VectorDot = /* @__PURE__ */ typed(
  (a: Tensor, b: Tensor, { axis = -1 }: VecdotOptions = {}) => {
    requireTensors('vecdot', a, b)
    return withTemporaries(() => einsum('...i,...i->...', moveLast(a, axis), moveLast(b, axis)))
  },
)
