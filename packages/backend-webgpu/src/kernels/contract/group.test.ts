/** Groups of axes: what is merged, what goes, and the offsets that the text of a group computes. */
import { type Layout, layoutPositions, type Shape, windowLayout } from '@nabla/backend'
import { describe, expect, it } from 'vitest'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import { addGroup, groupOf, offsetFunction } from './group.js'
import { arranged, ROW_MAJOR } from './testing/products.js'

const layoutOf = (shape: Shape, keys: readonly number[] = []): Layout =>
  shape.length === 0 ? { shape, strides: [], offset: 0 } : arranged(shape, { ...ROW_MAJOR, keys }).layout

describe('groups of axes', () => {
  it('merge what all views step through as one', () => {
    const [rows, turned] = [layoutOf([2, 3, 4]), layoutOf([2, 3, 4], [1, 0, 2])]
    expect(groupOf([rows], 0, 3)).toEqual({ size: 24, lengths: [24], axes: [2], strides: [[1]] })
    expect(groupOf([rows, turned], 0, 3)).toEqual({
      size: 24,
      lengths: [2, 3, 4],
      axes: [0, 1, 2],
      strides: [
        [12, 4, 1],
        [4, 8, 1],
      ],
    })
    expect(groupOf([rows], 0, 3, false).lengths).toEqual([2, 3, 4])
  })

  it('leave out axes of length 1, and merge repetitions', () => {
    expect(groupOf([layoutOf([1, 5, 1])], 0, 3)).toEqual({ size: 5, lengths: [5], axes: [1], strides: [[1]] })
    const repeated = { shape: [3, 4], strides: [0, 0], offset: 0 }
    expect(groupOf([repeated], 0, 2)).toEqual({ size: 12, lengths: [12], axes: [1], strides: [[0]] })
    expect(groupOf([layoutOf([])], 0, 0)).toEqual({ size: 1, lengths: [], axes: [], strides: [[]] })
  })

  it('keep two axes of a window of rows of pixels', () => {
    const windows = windowLayout(layoutOf([2, 6, 7, 3]), [
      { axis: 1, size: 3 },
      { axis: 2, size: 2 },
    ])
    // [n, i, j, c, u, v] as u, v, c.
    const order = [4, 5, 3]
    const layout = {
      shape: order.map((axis) => windows.shape[axis] as number),
      strides: order.map((axis) => windows.strides[axis] as number),
      offset: 0,
    }
    expect(groupOf([layout], 0, 3)).toEqual({ size: 18, lengths: [3, 6], axes: [0, 2], strides: [[21, 1]] })
    expect([...layoutPositions(layout)][7]).toBe(22)
  })

  it('compute an offset with a division for each axis but one', () => {
    const text = (shape: Shape, keys: readonly number[]): string => {
      const group = groupOf([layoutOf(shape, keys)], 0, shape.length)
      return offsetFunction('at', addGroup(new DispatchBuilder('test'), group))
    }
    expect(text([], [])).toContain('return 0;')
    expect(text([4, 5], [])).not.toContain('/')
    expect(text([4, 5, 6], [2, 1, 0]).match(/\/=/g)?.length).toBe(2)
  })
})
