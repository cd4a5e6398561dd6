/**
 * Ranges along every axis, as layouts.
 */
import { type Layout, type Shape, sliceLayout } from '@nabla/backend'
import type { AxisRange } from '../engine/primitives.js'

/** The layout of a part given by one range per axis. */
export function rangesLayout(layout: Layout, ranges: readonly AxisRange[]): Layout {
  const part = ranges.reduce<Layout>(
    (whole, { start, length, step }, axis) => sliceLayout(whole, axis, start, length, step),
    layout,
  )
  // A part without elements must not begin behind the end of the buffer.
  return ranges.some(({ length }) => length === 0) ? { ...part, offset: layout.offset } : part
}

/** All of a shape. */
export function wholeRanges(shape: Shape): AxisRange[] {
  return shape.map((length) => ({ start: 0, length, step: 1 }))
}
