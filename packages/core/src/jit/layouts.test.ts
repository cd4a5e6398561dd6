/**
 * Layouts through layouts against element-by-element evaluation: whenever there is one, it is right.
 */
import {
  broadcastLayout,
  type Layout,
  layoutPositions,
  permuteLayout,
  reshapeLayout,
  rowMajorLayout,
  rowMajorStrides,
  type Shape,
  sizeOf,
  sliceLayout,
  windowLayout,
} from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coordinatesOf, distinctElements, throughView } from './layouts.js'

const RUNS = 2000

/** Something done to a layout; where it doesn't fit, nothing. */
type Change = (layout: Layout) => Layout

const small = (layout: Layout): boolean => sizeOf(layout.shape) <= 200

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.nat(30).map(
    (turn): Change =>
      (layout) =>
        permuteLayout(
          layout,
          layout.shape
            .map((_, axis) => (axis + turn) % layout.shape.length)
            .sort((a, b) => (turn % 2 ? a - b : b - a)),
        ),
  ),
  fc.tuple(fc.nat(9), fc.nat(9), fc.constantFrom(1, 2, 3, -1, -2)).map(
    ([which, from, step]): Change =>
      (layout) => {
        if (layout.shape.length === 0) return layout
        const axis = which % layout.shape.length
        const length = layout.shape[axis] as number
        if (length === 0) return layout
        const start = from % length
        const reach = step > 0 ? length - 1 - start : start
        return sliceLayout(layout, axis, start, Math.floor(reach / Math.abs(step)) + 1, step)
      },
  ),
  fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 3 })).map(
    ([which, count]): Change =>
      (layout) => {
        const broadcast = broadcastLayout(
          layout,
          which % 2 === 0
            ? [count, ...layout.shape]
            : layout.shape.map((length) => (length === 1 ? count : length)),
        )
        return small(broadcast) ? broadcast : layout
      },
  ),
  fc.tuple(fc.nat(60), fc.boolean()).map(
    ([which, threeAxes]): Change =>
      (layout) => {
        const size = sizeOf(layout.shape)
        const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((each) => size % each === 0)
        const first = divisors[which % Math.max(1, divisors.length)] ?? 1
        const shape = threeAxes ? [first, 1, size / first] : [first, size / first]
        return (size === 0 ? undefined : reshapeLayout(layout, shape)) ?? layout
      },
  ),
  fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })).map(
    ([which, size, dilation]): Change =>
      (layout) => {
        if (layout.shape.length === 0) return layout
        const windows = windowLayout(layout, [{ axis: which % layout.shape.length, size, dilation }])
        return small(windows) ? windows : layout
      },
  ),
)

const shapes = fc
  .array(fc.constantFrom(1, 2, 3, 4, 6), { maxLength: 4 })
  .filter((shape) => sizeOf(shape) <= 72)

/** A layout over a buffer, and one over what it shows, laid out row by row. */
const pairs = fc
  .tuple(shapes, fc.array(change, { maxLength: 4 }), fc.array(change, { maxLength: 4 }))
  .map(([shape, inner, outer]) => {
    const input = inner.reduce((layout, each) => each(layout), rowMajorLayout(shape))
    const view = outer.reduce((layout, each) => each(layout), rowMajorLayout(input.shape))
    return { input, view }
  })

/** What a view on the result of a copy of `input` reads, element by element. */
function readThrough(input: Layout, view: Layout): number[] {
  const copied = [...layoutPositions(input)]
  return Array.from(layoutPositions(view), (position) => copied[position] as number)
}

/** The elements of a shape at the coordinates that moves along the view's axes lead to. */
function atCoordinates(
  shape: Shape,
  view: Layout,
  coordinates: NonNullable<ReturnType<typeof coordinatesOf>>,
) {
  const strides = rowMajorStrides(shape)
  return Array.from(layoutPositions(rowMajorLayout(view.shape)), (position) => {
    const index = rowMajorStrides(view.shape).map(
      (stride, axis) => Math.floor(position / stride) % (view.shape[axis] as number),
    )
    return coordinates.map(({ start, moves }) =>
      moves.reduce((sum, { from, step }) => sum + step * (index[from] as number), start),
    )
  }).map((at) => ({
    at,
    position: at.reduce((sum, each, axis) => sum + each * (strides[axis] as number), 0),
  }))
}

describe('throughView', () => {
  it('reads what reading the copy reads', () => {
    let found = 0
    let tried = 0
    fc.assert(
      fc.property(pairs, ({ input, view }) => {
        tried += 1
        const seen = throughView(input, view)
        if (seen === undefined) return
        found += 1
        expect(seen.shape).toEqual(view.shape)
        expect([...layoutPositions(seen)]).toEqual(readThrough(input, view))
      }),
      { numRuns: RUNS },
    )
    // There is one for nearly all: a test of nothing would pass as well.
    expect(found).toBeGreaterThan(tried / 2)
  })

  it('sees permutations, slices and broadcasts through each other, and reshapes of whole tensors', () => {
    const transposed = permuteLayout(rowMajorLayout([4, 6]), [1, 0])
    expect(throughView(transposed, permuteLayout(rowMajorLayout([6, 4]), [1, 0]))).toEqual(
      rowMajorLayout([4, 6]),
    )
    expect(throughView(transposed, sliceLayout(rowMajorLayout([6, 4]), 0, 5, 3, -2))).toMatchObject({
      shape: [3, 4],
      strides: [-2, 6],
      offset: 5,
    })
    expect(throughView(transposed, rowMajorLayout([2, 3, 4]))).toMatchObject({ strides: [3, 1, 6] })
    // Runs across rows of a transposed matrix.
    expect(throughView(transposed, rowMajorLayout([24]))).toBeUndefined()
    expect(throughView(transposed, { shape: [4], strides: [5], offset: 0 })).toBeUndefined()
  })
})

describe('coordinatesOf', () => {
  it('leads to the elements that the view reads, within the shape', () => {
    let found = 0
    fc.assert(
      fc.property(pairs, ({ input: { shape }, view }) => {
        const coordinates = coordinatesOf(shape, view)
        if (coordinates === undefined || sizeOf(view.shape) === 0) return
        found += 1
        const places = atCoordinates(shape, view, coordinates)
        expect(places.map(({ position }) => position)).toEqual([...layoutPositions(view)])
        for (const { at } of places) {
          expect(at.every((each, axis) => each >= 0 && each < (shape[axis] as number))).toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
    expect(found).toBeGreaterThan(RUNS / 2)
  })
})

describe('distinctElements', () => {
  it('counts repetitions once', () => {
    expect(distinctElements({ shape: [3, 4], strides: [0, 1], offset: 0 })).toBe(4)
    expect(distinctElements({ shape: [3, 4], strides: [0, 0], offset: 2 })).toBe(1)
    expect(distinctElements(rowMajorLayout([3, 4]))).toBe(12)
  })
})
