import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Shape, sizeOf } from './shape.js'
import {
  broadcastLayout,
  isContiguous,
  type Layout,
  layoutPositions,
  permuteLayout,
  reshapeLayout,
  rowMajorLayout,
  sliceLayout,
  windowCount,
  windowLayout,
} from './view.js'

/** What a layout shows of a buffer that holds its own positions. */
const materialise = (layout: Layout): number[] => [...layoutPositions(layout)]

/** Layouts that slicing, permuting and broadcasting make, over small shapes. */
const layout: fc.Arbitrary<Layout> = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      steps: fc.array(fc.constantFrom(1, 1, 1, 2, -1, -2), {
        minLength: shape.length,
        maxLength: shape.length,
      }),
      order: fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length, maxLength: shape.length },
      ),
      repeat: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  )
  .map(({ shape, steps, order, repeat }) => {
    const whole = rowMajorLayout(shape.map((length, axis) => length * Math.abs(steps[axis] as number)))
    const sliced = shape.reduce((part, length, axis) => {
      const step = steps[axis] as number
      return sliceLayout(part, axis, step < 0 ? length * -step - 1 : 0, length, step)
    }, whole)
    const permuted = permuteLayout(sliced, order)
    return repeat === undefined ? permuted : broadcastLayout(permuted, [repeat, ...permuted.shape])
  })

/** All ways to write a size as up to three factors, with ones in between. */
function shapesOf(size: number): Shape[] {
  if (size === 0) return [[0], [2, 0], [0, 3]]
  const shapes: Shape[] = [[size], [1, size], [size, 1]]
  for (let first = 1; first <= size; first++) {
    if (size % first !== 0) continue
    const rest = size / first
    shapes.push([first, rest], [first, 1, rest])
    for (let second = 1; second <= rest; second++) {
      if (rest % second === 0) shapes.push([first, second, rest / second])
    }
  }
  return shapes
}

describe('layoutPositions', () => {
  it('walks in row-major order of the shape, whatever the strides', () => {
    expect(materialise({ shape: [2, 3], strides: [1, 2], offset: 10 })).toEqual([10, 12, 14, 11, 13, 15])
    expect(materialise({ shape: [3], strides: [-2], offset: 4 })).toEqual([4, 2, 0])
    expect(materialise({ shape: [2, 2], strides: [0, 1], offset: 0 })).toEqual([0, 1, 0, 1])
    expect(materialise({ shape: [], strides: [], offset: 7 })).toEqual([7])
    expect(materialise({ shape: [2, 0], strides: [1, 1], offset: 0 })).toEqual([])
  })
})

describe('reshapeLayout', () => {
  it('shows the same elements in the same order, or says that it needs a copy', () => {
    fc.assert(
      fc.property(layout, (given) => {
        for (const shape of shapesOf(sizeOf(given.shape))) {
          const reshaped = reshapeLayout(given, shape)
          if (reshaped === undefined) continue
          expect(reshaped.shape).toEqual(shape)
          expect(materialise(reshaped)).toEqual(materialise(given))
        }
      }),
    )
  })

  it('never needs a copy of a contiguous layout, nor to return to where it came from', () => {
    fc.assert(
      fc.property(layout, (given) => {
        const own = reshapeLayout(given, given.shape)
        expect(own).toBeDefined()
        for (const shape of shapesOf(sizeOf(given.shape))) {
          const reshaped = reshapeLayout(given, shape)
          if (isContiguous(given)) expect(reshaped).toBeDefined()
          if (reshaped === undefined) continue
          expect(reshapeLayout(reshaped, given.shape)).toBeDefined()
        }
      }),
    )
  })

  it('needs a copy exactly where no strides would do', () => {
    fc.assert(
      fc.property(layout, (given) => {
        const positions = materialise(given)
        for (const shape of shapesOf(sizeOf(given.shape))) {
          if (reshapeLayout(given, shape) !== undefined) continue
          expect(stridesFor(shape, positions)).toBeUndefined()
        }
      }),
    )
  })
})

/** Strides under which `shape` shows exactly `positions`, found from the first steps along each axis. */
function stridesFor(shape: Shape, positions: readonly number[]): number[] | undefined {
  const row = rowMajorLayout(shape).strides
  const [offset = 0] = positions
  const strides = shape.map((length, axis) =>
    length > 1 ? (positions[row[axis] as number] as number) - offset : 0,
  )
  const shown = materialise({ shape, strides, offset })
  return shown.every((position, i) => position === positions[i]) ? strides : undefined
}

describe('permuting, broadcasting and slicing', () => {
  it('permuting by an order and by its inverse changes nothing', () => {
    fc.assert(
      fc.property(layout, fc.nat(), (given, seed) => {
        const order = given.shape
          .map((_, axis) => axis)
          .sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5))
        const inverse = order.map((_, axis) => order.indexOf(axis))
        expect(permuteLayout(permuteLayout(given, order), inverse)).toEqual(given)
      }),
    )
  })

  it('broadcasting repeats along new and unit axes only', () => {
    const row = broadcastLayout(rowMajorLayout([1, 3]), [2, 2, 3])
    expect(materialise(row)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    expect(broadcastLayout(rowMajorLayout([1]), [1]).strides).toEqual([1])
    expect(materialise(broadcastLayout(rowMajorLayout([1]), [0]))).toEqual([])
  })

  it('slicing agrees with picking from an array', () => {
    const cases = fc.record({
      length: fc.integer({ min: 1, max: 9 }),
      step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
    })
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ({ length, step }, from, amount) => {
        const start = from % length
        const reachable = Math.floor((step > 0 ? length - 1 - start : start) / Math.abs(step)) + 1
        const count = amount % (reachable + 1)
        const sliced = sliceLayout(rowMajorLayout([length]), 0, start, count, step)
        expect(materialise(sliced)).toEqual(Array.from({ length: count }, (_, i) => start + i * step))
      }),
    )
  })

  it('an axis of length 1 may have any stride and is contiguous still', () => {
    expect(isContiguous({ shape: [1, 3], strides: [99, 1], offset: 5 })).toBe(true)
    expect(isContiguous({ shape: [2, 3], strides: [3, -1], offset: 2 })).toBe(false)
    expect(isContiguous({ shape: [2, 0], strides: [9, 9], offset: 0 })).toBe(true)
  })
})

describe('windowLayout', () => {
  it('shows each window as picked by hand', () => {
    const cases = fc.record({
      length: fc.integer({ min: 1, max: 9 }),
      size: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(cases, ({ length, size, stride, dilation }) => {
        const windows: number[] = []
        let count = 0
        for (let start = 0; start + (size - 1) * dilation < length; start += stride, count++) {
          for (let i = 0; i < size; i++) windows.push(start + i * dilation)
        }
        const view = windowLayout(rowMajorLayout([length]), [{ axis: 0, size, stride, dilation }])
        expect(windowCount(length, { size, stride, dilation })).toBe(count)
        expect(view.shape).toEqual([count, size])
        expect(materialise(view)).toEqual(windows)
      }),
    )
  })

  it('adds one axis per window, at the end, in the order given', () => {
    const image = rowMajorLayout([2, 4, 5, 3])
    const view = windowLayout(image, [
      { axis: 2, size: 2 },
      { axis: 1, size: 3, stride: 1 },
    ])
    expect(view.shape).toEqual([2, 2, 4, 3, 2, 3])
    expect(view.strides).toEqual([60, 15, 3, 1, 3, 15])
    expect(windowCount(4, { size: 5 })).toBe(0)
  })
})
