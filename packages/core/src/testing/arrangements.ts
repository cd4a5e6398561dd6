/**
 * For tests: tensors with given values in every layout that views can have — permuted, with gaps, reversed.
 */

import type { DType, Shape } from '@nabla/backend'
import fc from 'fast-check'
import { tensorFrom } from '../ops/creation/tensor.js'
import { permute, slice } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'

/** How values lie in memory; keys beyond the rank are not used. */
export interface Arrangement {
  /** Axes are stored in the order of these keys. */
  readonly keys: readonly number[]
  /** Unused elements between neighbours. */
  readonly gap: number
  /** Which axes are stored backwards. */
  readonly reversed: readonly boolean[]
}

export const rowMajor: Arrangement = { keys: [], gap: 0, reversed: [] }

export const arrangements: fc.Arbitrary<Arrangement> = fc.oneof(
  fc.constant(rowMajor),
  fc.record({
    keys: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }),
    gap: fc.integer({ min: 0, max: 1 }),
    reversed: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  }),
)

/** All coordinates of a shape in row-major order. */
export function coordinatesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (lead, length) => lead.flatMap((start) => Array.from({ length }, (_, next) => [...start, next])),
    [[]],
  )
}

/** The row-major position of coordinates. */
export function positionOf(shape: Shape, coordinates: readonly number[]): number {
  return shape.reduce((position, length, axis) => position * length + (coordinates[axis] as number), 0)
}

/** A tensor of row-major `values` stored as the arrangement says. */
export function arranged(
  values: readonly number[],
  shape: Shape,
  { keys, gap, reversed }: Arrangement = rowMajor,
  dtype: DType = 'float64',
): Tensor {
  const order = shape.map((_, axis) => axis).sort((a, b) => (keys[a] ?? a) - (keys[b] ?? b))
  const step = gap + 1
  const stored = order.map((axis) => (shape[axis] as number) * step)
  const place = (coordinate: number, axis: number): number =>
    step * (reversed[axis] ? (shape[axis] as number) - 1 - coordinate : coordinate)
  const data = new Array<number>(stored.reduce((size, length) => size * length, 1)).fill(99)
  coordinatesOf(shape).forEach((coordinates, position) => {
    const at = order.map((axis) => place(coordinates[axis] as number, axis))
    data[positionOf(stored, at)] = values[position] as number
  })
  const ranges = order.map((axis) => {
    const length = shape[axis] as number
    return reversed[axis] && length > 0
      ? { start: (length - 1) * step, length, step: -step }
      : { start: 0, length, step }
  })
  const part = slice('test', tensorFrom(data, stored, { dtype }), ranges)
  return permute(
    'test',
    part,
    shape.map((_, axis) => order.indexOf(axis)),
  )
}

/** Numbers between -1 and 1 without pattern, the same for the same seed. */
export function noise(count: number, seed = 1): number[] {
  let state = seed * 2654435761
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}
