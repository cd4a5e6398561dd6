/**
 * What all reductions have in common: their options, and the check for reductions over nothing.
 */
import { formatShape, type Shape, ShapeError } from '@nabla/backend'

export interface ReductionOptions<K extends boolean = boolean> {
  /** Keeps the reduced axes with length 1, so that the result broadcasts against the input; default false. */
  readonly keepdims?: K
}

/** How many elements each result is made of. */
export function reducedCount(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * (shape[axis] as number), 1)
}

/** Refuses reductions over no elements, for operations that have no neutral element. */
export function requireElements(operation: string, shape: Shape, axes: readonly number[]): void {
  const empty = axes.find((axis) => shape[axis] === 0)
  if (empty === undefined) return
  throw new ShapeError(operation, {
    expected: 'at least one element to reduce',
    received: `shape ${formatShape(shape)}, where axis ${empty} has length 0`,
    fix: 'leave empty batches out, or reduce over other axes',
  })
}
