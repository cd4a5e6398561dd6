/**
 * Which axes of a contraction's views are batch, rows, columns and contracted, in either of its two orientations.
 */
import type { ContractCall, View } from '@nabla/backend'
import type { Axis } from './table.js'

/** An axis that knows its place in the view. */
interface ViewAxis extends Axis {
  readonly axis: number
}

/** Axes of one view by their use. */
export interface Groups {
  readonly batch: readonly ViewAxis[]
  readonly rows: readonly ViewAxis[]
  readonly columns: readonly ViewAxis[]
  readonly contracted: readonly ViewAxis[]
}

export interface Sides {
  readonly left: Groups
  readonly right: Groups
  readonly output: Groups
}

const axesOf = ({ shape, strides }: View, start: number, count: number, bytes: number): ViewAxis[] =>
  shape
    .slice(start, start + count)
    .map((length, i) => ({ length, stride: (strides[start + i] as number) * bytes, axis: start + i }))

/** Batch axes that one operand doesn't depend on are rows or columns of the other one. */
export function sidesOf(
  { batch, rows, columns, contracted, left, right, output }: ContractCall,
  bytes: number,
): Sides {
  const batchAxes = [left, right, output].map((view) => axesOf(view, 0, batch, bytes))
  const fixed = (side: number, axis: number): boolean => {
    const own = batchAxes[side]?.[axis]
    return own === undefined || own.stride === 0 || own.length === 1
  }
  const role = (axis: number): 'rows' | 'columns' | 'batch' =>
    fixed(1, axis) ? 'rows' : fixed(0, axis) ? 'columns' : 'batch'
  const withRole = (side: number, wanted: 'rows' | 'columns' | 'batch'): ViewAxis[] =>
    (batchAxes[side] ?? []).filter((_, axis) => role(axis) === wanted)
  const groups = (side: number, own: Omit<Groups, 'batch'>): Groups => ({
    batch: withRole(side, 'batch'),
    rows: [...withRole(side, 'rows'), ...own.rows],
    columns: [...withRole(side, 'columns'), ...own.columns],
    contracted: own.contracted,
  })
  const from = (view: View, first: number, count: number) => axesOf(view, batch + first, count, bytes)
  return {
    left: groups(0, {
      rows: from(left, 0, rows),
      columns: [],
      contracted: from(left, rows, contracted),
    }),
    right: groups(1, {
      rows: [],
      columns: from(right, contracted, columns),
      contracted: from(right, 0, contracted),
    }),
    output: groups(2, { rows: from(output, 0, rows), columns: from(output, rows, columns), contracted: [] }),
  }
}

/** The same product with left and right exchanged. */
export function exchanged({ left, right, output }: Sides): Sides {
  const turn = (groups: Groups): Groups => ({ ...groups, rows: groups.columns, columns: groups.rows })
  return { left: turn(right), right: turn(left), output: turn(output) }
}
