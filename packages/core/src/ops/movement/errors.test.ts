import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, it } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import * as movement from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const matrix = (): Tensor => tensorFrom([1, 2, 3, 4, 5, 6], [2, 3])

it('reshape: another number of elements', () => {
  expect(() => movement.reshape(matrix(), [4, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: reshape: expected a shape with 6 elements, as [2,3] has; received [4,2], which has 8. Fix: choose lengths whose product is the same; one of them may be -1, to be computed.]`,
  )
})

it('reshape: nothing fits in place of -1', () => {
  expect(() => movement.reshape(matrix(), [4, -1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: reshape: expected a shape with 6 elements, as [2,3] has; received [4,-1], where no length in place of -1 fits, since the others give 4. Fix: choose lengths whose product is the same; one of them may be -1, to be computed.]`,
  )
})

it('reshape: two unknowns', () => {
  expect(() => movement.reshape(matrix(), [-1, -1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: reshape: expected a shape with 6 elements, as [2,3] has; received [-1,-1], where at most one length may be -1, and the others are whole numbers from 0. Fix: choose lengths whose product is the same; one of them may be -1, to be computed.]`,
  )
})

it('flatten: axes exchanged', () => {
  expect(() => movement.flatten(matrix(), 1, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: flatten: expected a first axis that is not behind the last one; received axes 1 to 0 of shape [2,3]. Fix: exchange them.]`,
  )
})

it('squeeze: an axis that is not 1', () => {
  expect(() => movement.squeeze(matrix(), 1)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: squeeze: expected axes of length 1; received axis 1 of length 3 in shape [2,3]. Fix: leave that axis out, or reduce it first (sum, mean …).]`,
  )
})

it('expandDims: no such place', () => {
  expect(() => movement.expandDims(matrix(), 4)).toThrowErrorMatchingInlineSnapshot(
    `[AxisError: expandDims: expected an axis from -3 to 2; received axis 4 for a tensor of 3 dimensions. Fix: count axes from 0, or from -1 backwards.]`,
  )
})

it('transpose: not all axes', () => {
  expect(() => movement.transpose(matrix(), [0])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: transpose: expected an order of all 2 axes of shape [2,3]; received [0], which has 1. Fix: name each axis once, for example [1, 0] to transpose a matrix.]`,
  )
})

it('permute: an axis twice', () => {
  expect(() => movement.permute(matrix(), [1, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: permute: expected each axis at most once; received axes [1,1] for 2 dimensions, where axis 1 stands twice. Fix: remove the repeated axis (a negative axis counts from the end).]`,
  )
})

it('moveAxis: more sources than destinations', () => {
  expect(() => movement.moveAxis(matrix(), [0, 1], 0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: moveAxis: expected as many destinations as sources; received sources [0,1] and destinations [0]. Fix: name one destination for each axis that moves.]`,
  )
})

it('broadcastTo: a length that is not 1', () => {
  expect(() => movement.broadcastTo(matrix(), [4, 2, 5])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: broadcastTo: expected a shape with at least as many axes, whose lengths, aligned at the last axis, are equal or stand over a 1; received [2,3] to [4,2,5], which differ at axis -1 (3 against 5). Fix: give the axis that shall be repeated length 1 with expandDims or reshape.]`,
  )
})

it('broadcastTo: fewer axes', () => {
  expect(() => movement.broadcastTo(matrix(), [3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: broadcastTo: expected a shape with at least as many axes, whose lengths, aligned at the last axis, are equal or stand over a 1; received [2,3] to [3], which has fewer axes. Fix: give the axis that shall be repeated length 1 with expandDims or reshape.]`,
  )
})

it('slice: a position outside', () => {
  expect(() => movement.slice(matrix(), null, 3)).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: slice: expected a position from -3 to 2 along axis 1; received position 3 for shape [2,3]. Fix: use a position inside of the axis, or a range, which is cut off at its ends.]`,
  )
})

it('slice: more selections than axes', () => {
  expect(() => movement.slice(matrix(), 0, 0, [0, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: slice: expected at most 2 selections for shape [2,3], and '...' at most once; received 3 selections. Fix: leave out the selections that have no axis.]`,
  )
})

