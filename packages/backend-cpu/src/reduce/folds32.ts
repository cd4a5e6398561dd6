/**
 * Folding float32 tiles into float64 accumulators: the sums and extremes that most reductions are. A tile is `rows`
 * rows of `n` elements one after the other from `from` on (`step` 1), or one element in place of all (`step` 0).
 * `…Rows` folds each row into one accumulator, `…Columns` folds each element of a row into its own; the accumulators of
 * the next row are `atRow` further.
 */

/** Four partial sums, since one would wait for the latency of every addition. */
export function sumRows32(
  into: Float64Array,
  at: number,
  atRow: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  const whole = n & ~3
  let s = from
  for (let row = 0; row < rows; row++) {
    let first = 0
    let second = 0
    let third = 0
    let fourth = 0
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
    into[at + row * atRow]! += first + second + (third + fourth)
  }
}

function addRow(into: Float64Array, at: number, block: Float32Array, from: number, n: number): void {
  const whole = n & ~3
  let p = 0
  for (; p < whole; p += 4) {
    into[at + p]! += block[from + p]!
    into[at + p + 1]! += block[from + p + 1]!
    into[at + p + 2]! += block[from + p + 2]!
    into[at + p + 3]! += block[from + p + 3]!
  }
  for (; p < n; p++) into[at + p]! += block[from + p]!
}

export function sumColumns32(
  into: Float64Array,
  at: number,
  atRow: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  for (let row = 0; row < rows; row++) {
    const t = at + row * atRow
    const s = from + row * n * step
    if (atStep === 1 && step === 1) addRow(into, t, block, s, n)
    else for (let p = 0; p < n; p++) into[t + p * atStep]! += block[s + p * step]!
  }
}

/** NaN and the sign of zero as with `Math.max`, which is only called where the largest so far may change. */
export function maximumRows32(
  into: Float64Array,
  at: number,
  atRow: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  let s = from
  for (let row = 0; row < rows; row++) {
    let largest = into[at + row * atRow]!
    for (let p = 0; p < n; p++) {
      const x = block[s]!
      if (!(x < largest)) largest = Math.max(largest, x)
      s += step
    }
    into[at + row * atRow] = largest
  }
}

export function maximumColumns32(
  into: Float64Array,
  at: number,
  atRow: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let p = 0; p < n; p++) {
      const x = block[from + (row * n + p) * step]!
      const t = at + row * atRow + p * atStep
      if (!(x < into[t]!)) into[t] = Math.max(into[t]!, x)
    }
  }
}

export function minimumRows32(
  into: Float64Array,
  at: number,
  atRow: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  let s = from
  for (let row = 0; row < rows; row++) {
    let smallest = into[at + row * atRow]!
    for (let p = 0; p < n; p++) {
      const x = block[s]!
      if (!(x > smallest)) smallest = Math.min(smallest, x)
      s += step
    }
    into[at + row * atRow] = smallest
  }
}

export function minimumColumns32(
  into: Float64Array,
  at: number,
  atRow: number,
  atStep: number,
  block: Float32Array,
  from: number,
  step: number,
  rows: number,
  n: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let p = 0; p < n; p++) {
      const x = block[from + (row * n + p) * step]!
      const t = at + row * atRow + p * atStep
      if (!(x > into[t]!)) into[t] = Math.min(into[t]!, x)
    }
  }
}
