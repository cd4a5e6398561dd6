/**
 * Slicing with NumPy's rules: positions, ranges with steps, negative indices. A view: no data is moved.
 */
import { type DType, formatShape, IndexError, type Shape, ShapeError, ValueError } from '@nabla/backend'
import type { AxisRange } from '../../engine/primitives.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { reshape, slice as sliceTo } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Selected, Selection, SliceRange } from '../../types/selection.js'
import { retype } from '../../types/typed.js'

function requireWhole(value: number, what: string, axis: number): void {
  if (Number.isInteger(value)) return
  throw new ValueError('slice', {
    expected: `whole numbers, null, ranges or '...'`,
    received: `${what} ${value} for axis ${axis}`,
    fix: 'round it first, for example with Math.floor',
  })
}

function position(index: number, axis: number, shape: Shape): AxisRange {
  requireWhole(index, 'position', axis)
  const length = shape[axis] as number
  if (index < -length || index >= length) {
    throw new IndexError('slice', {
      expected:
        length === 0
          ? `a range, since axis ${axis} is empty`
          : `a position from ${-length} to ${length - 1} along axis ${axis}`,
      received: `position ${index} for shape ${formatShape(shape)}`,
      fix: 'use a position inside of the axis, or a range, which is cut off at its ends',
    })
  }
  return { start: index < 0 ? index + length : index, length: 1, step: 1 }
}

/** Python's `slice.indices`: what a range means for an axis of `length` elements. */
export function rangeAlong({ start, stop, step = 1 }: SliceRange, axis: number, length: number): AxisRange {
  requireWhole(step, 'step', axis)
  if (step === 0) {
    throw new ValueError('slice', {
      expected: 'a step that is not 0',
      received: `step 0 for axis ${axis}`,
      fix: 'use 1 to take every element, or -1 to take them backwards',
    })
  }
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1]
  const clamp = (value: number | null | undefined, otherwise: number, what: string): number => {
    if (value === null || value === undefined) return otherwise
    requireWhole(value, what, axis)
    return Math.min(Math.max(value < 0 ? value + length : value, least), most)
  }
  const first = clamp(start, step > 0 ? least : most, 'start')
  const end = clamp(stop, step > 0 ? most : least, 'stop')
  return { start: first, length: Math.max(Math.ceil((end - first) / step), 0), step }
}

function toRange(selection: Exclude<Selection, '...'>, axis: number, shape: Shape): AxisRange {
  if (selection === null) return rangeAlong({}, axis, shape[axis] as number)
  if (typeof selection === 'number') return position(selection, axis, shape)
  if (!isTriple(selection)) return rangeAlong(selection, axis, shape[axis] as number)
  const [start, stop, step = 1] = selection
  return rangeAlong({ start, stop, step }, axis, shape[axis] as number)
}

type Triple = Extract<Selection, readonly unknown[]>
const isTriple = (selection: Triple | SliceRange): selection is Triple => Array.isArray(selection)

/** One selection per axis: `'...'` and missing ones at the end become `null`. */
function perAxis(selections: readonly Selection[], shape: Shape): Exclude<Selection, '...'>[] {
  const dots = selections.indexOf('...')
  const given = selections.filter((selection) => selection !== '...')
  const missing = shape.length - given.length
  if (missing < 0 || selections.length - given.length > 1) {
    throw new ShapeError('slice', {
      expected: `at most ${shape.length} selections for shape ${formatShape(shape)}, and '...' at most once`,
      received: `${given.length} selections${selections.length > given.length ? ` and ${selections.length - given.length} × '...'` : ''}`,
      fix: 'leave out the selections that have no axis',
    })
  }
  const whole = new Array<null>(missing).fill(null)
  return dots < 0 ? [...given, ...whole] : given.toSpliced(dots, 0, ...whole)
}

/**
 * A part of a tensor, with one selection per axis (missing ones take everything); no data is moved. As in NumPy, a
 * number removes its axis, ranges are cut off at the ends, and negative positions count from the end.
 *
 * @throws IndexError for a position outside of its axis, ShapeError for more selections than axes.
 * @example
 * slice(x, 0)                          // x[0]
 * slice(x, [1, 3])                     // x[1:3]
 * slice(x, null, -1)                   // x[:, -1]
 * slice(x, '...', [0, null, 2])        // x[..., ::2]
 * slice(x, { step: -1 })               // x[::-1]
 */
export function slice<A extends Shape, T extends DType, const Q extends readonly Selection[]>(
  x: Tensor<A, T>,
  ...selections: Q
): Tensor<Selected<A, Q>, T> {
  const each = perAxis(selections, x.shape)
  const ranges = each.map((selection, axis) => toRange(selection, axis, x.shape))
  const dropped = each.map((selection) => typeof selection === 'number')
  if (!dropped.includes(true)) return retype(sliceTo('slice', x, ranges))
  const shape = ranges.map(({ length }) => length).filter((_, axis) => !dropped[axis])
  return retype(withTemporaries(() => reshape('slice', sliceTo('slice', x, ranges), shape)))
}
