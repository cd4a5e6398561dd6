/**
 * The two ends of a reduction's shader: where states come from, and where they go. Both add what they need to the dispatch
 * and give text for it.
 */
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { Scratch } from '../../plan/plan.js'
import { wordText } from '../../wgsl/module.js'
import type { Steps } from '../nest.js'
import type { Fold } from './fold.js'

export interface Part {
  /** Views over the kept axes whose places it wants. */
  readonly views: readonly Steps[]
  /** What its text depends on, but for the numbers of its views. */
  readonly key: string
}

/** Where states come from. */
export interface Reader extends Part {
  /** Units of work for each result. */
  readonly units: number
  /** Whether it has so little to do for a unit that several should be under way. */
  readonly unroll: number
  /**
   * Texts for module scope, among them the function `state_of(k, result, unit)`, where the places `k` of its views begin
   * with number `first`.
   */
  readonly scope: (first: number) => readonly string[]
}

/** Where states go. */
export interface Writer extends Part {
  /** Statements that store `state` for `result` of `slice`, and texts that they need at module scope. */
  readonly text: (first: number) => { readonly scope: readonly string[]; readonly statements: string }
}

/** States of slices, `[slices, results]`. */
export function readStates(builder: DispatchBuilder, scratch: Scratch, fold: Fold, results: number): Reader {
  const source = builder.scratch(scratch, fold.type, 'read')
  const count = builder.integer(results)
  return {
    views: [],
    key: `states b${source}`,
    units: scratch.words / fold.words / results,
    unroll: 2,
    scope: () => [
      `fn state_of(k: kept_places, result: u32, unit: u32) -> ${fold.type} { return b${source}[unit * ${wordText(count)} + result]; }`,
    ],
  }
}

export function writeStates(builder: DispatchBuilder, scratch: Scratch, fold: Fold, results: number): Writer {
  const target = builder.scratch(scratch, fold.type, 'read_write')
  const count = builder.integer(results)
  return {
    views: [],
    key: `states b${target}`,
    text: () => ({ scope: [], statements: `b${target}[slice * ${wordText(count)} + result] = state;` }),
  }
}
