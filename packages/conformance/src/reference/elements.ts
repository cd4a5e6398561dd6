/**
 * Elements of views as plain arrays of numbers in row-major order: all that the reference kernels ever see. No strides,
 * no types of storage; float16 as the numbers that its patterns stand for.
 */
import { type Shape, sizeOf, type View } from '@nabla/backend'

/** The elements of a view in row-major order of its shape. */
export type ReadView = (view: View) => number[]

/** What a call writes: all elements of one view. */
export interface Written {
  readonly view: View
  readonly values: readonly number[]
}

/** The coordinates of every position of a shape, in row-major order. */
export function coordinatesOf(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, position) => coordinatesAt(shape, position))
}

/** The coordinates of one position. */
export function coordinatesAt(shape: Shape, position: number): number[] {
  const coordinates = new Array<number>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    coordinates[axis] = rest % length
    rest = Math.floor(rest / length)
  }
  return coordinates
}

/** The position of coordinates in row-major order. */
export function positionAt(shape: Shape, coordinates: readonly number[]): number {
  return shape.reduce((position, length, axis) => position * length + (coordinates[axis] as number), 0)
}

/** A shape seen as [before, axis, after]: every kernel along one axis is three loops over these. */
export function aroundAxis(shape: Shape, axis: number): { before: number; length: number; after: number } {
  return {
    before: sizeOf(shape.slice(0, axis)),
    length: shape[axis] as number,
    after: sizeOf(shape.slice(axis + 1)),
  }
}
