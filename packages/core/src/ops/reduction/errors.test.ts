import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import * as reduction from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const matrix = (): Tensor => tensorFrom([1, 2, 3, 4, 5, 6], [2, 3])

it('sum: no such axis', () => {
  expect(() => reduction.sum(matrix(), 2)).toThrowErrorMatchingInlineSnapshot(
    `[AxisError: sum: expected an axis from -2 to 1; received axis 2 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
  )
})

it('mean: a scalar has no axis', () => {
  expect(() => reduction.mean(tensor(1), -1)).toThrowErrorMatchingInlineSnapshot(
    `[AxisError: mean: expected no axis, since the tensor is a scalar; received axis -1 for a tensor of 0 dimensions. Fix: leave the axis out.]`,
  )
})

it('variance: an axis twice', () => {
  expect(() => reduction.variance(matrix(), [1, -1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: variance: expected each axis at most once; received axes [1,-1] for 2 dimensions, where axis 1 stands twice. Fix: remove the repeated axis (a negative axis counts from the end).]`,
  )
})

it('max: of nothing', () => {
  expect(() => reduction.max(tensorFrom([], [3, 0]), 1)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: max: expected at least one element to reduce; received shape [3,0], where axis 1 has length 0. Fix: leave empty batches out, or reduce over other axes.]`,
  )
})

it('argmin: of nothing', () => {
  expect(() => reduction.argmin(tensorFrom([], [0]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: argmin: expected at least one element to reduce; received shape [0], where axis 0 has length 0. Fix: leave empty batches out, or reduce over other axes.]`,
  )
})

it('norm: no such order', () => {
  expect(() => reduction.norm(matrix(), 0, { order: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: norm: expected an order above 0, Infinity or -Infinity; received order 0. Fix: use countNonzero for the number of elements that are not zero; other orders up to 0 are not norms.]`,
  )
})

it('quantile: percentages', () => {
  expect(() => reduction.quantile(matrix(), 95)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: quantile: expected probabilities from 0 to 1; received 95. Fix: divide percentages by 100.]`,
  )
})

it('quantile: nothing asked for', () => {
  const x = matrix()
  const before = memory().tensors
  expect(() => reduction.quantile(x, [])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: quantile: expected at least one probability; received an empty array. Fix: pass a number from 0 to 1, or several of them.]`,
  )
  expect(memory().tensors).toBe(before)
})

it('softmax: a fraction as axis', () => {
  expect(() => reduction.softmax(matrix(), 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[AxisError: softmax: expected an axis from -2 to 1; received axis 0.5 for a tensor of 2 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
  )
})
