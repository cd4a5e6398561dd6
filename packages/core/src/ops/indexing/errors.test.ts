import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import * as indexing from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const matrix = (): Tensor => tensorFrom([1, 2, 3, 4, 5, 6], [2, 3])

it('take: a number out of range', () => {
  expect(() => indexing.take(matrix(), [0, 3], 1)).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: take: expected indices from -3 to 2 along axis 1; received 3 at position 1 of the indices. Fix: clip the indices, or check what they were computed from.]`,
  )
})

it('take: an index tensor out of range, which frees what was made', () => {
  const x = matrix()
  const indices = tensor([0, -3], { dtype: 'int32' })
  const before = memory().tensors
  expect(() => indexing.take(x, indices, 0)).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: take: expected indices from -2 to 1 for axis 0 of length 2; received index -3. Fix: check the indices (labels and token numbers count from 0), or clip them first.]`,
  )
  expect(memory().tensors).toBe(before)
})

it('take: float indices', () => {
  expect(() => indexing.take(matrix(), tensor([0, 1]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: take: expected indices of an integer type; received float32 [2]. Fix: cast them first: indices.cast('int32').]`,
  )
})

it('take: a mask', () => {
  expect(() => indexing.take(matrix(), tensor([true, false]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: take: expected indices of an integer type; received bool [2]. Fix: use await booleanMask(x, mask) to pick by a mask, or where(mask, a, b) to choose elementwise.]`,
  )
})

it('take: a fraction', () => {
  expect(() => indexing.take(matrix(), [0.5])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: take: expected whole numbers as indices; received 0.5 at position 0 of the indices. Fix: round it first, for example with Math.floor.]`,
  )
})

it('take: ragged indices', () => {
  expect(() => indexing.take(matrix(), [[0], [1, 1]], 0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: take: expected indices in rows of equal length, as in shape [2,1]; received a row of length 2. Fix: make all rows equally long.]`,
  )
})

it('takeAlongAxis: indices of another rank', () => {
  expect(() => indexing.takeAlongAxis(matrix(), [0, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: takeAlongAxis: expected indices with the 2 axes of [2,3], of equal length or 1 except along axis 1; received [2]. Fix: add axes with expandDims, or use take to pick whole slices.]`,
  )
})

it('scatterAdd: updates of another shape', () => {
  expect(() => indexing.scatterAdd(matrix(), [0, 1], tensor([1, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scatterAdd: expected updates of shape [2,3] (what the indices pick of [2,3]), or that broadcast to it; received [2]. Fix: reshape the updates, or give other indices or another axis.]`,
  )
})

it('scatterSet: updates of a wider type', () => {
  const data = tensor([1, 2], { dtype: 'int32' })
  expect(() => indexing.scatterSet(data, [0], tensor([0.5]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: scatterSet: expected updates that fit into int32; received float32. Fix: cast one of them first: updates.cast('int32').]`,
  )
})

it('oneHot: float classes', () => {
  expect(() => indexing.oneHot(tensor([0, 1]), 2)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: oneHot: expected classes of an integer type; received float32 [2]. Fix: make them as integers (tensor(labels, { dtype: 'int32' })) or cast them: classes.cast('int32').]`,
  )
})

it('oneHot: no depth', () => {
  expect(() => indexing.oneHot(tensor([1], { dtype: 'int32' }), -1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: oneHot: expected a whole number of classes, from 0; received -1. Fix: pass the number of classes as the second argument.]`,
  )
})

it('topK: more than there are', () => {
  expect(() => indexing.topK(matrix(), 4)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: topK: expected a whole number k from 0 to 3, the length of axis 1 in shape [2,3]; received k = 4. Fix: use Math.min(k, 3).]`,
  )
})

it('sort: no such axis', () => {
  expect(() => indexing.sort(matrix(), -3)).toThrowErrorMatchingInlineSnapshot(
    `[AxisError: sort: expected an axis from -2 to 1; received axis -3 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
  )
})

it('searchSorted: in a matrix', () => {
  expect(() => indexing.searchSorted(matrix(), tensor(1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: searchSorted: expected a sorted vector; received shape [2,3]. Fix: flatten it, or search each row of it.]`,
  )
})

it('booleanMask: a mask of another shape', async () => {
  await expect(
    indexing.booleanMask(matrix(), tensor([true, true, false])),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: booleanMask: expected a mask of the shape of the first axes of [2,3]; received [3]. Fix: reduce or reshape the mask; where(mask, a, b) broadcasts and keeps the shape.]`,
  )
})
