/**
 * Selections: what `slice` takes per axis, and the shape that it leaves.
 */
import type { Shape } from '@nabla/backend'

/** `start` (included) to `stop` (excluded) by `step`, each optional; negative positions count from the end. */
export interface SliceRange {
  readonly start?: number | null
  readonly stop?: number | null
  readonly step?: number
}

/**
 * What is taken of one axis:
 * - a number: that position, and the axis disappears
 * - `[start, stop]`, `[start, stop, step]` or `{ start, stop, step }`: a range, with NumPy's rules
 * - `null`: everything
 * - `'...'`: everything, for as many axes as the other selections leave over
 */
export type Selection =
  | number
  | null
  | readonly [start: number | null, stop: number | null]
  | readonly [start: number | null, stop: number | null, step: number]
  | SliceRange
  | '...'

type Walk<S extends Shape, Q extends readonly Selection[]> = Q extends readonly [
  infer F,
  ...infer R extends Selection[],
]
  ? S extends readonly [infer L extends number, ...infer T extends number[]]
    ? F extends number
      ? Walk<T, R>
      : [F extends null ? L : number, ...Walk<T, R>]
    : []
  : [...S]

/** The shape that selections leave of a shape. */
export type Selected<S extends Shape, Q extends readonly Selection[]> = number extends
  | S['length']
  | Q['length']
  ? number[]
  : '...' extends Q[number]
    ? number[]
    : Walk<S, Q>
