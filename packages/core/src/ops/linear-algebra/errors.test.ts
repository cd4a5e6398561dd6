/**
 * What the operations of linear algebra say when operands don't fit.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { dot, inner, vecdot } from './dot.js'
import { einsum } from './einsum.js'
import { matmul, matrixTranspose } from './matmul.js'
import { tensordot } from './tensordot.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** A tensor of a shape that the compiler doesn't know. */
const of = (...shape: number[]): Tensor =>
  tensorFrom(new Float32Array(shape.reduce((size, length) => size * length, 1)), shape)

describe('errors of linear algebra', () => {
  it('matmul', () => {
    expect(() => matmul(of(2, 3), of(4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected the last axis of the first as long as the second to last of the second, [..., m, k] and [..., k, n]; received [2,3] and [4,5]: axis -1 of the first has length 3, axis -2 of the second 4. Fix: reshape or transpose one of them so that these lengths agree.]`,
    )
    expect(() => matmul(of(2, 3), of(5, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected the last axis of the first as long as the second to last of the second, [..., m, k] and [..., k, n]; received [2,3] and [5,3]: axis -1 of the first has length 3, axis -2 of the second 5. Fix: transpose the second operand: matmul(a, matrixTranspose(b)).]`,
    )
    expect(() => matmul(of(3, 2), of(3, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected the last axis of the first as long as the second to last of the second, [..., m, k] and [..., k, n]; received [3,2] and [3,5]: axis -1 of the first has length 2, axis -2 of the second 3. Fix: transpose the first operand: matmul(matrixTranspose(a), b).]`,
    )
    expect(() => matmul(of(3), of(4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected the last axis of the first as long as the second to last of the second, [..., m, k] and [..., k, n]; received [3] and [4]: axis -1 of the first has length 3, axis -1 of the second 4. Fix: reshape or transpose one of them so that these lengths agree.]`,
    )
    expect(() => matmul(of(), of(4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected two tensors of at least 1 dimension; received [] and [4]: the first has no axis. Fix: multiply by a scalar with mul.]`,
    )
    expect(() => matmul(of(7, 2, 3, 4), of(5, 1, 4, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: expected batch axes (all before the last two) that are equally long or 1, aligned at the end; received [7,2,3,4] and [5,1,4,2]: axis -4 of the first has length 7, axis -4 of the second 5. Fix: give one of them length 1 at axis -4, or reshape them so that the batches agree.]`,
    )
    expect(() => matrixTranspose(of(4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matrixTranspose: expected a matrix or a batch of them, [..., m, n]; received [4], which has no axis -2. Fix: add an axis first with expandDims.]`,
    )
  })

  it('dot, inner and vecdot', () => {
    expect(() => dot(of(2, 3), of(4, 2, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dot: expected the last axis of the first as long as the second to last (or only) axis of the second; received [2,3] and [4,2,5]: axis -1 of the first has length 3, axis -2 of the second 2. Fix: reshape or transpose one of them, or choose the axes with tensordot.]`,
    )
    expect(() => inner(of(2, 3), of(3, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: inner: expected last axes of one length; received [2,3] and [3,2]: axis -1 of the first has length 3, axis -1 of the second 2. Fix: transpose one of them, or use dot or tensordot, which sum other axes.]`,
    )
    expect(() => vecdot(of(2, 3), of(2, 3), { axis: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[AxisError: vecdot: expected an axis from -2 to 1; received axis 2 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
    )
  })

  it('tensordot', () => {
    expect(() => tensordot(of(2, 3), of(4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensordot: expected equal lengths in each of the 2 pairs of axes; received [2,3] and [4,5]: axis 0 of the first has length 2, axis 0 of the second 4. Fix: pass the pairs that fit as axes: [axes of the first, axes of the second].]`,
    )
    expect(() => tensordot(of(2, 3), of(3), 2)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensordot: expected axes as a number from 0 to 1, the smaller of the ranks, or as [axes of the first, axes of the second]; received 2 for [2,3] and [3]. Fix: pass at most 1.]`,
    )
    expect(() => tensordot(of(2, 3), of(3, 2), [[0, 1], 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensordot: expected as many axes of the first operand as of the second, to be summed in pairs; received 2 axes [0,1] of [2,3] and 1 axes [0] of [3,2]. Fix: name one axis of each operand per pair.]`,
    )
    expect(() =>
      tensordot(of(2, 2), of(2, 2), [
        [0, -2],
        [0, 1],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensordot: expected each axis of an operand at most once; received axes [0,0] of the first operand [2,2], where axis 0 stands twice. Fix: remove the repeated axis, or take a diagonal with einsum.]`,
    )
  })

  it('einsum', () => {
    expect(() => einsum('ij,jk->ik', of(2, 3), of(4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: expected one length for "j" everywhere in 'ij,jk->ik'; received operand 0 [2,3] and operand 1 [4,5]: axis 1 of the one has length 3, axis 0 of the other 4. Fix: name axes of different lengths by different letters, or transpose or reshape the operand.]`,
    )
    expect(() => einsum('ii->i', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: expected one length for "i" everywhere in 'ii->i'; received operand 0 [2,3], whose axes 0 and 1 have lengths 2 and 3. Fix: name axes of different lengths by different letters, or transpose or reshape the operand.]`,
    )
    expect(() => einsum('ijk->i', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: expected 3 axes for "ijk" in 'ijk->i'; received operand 0 of shape [2,3], which has 2. Fix: name every axis by a letter, or write ... for the axes that go unnamed.]`,
    )
    expect(() => einsum('ij->ik', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received 'ij->ik', where "k" of the output is in no operand. Fix: use letters of the operands in the output.]`,
    )
    expect(() => einsum('ij->ii', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received 'ij->ii', where "i" stands twice in the output. Fix: name each axis of the output once.]`,
    )
    expect(() => einsum('i,j->ij', of(2))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received 'i,j->ij', which has 2 subscripts for 1 operand [2]. Fix: give one subscript per operand, separated by commas.]`,
    )
    expect(() => einsum('i1->i', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received 'i1->i', where "1" is not a letter. Fix: name axes by the letters a-z and A-Z.]`,
    )
    expect(() => einsum('...i...->i', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received '...i...->i', which has two ellipses in "...i...". Fix: leave one of them out.]`,
    )
    expect(() => einsum('...i->i', of(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received '...i->i', whose output lacks the ellipsis of its operands. Fix: write ->...i, or sum these axes by naming them.]`,
    )
    expect(() => einsum('i->i->i', of(2))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: einsum: expected an equation such as 'ij,jk->ik': letters, commas, at most one ... per operand and one ->; received 'i->i->i', which has two arrows. Fix: leave one -> out.]`,
    )
  })

  it('tensors of two backends, and what is no tensor', () => {
    const elsewhere: Tensor = tensor([1, 2], { backend: createCpuBackend() })
    expect(() => dot(of(2), elsewhere)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: dot: expected all tensors on one backend; received tensors on "cpu" and "cpu" (two of that name). Fix: move one of them first: await tensor.to(backend).]`,
    )
    // @ts-expect-error an array is not a tensor
    expect(() => matmul(of(2), [1, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: matmul: expected a tensor; received an array. Fix: make it a tensor first: tensor(values).]`,
    )
  })
})