it('slice: step 0', () => {
  expect(() => movement.slice(matrix(), [0, 2, 0])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: slice: expected a step that is not 0; received step 0 for axis 0. Fix: use 1 to take every element, or -1 to take them backwards.]`,
  )
})

it('slice: a fraction', () => {
  expect(() => movement.slice(matrix(), 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: slice: expected whole numbers, null, ranges or '...'; received position 0.5 for axis 0. Fix: round it first, for example with Math.floor.]`,
  )
})

it('concatenate: shapes that differ elsewhere', () => {
  expect(() =>
    movement.concatenate([matrix(), tensorFrom([1, 2], [1, 2])]),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: concatenate: expected shapes that differ at axis 0 only; received [2,3] and, at position 1, [1,2], which also differ at axis 1 (3 against 2). Fix: slice, pad or reshape them to fit, or concatenate along another axis; stack joins along a new axis.]`,
  )
})

it('concatenate: another rank', () => {
  expect(() => movement.concatenate([matrix(), tensor([1])])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: concatenate: expected shapes that differ at axis 0 only; received [2,3] and, at position 1, [1], which has another number of axes. Fix: slice, pad or reshape them to fit, or concatenate along another axis; stack joins along a new axis.]`,
  )
})

it('concatenate: no tensors', () => {
  expect(() => movement.concatenate([])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: concatenate: expected at least one tensor; received an empty array. Fix: check what it was filled from; the shape of nothing is unknown.]`,
  )
})

it('stack: other shapes', () => {
  expect(() => movement.stack([matrix(), movement.transpose(matrix())])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: stack: expected equal shapes; received [2,3] and, at position 1, [3,2]. Fix: slice or pad them to one shape; concatenate joins along an axis that they have.]`,
  )
})

it('split: unequal parts', () => {
  expect(() => movement.split(matrix(), 2, 1)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: split: expected a number of equal parts for axis 1 of length 3 in shape [2,3]; received 2 parts. Fix: use a divisor of 3, or give the length of each part: [2, 1].]`,
  )
})

it('split: lengths that leave something over', () => {
  expect(() => movement.split(matrix(), [1, 1], 1)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: split: expected lengths that add up to axis 1 of length 3 in shape [2,3]; received [1, 1], which add up to 2. Fix: give the length of every part, the last one included.]`,
  )
})

it('tile: a negative count', () => {
  expect(() => movement.tile(matrix(), [-1])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tile: expected whole numbers of repetitions, from 0; received -1. Fix: round it, or use 1 for an axis that stays as it is.]`,
  )
})

it('pad: too few pairs', () => {
  expect(() => movement.pad(matrix(), [[1, 1]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: pad: expected one pair [before, after] for each of the 2 axes of shape [2,3]; received 1 pairs. Fix: write [0, 0] for axes that stay as they are.]`,
  )
})

it('pad: nothing to reflect, and nothing leaks', () => {
  const empty = tensorFrom([], [2, 0])
  const before = memory().tensors
  expect(() => movement.pad(empty, 1, { mode: 'reflect' })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: pad: expected elements to pad with in mode "reflect"; received shape [2,0], where axis 1 has length 0. Fix: use mode 'constant', or leave that axis as it is.]`,
  )
  expect(memory().tensors).toBe(before)
})

it('roll: shifts for other axes', () => {
  expect(() => movement.roll(matrix(), [1, 2], 0)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: roll: expected a whole number for each of 1 axes; received [1, 2]. Fix: give one shift for all axes, or one for each.]`,
  )
})

it('diagonal: of a vector', () => {
  expect(() => movement.diagonal(tensor([1, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: diagonal: expected a tensor of at least 2 dimensions and a whole offset; received shape [2] and offset 0. Fix: reshape vectors to matrices first.]`,
  )
})

it('diagonal: one axis twice', () => {
  expect(() => movement.diagonal(matrix(), { axes: [1, -1] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: diagonal: expected two different axes; received axes 1 and -1 of shape [2,3]. Fix: name the axis of the rows and that of the columns.]`,
  )
})

it('tril: of a vector', () => {
  expect(() => movement.tril(tensor([1, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tril: expected matrices (at least 2 dimensions) and a whole number of a diagonal; received shape [2] and diagonal 0. Fix: reshape vectors to matrices first.]`,
  )
})

it('meshgrid: of a matrix', () => {
  expect(() => movement.meshgrid([matrix()])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: meshgrid: expected vectors; received shape [2,3] at position 0. Fix: flatten it first.]`,
  )
})
