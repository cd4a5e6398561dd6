/**
 * Ranges along every axis, as layouts.
 */
import { type Layout, type Shape, sliceLayout } from '@nabla/backend'
import type { AxisRange } from '../engine/primitives.js'

/** The layout of a part given by one range per axis. */
export function rangesLayout(layout: Layout, ranges: readonly AxisRange[]): Layout {
  return ranges.reduce(
    (part, { start, length, step }, axis) => sliceLayout(part, axis, start, length, step),
    layout,
  )
}

/** All of a shape. */
export function wholeRanges(shape: Shape): AxisRange[] {
  return shape.map((length) => ({ start: 0, length, step: 1 }))
}
