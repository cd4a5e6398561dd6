/**
 * Folding wide tiles, which hold any type, into float64 accumulators; for the layout see folds32.ts. Integers wrap
 * modulo 2^32 at every step, which is exact for the narrower types too.
 */
import type { Fold } from './folding.js'

type Values = Float64Array
/** Folds a run of elements into one accumulator. */
type FoldRun = (into: Values, at: number, tile: Values, from: number, step: number, n: number) => void
/** Folds each element of a run into its own accumulator. */
type FoldEach = (
  into: Values,
  at: number,
  atStep: number,
  tile: Values,
  from: number,
  step: number,
  n: number,
) => void

function byRows(run: FoldRun, each: FoldEach): Fold<Values> {
  return {
    rows(into, at, atRow, tile, from, step, rows, n) {
      for (let row = 0; row < rows; row++) run(into, at + row * atRow, tile, from + row * n * step, step, n)
    },
    columns(into, at, atRow, atStep, tile, from, step, rows, n) {
      for (let row = 0; row < rows; row++)
        each(into, at + row * atRow, atStep, tile, from + row * n * step, step, n)
    },
  }
}

export const sum = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let total = 0
    for (let p = 0; p < n; p++) total += tile[from + p * step]!
    into[at]! += total
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++) into[at + p * atStep]! += tile[from + p * step]!
  },
)

export const wrappingSum = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let total = into[at]! | 0
    for (let p = 0; p < n; p++) total = (total + tile[from + p * step]!) | 0
    into[at] = total
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++) into[at + p * atStep] = (into[at + p * atStep]! + tile[from + p * step]!) | 0
  },
)

export const product = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let total = into[at]!
    for (let p = 0; p < n; p++) total *= tile[from + p * step]!
    into[at] = total
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++) into[at + p * atStep]! *= tile[from + p * step]!
  },
)

export const wrappingProduct = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let total = into[at]! | 0
    for (let p = 0; p < n; p++) total = Math.imul(total, tile[from + p * step]!)
    into[at] = total
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++)
      into[at + p * atStep] = Math.imul(into[at + p * atStep]!, tile[from + p * step]!)
  },
)

export const maximum = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let largest = into[at]!
    for (let p = 0; p < n; p++) largest = Math.max(largest, tile[from + p * step]!)
    into[at] = largest
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++)
      into[at + p * atStep] = Math.max(into[at + p * atStep]!, tile[from + p * step]!)
  },
)

export const minimum = /* @__PURE__ */ byRows(
  (into, at, tile, from, step, n) => {
    let smallest = into[at]!
    for (let p = 0; p < n; p++) smallest = Math.min(smallest, tile[from + p * step]!)
    into[at] = smallest
  },
  (into, at, atStep, tile, from, step, n) => {
    for (let p = 0; p < n; p++)
      into[at + p * atStep] = Math.min(into[at + p * atStep]!, tile[from + p * step]!)
  },
)
