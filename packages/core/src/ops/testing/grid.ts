/**
 * Reference arrays for tests: a shape and its values in row-major order, worked with one element at a time.
 */
import { type Shape, sizeOf } from '@nabla/backend'
import { expect } from 'vitest'
import type { Tensor } from '../../tensor.js'

export interface Grid {
  readonly shape: Shape
  readonly values: readonly number[]
}

/** All coordinates of a shape in row-major order. */
export function coordinates(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index: number[] = []
    let rest = flat
    for (const length of shape.toReversed()) {
      index.unshift(rest % length)
      rest = Math.floor(rest / length)
    }
    return index
  })
}

export function gridOf(shape: Shape, value: (index: number[]) => number): Grid {
  return { shape, values: coordinates(shape).map(value) }
}

export function at({ shape, values }: Grid, index: readonly number[]): number {
  const flat = index.reduce((sum, coordinate, axis) => sum * (shape[axis] as number) + coordinate, 0)
  return values[flat] as number
}

/** The values that each element of a reduction is made of, in row-major order. */
export function reduceGrid(
  x: Grid,
  axes: readonly number[],
  keepdims: boolean,
  combine: (values: number[]) => number,
): Grid {
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  const inner = x.shape.map((length, axis) => (axes.includes(axis) ? length : 1))
  const values = coordinates(kept).map((outer) =>
    combine(
      coordinates(inner).map((index) =>
        at(
          x,
          outer.map((coordinate, axis) => coordinate + (index[axis] as number)),
        ),
      ),
    ),
  )
  return { shape: keepdims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), values }
}

/** Checks shape and values of a result and frees it. */
export function expectGrid(result: Tensor, expected: Grid, relative = 1e-12): void {
  expect([...result.shape]).toEqual([...expected.shape])
  const data = Array.from(result.dataSync(), Number)
  result.dispose()
  expect(data.length).toBe(expected.values.length)
  data.forEach((value, i) => {
    const wanted = expected.values[i] as number
    const close =
      Object.is(value, wanted) ||
      value === wanted ||
      Math.abs(value - wanted) <= relative * Math.max(1, Math.abs(wanted))
    if (!close) expect({ element: i, value }).toEqual({ element: i, value: wanted })
  })
}
