import { layoutPositions, rowMajorStrides } from '@nabla/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axesExcept, buildNest, neighboursAreCloser, orderByStride } from './nest.js'
import { quadNest } from './quads.js'

const contiguous = (shape: readonly number[], offset = 0) => ({ strides: rowMajorStrides(shape), offset })

describe('buildNest', () => {
  it('merges axes that all views step through as one', () => {
    const shape = [2, 3, 4]
    const transposed = { strides: [4, 8, 1], offset: 0 }
    expect(buildNest(shape, [contiguous(shape)], [0, 1, 2]).lengths).toEqual([24])
    expect(buildNest(shape, [contiguous(shape), transposed], [0, 1, 2]).lengths).toEqual([2, 3, 4])
    expect(buildNest([1, 1], [contiguous([1, 1])], [0, 1])).toMatchObject({ lengths: [1], size: 1 })
  })

  it('visits what the layout holds', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(shapes, fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4 }), (shape, numbers) => {
        const view = { strides: numbers.slice(0, shape.length), offset: 50 }
        const nest = buildNest(shape, [view], [...shape.keys()])
        const [strides = [], [offset = 0]] = [nest.strides[0], nest.offsets]
        const visited = [...layoutPositions({ shape: nest.lengths, strides, offset })]
        expect(visited).toEqual([...layoutPositions({ shape, ...view })])
      }),
    )
  })

  it('puts the axes in the order of memory', () => {
    expect(orderByStride({ strides: [1, -6, 2], offset: 0 }, [0, 1, 2])).toEqual([1, 2, 0])
    expect(axesExcept([5, 6, 7], 1)).toEqual([0, 2])
    const columns = buildNest([8, 100], [contiguous([8, 100])], [1])
    expect(neighboursAreCloser(columns, 0, 100)).toBe(true)
    const rows = buildNest([8, 100], [contiguous([8, 100])], [0])
    expect(neighboursAreCloser(rows, 0, 1)).toBe(false)
  })
})

describe('quadNest', () => {
  const slices = (offset: number, repeated: number) => {
    const shape = [5, 8]
    return buildNest(shape, [contiguous(shape, offset), { strides: [1, repeated], offset: 3 }], [0, 1])
  }

  it('counts places in fours, those of repeated elements as they are', () => {
    expect(quadNest(slices(4, 0), [true, false])).toEqual({
      lengths: [5, 2],
      size: 10,
      strides: [
        [2, 1],
        [1, 0],
      ],
      offsets: [1, 3],
    })
  })

  it('leaves alone what does not begin at a multiple of four, or is no run', () => {
    expect(quadNest(slices(2, 0), [true, false])).toBeUndefined()
    expect(quadNest(slices(4, 1), [true, false])).toBeUndefined()
    expect(quadNest(slices(4, 0), [true, true])).toBeUndefined()
  })
})
