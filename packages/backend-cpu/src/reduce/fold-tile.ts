/**
 * Joins programs and folds: takes the tile that a program has just computed, in whichever lane, to the fold.
 */
import type { AnyProgram } from '../map/programs.js'
import { BLOCK } from '../nest.js'
import { type Extremes, foldExtremes } from './arg.js'
import type { Fold, Folding } from './folding.js'

/** Where the accumulators of a tile, and its positions among the reduced axes, begin and how they go on. */
export interface TilePlaces {
  at: number
  readonly atRow: number
  readonly atStep: number
  position: number
  readonly positionRow: number
  readonly positionStep: number
}

export type FoldTile = (places: TilePlaces, rows: number, columns: number) => void

function run<A>(
  fold: Fold<A>,
  into: Float64Array,
  { at, atRow, atStep }: TilePlaces,
  tile: A,
  from: number,
  step: number,
  rows: number,
  columns: number,
): void {
  if (atStep === 0) fold.rows(into, at, atRow, tile, from, step, rows, columns)
  else fold.columns(into, at, atRow, atStep, tile, from, step, rows, columns)
}

let widened: Float64Array | undefined

/** A float32 tile as a wide one, in a block that all calls share. */
function widen(tile: Float32Array, from: number, n: number): Float64Array {
  widened ??= new Float64Array(BLOCK)
  for (let p = 0; p < n; p++) widened[p] = tile[from + p]!
  return widened
}

export function foldValues(
  { plan, values }: AnyProgram,
  { narrow, wide }: Folding,
  into: Float64Array,
): FoldTile {
  const value = plan.results[0] as number
  return (places, rows, columns) => {
    const tile = values.arrays[value] as Float32Array | Float64Array
    const from = values.at[value] as number
    const step = values.uniform[value] ? 0 : 1
    if (tile instanceof Float64Array) run(wide, into, places, tile, from, step, rows, columns)
    else if (narrow !== undefined) run(narrow, into, places, tile, from, step, rows, columns)
    else run(wide, into, places, widen(tile, from, step === 0 ? 1 : rows * columns), 0, step, rows, columns)
  }
}

export function foldPositions({ plan, values }: AnyProgram, extremes: Extremes): FoldTile {
  const value = plan.results[0] as number
  return (places, rows, columns) => {
    const tile = values.arrays[value] as Float32Array | Float64Array
    const step = values.uniform[value] ? 0 : 1
    const isWide = tile instanceof Float64Array
    const start = values.at[value] as number
    const wide = isWide ? tile : widen(tile, start, step === 0 ? 1 : rows * columns)
    for (let row = 0; row < rows; row++) {
      const from = (isWide ? start : 0) + row * columns * step
      const at = places.at + row * places.atRow
      const position = places.position + row * places.positionRow
      foldExtremes(extremes, at, places.atStep, wide, from, step, position, places.positionStep, columns)
    }
  }
}
