/**
 * Shapes: sizes, strides, broadcasting and axes, as pure functions over arrays of numbers.
 */
import { AxisError, ShapeError } from './errors.js'

/** Lengths of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[]

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const length of shape) size *= length
  return size
}

/** Strides, in elements, of a shape laid out row by row. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] as number
  }
  return strides
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}

/** `[2,3]` as text, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/**
 * The shape in which two shapes meet under NumPy's broadcasting rule: aligned at the last axis, each pair of lengths
 * must be equal or one of them 1.
 *
 * @throws ShapeError naming the operation, both shapes and the axis.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(operation, {
        expected: `shapes that broadcast: aligned at the last axis, lengths must be equal or one of them 1`,
        received: `${formatShape(a)} and ${formatShape(b)}, which differ at axis ${axis - rank} (${left} against ${right})`,
        fix: `reshape or transpose one of them so that axis ${axis - rank} agrees, or give it length 1 with expandDims`,
      })
    }
    result[axis] = left === 1 ? right : left
  }
  return result
}

/** An axis given from the front or, negative, from the back, as an index from the front. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw new AxisError(operation, axis, rank)
  return axis < 0 ? axis + rank : axis
}

/** Axes sorted from front to back, checked for range and repetition; `undefined` means all of them. */
export function normalizeAxes(
  operation: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  if (typeof axes === 'number') return [normalizeAxis(operation, axes, rank)]
  const result = axes.map((axis) => normalizeAxis(operation, axis, rank)).sort((a, b) => a - b)
  for (let i = 1; i < result.length; i++) {
    if (result[i] === result[i - 1]) {
      throw new ShapeError(operation, {
        expected: 'each axis at most once',
        received: `axes ${formatShape(axes)} for ${rank} dimensions, where axis ${result[i]} stands twice`,
        fix: 'remove the repeated axis (a negative axis counts from the end)',
      })
    }
  }
  return result
}
