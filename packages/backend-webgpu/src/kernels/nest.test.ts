/** Nests against plain enumeration: every element of every view once, together. */
import { permuteLayout, rowMajorLayout, type Shape } from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildNest, flipBackward, orderByStride, type Steps } from './nest.js'

/** The places that views have together, step by step. */
function visits(lengths: Shape, views: readonly Steps[]): string[] {
  let places = [views.map(({ offset }) => offset)]
  lengths.forEach((length, axis) => {
    places = places.flatMap((place) =>
      Array.from({ length }, (_, step) =>
        place.map((at, view) => at + step * (views[view]?.strides[axis] ?? 0)),
      ),
    )
  })
  return places.map((place) => place.join()).sort()
}

const cases = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 0, maxLength: 4 }),
    seeds: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
  })
  .map(({ shape, seeds }) => ({
    shape,
    views: seeds.map((seed): Steps => {
      const order = shape.map((_, axis) => (axis + seed) % shape.length)
      const back = order.map((_, axis) => order.indexOf(axis))
      const { strides } = permuteLayout(rowMajorLayout(order.map((axis) => shape[axis] as number)), back)
      // Some backwards, some repeated.
      return {
        offset: 1000,
        strides: strides.map((stride, axis) =>
          seed === 5 && axis === 0 ? 0 : seed === 4 && axis === 1 ? -stride : stride,
        ),
      }
    }),
  }))

describe('a nest', () => {
  it('visits what the shape visits', () => {
    fc.assert(
      fc.property(cases, ({ shape, views }) => {
        const turned = flipBackward(shape, views[0] as Steps, views)
        const nest = buildNest(shape, turned, orderByStride(turned[0] as Steps, [...shape.keys()]))
        expect(visits(nest.lengths, nest.views)).toEqual(visits(shape, views))
        expect(nest.views[0]?.strides.every((stride) => stride >= 0)).toBe(true)
      }),
    )
  })

  it('merges what all views step through as one', () => {
    const rows: Steps = { offset: 0, strides: [20, 5, 1] }
    const column: Steps = { offset: 3, strides: [1, 0, 0] }
    expect(buildNest([3, 4, 5], [rows], [0, 1, 2]).lengths).toEqual([60])
    expect(buildNest([3, 4, 5], [rows, column], [0, 1, 2])).toEqual({
      lengths: [3, 20],
      views: [
        { offset: 0, strides: [20, 1] },
        { offset: 3, strides: [1, 0] },
      ],
    })
  })

  it('of a single element has one axis', () => {
    expect(buildNest([], [{ offset: 7, strides: [] }], [])).toEqual({
      lengths: [1],
      views: [{ offset: 7, strides: [0] }],
    })
  })
})
