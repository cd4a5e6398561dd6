/**
 * Folding wide blocks, which hold any type, into float64 accumulators. `…Row` folds a run of elements into one
 * accumulator, `…Columns` folds each element into its own. Integers wrap modulo 2^32 at every step, which is exact for
 * the narrower types too.
 */
type Values = Float64Array

export function sumRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let sum = 0
  for (let p = 0; p < n; p++) sum += block[from + p * step]!
  into[at]! += sum
}

export function sumColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep]! += block[from + p * step]!
}

export function wrappingSumRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let sum = into[at]! | 0
  for (let p = 0; p < n; p++) sum = (sum + block[from + p * step]!) | 0
  into[at] = sum
}

export function wrappingSumColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep] = (into[at + p * atStep]! + block[from + p * step]!) | 0
}

export function productRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let product = into[at]!
  for (let p = 0; p < n; p++) product *= block[from + p * step]!
  into[at] = product
}

export function productColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep]! *= block[from + p * step]!
}

export function wrappingProductRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let product = into[at]! | 0
  for (let p = 0; p < n; p++) product = Math.imul(product, block[from + p * step]!)
  into[at] = product
}

export function wrappingProductColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep] = Math.imul(into[at + p * atStep]!, block[from + p * step]!)
}

export function maximumRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let largest = into[at]!
  for (let p = 0; p < n; p++) largest = Math.max(largest, block[from + p * step]!)
  into[at] = largest
}

export function maximumColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep] = Math.max(into[at + p * atStep]!, block[from + p * step]!)
}

export function minimumRow(into: Values, at: number, block: Values, from: number, step: number, n: number): void {
  let smallest = into[at]!
  for (let p = 0; p < n; p++) smallest = Math.min(smallest, block[from + p * step]!)
  into[at] = smallest
}

export function minimumColumns(
  into: Values,
  at: number,
  atStep: number,
  block: Values,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) into[at + p * atStep] = Math.min(into[at + p * atStep]!, block[from + p * step]!)
}
