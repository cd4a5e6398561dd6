import { describe, expect, it } from 'vitest'
import { expressions as e } from '../expr/expressions.js'
import { apply, input } from '../expr/node.js'
import type { MapCall } from '../kernel.js'
import { createNullBackend } from '../null-backend.js'
import {
  broadcastLayout,
  type Layout,
  layoutPositions,
  permuteLayout,
  rowMajorLayout,
  sliceLayout,
  windowLayout,
} from '../view.js'
import { bytesOf, operationsOf, reachedElements } from './profile-cost.js'
import { CALLS, EVERY_KIND, viewOf } from './testing/calls.js'

const x = input(0, 'float32')

function mapOf(changes: Partial<MapCall>): MapCall {
  const own = { shape: [6], inputs: [viewOf([6])], outputs: [viewOf([6])] }
  return { kind: 'map', label: 'map', expressions: [x], scalars: [], ...own, ...changes }
}

describe('operationsOf and bytesOf', () => {
  it.each(EVERY_KIND)('$call.kind: $operations operations, $bytes bytes', ({ call, operations, bytes }) => {
    expect(operationsOf(call)).toBe(operations)
    expect(bytesOf(call)).toBe(bytes)
  })

  it('counts what several outputs share once, and a multiply-add as two', () => {
    const square = e.multiply(x, x)
    expect(operationsOf(mapOf({ expressions: [square, e.exp(square)] }))).toBe(6 * 2)
    expect(operationsOf(mapOf({ expressions: [apply('multiplyAdd', [x, x, x], 'float32')] }))).toBe(6 * 2)
    expect(operationsOf(mapOf({ expressions: [x] }))).toBe(0)
  })

  it('counts what is changed in place as read and written, and each type by its size', () => {
    const view = viewOf([6], 'float16')
    expect(bytesOf(mapOf({ inputs: [view], outputs: [view] }))).toBe(2 * 6 * 2)
  })

  it('reduce and contract without an expression afterwards', () => {
    const { post: _, postInputs: __, ...reduce } = CALLS.reduce.call
    expect(operationsOf({ ...reduce, expression: x })).toBe(32)
    const { post: ___, postInputs: ____, ...contract } = CALLS.contract.call
    expect(operationsOf(contract)).toBe(2 * 2 * 4 * 5 * 6)
  })

  it('pool adds once per window where it spreads', () => {
    const { by, source, output } = CALLS.pool.call
    const spread = { ...CALLS.pool.call, mode: 'spread', source: output, output: source } as const
    expect(operationsOf(spread)).toBe(18 * (4 + 1))
    expect(bytesOf(spread)).toBe((18 + 72 + 72) * 4)
    expect(bytesOf({ ...CALLS.pool.call, source: by })).toBe(bytesOf(CALLS.pool.call))
  })

  it('scatter neither reads nor calculates where it sets', () => {
    const set = { ...CALLS.scatter.call, operation: 'set' } as const
    expect(operationsOf(set)).toBe(0)
    expect(bytesOf(set)).toBe((3 + 48 + 48) * 4)
  })

  it('sort compares nothing where there is one element, or none', () => {
    expect(operationsOf({ ...CALLS.sort.call, input: viewOf([2, 1]) })).toBe(0)
    expect(operationsOf({ ...CALLS.sort.call, input: viewOf([2, 0]) })).toBe(0)
  })

  it('counts a part of a large buffer, not the buffer', () => {
    const arena = createNullBackend().allocate('float32', 1_000_000)
    const part = { buffer: arena, dtype: 'float32' as const, shape: [2, 3], strides: [3, 1], offset: 500 }
    const output = { ...part, ...windowLayout(part, [{ axis: 1, size: 2 }]) }
    expect(bytesOf(mapOf({ inputs: [part], outputs: [] }))).toBe(6 * 4)
    expect(bytesOf(mapOf({ inputs: [output], outputs: [] }))).toBe(6 * 4)
  })
})

describe('reachedElements', () => {
  const image = rowMajorLayout([2, 8, 9, 3])
  const windows = (layout: Layout, size: number, stride: number, dilation: number): Layout =>
    windowLayout(layout, [
      { axis: 1, size, stride, dilation },
      { axis: 2, size, stride, dilation },
    ])
  const layouts: Record<string, Layout> = {
    'row by row': rowMajorLayout([3, 4]),
    'a scalar': rowMajorLayout([]),
    nothing: rowMajorLayout([3, 0]),
    transposed: permuteLayout(rowMajorLayout([3, 4, 5]), [2, 0, 1]),
    repeated: broadcastLayout(rowMajorLayout([1, 4]), [3, 4]),
    'every second': sliceLayout(rowMajorLayout([3, 9]), 1, 0, 5, 2),
    backwards: sliceLayout(rowMajorLayout([3, 4]), 1, 3, 4, -1),
    'a block': sliceLayout(sliceLayout(rowMajorLayout([9, 9]), 0, 2, 4, 1), 1, 3, 5, 1),
    windows: windows(image, 3, 1, 1),
    'windows apart': windows(image, 2, 3, 1),
    'windows by two': windows(image, 3, 2, 1),
    'windows with gaps': windows(image, 3, 1, 2),
    'windows of a block': windows(sliceLayout(image, 2, 1, 5, 1), 3, 1, 1),
    'windows of a channel': windows(sliceLayout(image, 3, 1, 1, 1), 3, 1, 1),
    'a diagonal': { shape: [5], strides: [6], offset: 0 },
  }

  it.each(Object.entries(layouts))('%s', (_, layout) => {
    expect(reachedElements(layout)).toBe(new Set(layoutPositions(layout)).size)
  })

  it('is never too small, and no more than the span, where strides are odd', () => {
    const odd = { shape: [4, 4], strides: [2, 3], offset: 0 }
    expect(new Set(layoutPositions(odd)).size).toBe(14)
    expect(reachedElements(odd)).toBe(16)
    expect(reachedElements({ ...odd, shape: [9, 9] })).toBe(1 + 8 * 2 + 8 * 3)
  })
})
