/** Nests and their tiles against plain enumeration: every element of every view once, and pairs of elements stay together. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buildNest, type Nest, orderByStride, type Part, type Placed, tilesOf } from './nest.js'

/** The addresses that the views have together, step by step. */
function visits({ nest: { lengths, strides }, views }: Part): string[] {
  let places = [views.map(({ address }) => address)]
  lengths.forEach((length, axis) => {
    places = places.flatMap((place) =>
      Array.from({ length }, (_, step) => place.map((at, view) => at + step * (strides[view]?.[axis] ?? 0))),
    )
  })
  return places.map((place) => place.join()).sort()
}

const views = fc
  .record({
    shape: fc.oneof(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 1, max: 90 })),
    ),
    orders: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    bytes: fc.constantFrom(1, 2, 4, 8),
  })
  .map(({ shape, orders, bytes }) => {
    const placed = orders.map((seed, number): Placed => {
      // Axes in an order that the seed rotates, some repeated by stride 0.
      const axes = shape.map((_, axis) => (axis + seed) % shape.length)
      const strides = new Array<number>(shape.length).fill(0)
      let stride = bytes
      for (const axis of axes) {
        strides[axis] = seed % 7 === 3 && axis === 0 ? 0 : stride
        stride *= shape[axis] ?? 1
      }
      return { strides, address: 1000 * number, bytes }
    })
    return { shape, placed }
  })

it('visit what the shape visits', () => {
  fc.assert(
    fc.property(views, ({ shape, placed }) => {
      const plain: Nest = { lengths: shape, strides: placed.map(({ strides }) => strides) }
      const nest = buildNest(shape, placed, orderByStride(placed.slice(0, 1), [...shape.keys()]))
      const wanted = visits({ nest: plain, views: placed })
      expect(visits({ nest, views: placed })).toEqual(wanted)
      expect(tilesOf(nest, placed).flatMap(visits).sort()).toEqual(wanted)
    }),
    { numRuns: 200 },
  )
})

it('merge what lies in one piece, and cut what runs along different axes', () => {
  const rows: Placed = { strides: [400, 4], address: 0, bytes: 4 }
  const columns: Placed = { strides: [4, 256], address: 0, bytes: 4 }
  expect(buildNest([64, 100], [rows], [0, 1])).toEqual({ lengths: [6400], strides: [[4]] })
  const mixed = buildNest([64, 100], [rows, columns], [0, 1])
  expect(tilesOf(mixed, [rows, columns]).map(({ nest }) => nest.lengths)).toEqual([
    [3, 64, 32],
    [1, 64, 4],
  ])
})
