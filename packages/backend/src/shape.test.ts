import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AxisError, ShapeError } from './errors.js'
import {
  broadcastShapes,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  rowMajorStrides,
  type Shape,
  sameShape,
  sizeOf,
} from './shape.js'

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })

describe('size and strides', () => {
  it('agree: the position of the last element is the size minus one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }), (lengths) => {
        const strides = rowMajorStrides(lengths)
        const last = lengths.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] as number), 0)
        expect(last).toBe(sizeOf(lengths) - 1)
      }),
    )
  })

  it('of a scalar and of nothing', () => {
    expect(sizeOf([])).toBe(1)
    expect(rowMajorStrides([])).toEqual([])
    expect(sizeOf([3, 0, 2])).toBe(0)
    expect(formatShape([3, 0, 2])).toBe('[3,0,2]')
  })

  it('sameShape is equality', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(sameShape(a, b)).toBe(formatShape(a) === formatShape(b))
        expect(sameShape(a, [...a])).toBe(true)
      }),
    )
  })
})

/** Pairs of shapes that broadcast: some lengths of one result replaced by 1, some leading axes dropped. */
const fitting = shape.chain((result) => {
  const part = fc
    .tuple(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), fc.integer({ min: 0, max: result.length }))
    .map(([ones, dropped]): Shape => result.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped))
  return fc.tuple(fc.constant(result), part)
})

describe('broadcasting', () => {
  it('gives back the shape that a part of it was made from', () => {
    fc.assert(
      fc.property(fitting, ([result, part]) => {
        expect(broadcastShapes('add', result, part)).toEqual(result)
        expect(broadcastShapes('add', part, result)).toEqual(result)
      }),
    )
  })

  it('meets in the middle', () => {
    expect(broadcastShapes('add', [64, 3, 1, 10], [32, 1])).toEqual([64, 3, 32, 10])
    expect(broadcastShapes('add', [0], [1])).toEqual([0])
  })

  it('explains what does not fit', () => {
    expect(() => broadcastShapes('add', [2, 3], [4, 5, 3])).toThrow(ShapeError)
    expect(() => broadcastShapes('add', [2, 3], [4, 5, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: expected shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1; received [2,3] and [4,5,3], which differ at axis -2 (2 against 5). Fix: reshape or transpose one of them so that axis -2 agrees, or give it length 1 with expandDims.]`,
    )
  })
})

describe('axes', () => {
  it('count from either end', () => {
    expect(normalizeAxis('sum', -1, 3)).toBe(2)
    expect(normalizeAxis('sum', 1, 3)).toBe(1)
    expect(normalizeAxes('sum', undefined, 3)).toEqual([0, 1, 2])
    expect(normalizeAxes('sum', -3, 3)).toEqual([0])
    expect(normalizeAxes('sum', [2, -3], 3)).toEqual([0, 2])
  })

  it.each([3, -4, 0.5, Number.NaN])('%s is not an axis of three dimensions', (axis) => {
    expect(() => normalizeAxis('sum', axis, 3)).toThrow(AxisError)
  })

  it('may not be named twice', () => {
    expect(() => normalizeAxes('sum', [1, -2], 3)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sum: expected each axis at most once; received axes [1,-2] for 3 dimensions, where axis 1 stands twice. Fix: remove the repeated axis (a negative axis counts from the end).]`,
    )
  })
})
