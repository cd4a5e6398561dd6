/**
 * Folding float32 blocks into float64 accumulators: the sums and extremes that most reductions are. `…Row` folds a run
 * of elements into one accumulator, `…Columns` folds each element into its own.
 */

/** Four partial sums, since one would wait for the latency of every addition. */
export function sumRow32(into: Float64Array, at: number, block: Float32Array, from: number, step: number, n: number): void {
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let s = from
  const whole = n & ~3
  for (let p = 0; p < whole; p += 4) {
    first += block[s]!
    second += block[s + step]!
    third += block[s + 2 * step]!
    fourth += block[s + 3 * step]!
    s += 4 * step
  }
  for (let p = whole; p < n; p++) {
    first += block[s]!
    s += step
  }
  into[at]! += first + second + (third + fourth)
}

export function sumColumns32(
  into: Float64Array,
  at: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  n: number,
): void {
  if (atStep === 1 && step === 1) {
    for (let p = 0; p < n; p++) into[at + p]! += block[from + p]!
  } else {
    for (let p = 0; p < n; p++) into[at + p * atStep]! += block[from + p * step]!
  }
}

/** The larger of two numbers with NaN and the sign of zero as `Math.max`, fast where the first stays. */
export function maximumRow32(into: Float64Array, at: number, block: Float32Array, from: number, step: number, n: number): void {
  let largest = into[at]!
  let s = from
  for (let p = 0; p < n; p++) {
    const x = block[s]!
    if (!(x < largest)) largest = Math.max(largest, x)
    s += step
  }
  into[at] = largest
}

export function maximumColumns32(
  into: Float64Array,
  at: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) {
    const x = block[from + p * step]!
    const t = at + p * atStep
    if (!(x < into[t]!)) into[t] = Math.max(into[t]!, x)
  }
}

export function minimumRow32(into: Float64Array, at: number, block: Float32Array, from: number, step: number, n: number): void {
  let smallest = into[at]!
  let s = from
  for (let p = 0; p < n; p++) {
    const x = block[s]!
    if (!(x > smallest)) smallest = Math.min(smallest, x)
    s += step
  }
  into[at] = smallest
}

export function minimumColumns32(
  into: Float64Array,
  at: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) {
    const x = block[from + p * step]!
    const t = at + p * atStep
    if (!(x > into[t]!)) into[t] = Math.min(into[t]!, x)
  }
}
