/**
 * `argMax` and `argMin`: the position of the extreme among the reduced axes, the first of equals, NaN counting as the
 * extreme. Tiles come in whatever order suits memory, so positions are compared, not taken as they come.
 */

/** The extremes so far and where they stand. */
export interface Extremes {
  /** 1 for the largest, -1 for the smallest. */
  readonly sign: 1 | -1
  readonly values: Float64Array
  readonly positions: Int32Array
}

export function createExtremes(sign: 1 | -1, length: number): Extremes {
  return {
    sign,
    values: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    positions: new Int32Array(length).fill(-1),
  }
}

/** Folds `n` elements, whose positions grow by `positionStep`, into the extremes at `at`, `at + atStep` … */
export function foldExtremes(
  { sign, values, positions }: Extremes,
  at: number,
  atStep: number,
  block: Float64Array,
  from: number,
  step: number,
  position: number,
  positionStep: number,
  n: number,
): void {
  for (let p = 0; p < n; p++) {
    const x = sign * block[from + p * step]!
    const t = at + p * atStep
    const best = values[t]!
    if (x < best) continue
    const own = position + p * positionStep
    const known = positions[t]!
    const isNaN = Number.isNaN(x)
    const bestIsNaN = Number.isNaN(best)
    const earlier = known < 0 || own < known
    if (isNaN ? !bestIsNaN || earlier : !bestIsNaN && (x > best || earlier)) {
      values[t] = x
      positions[t] = own
    }
  }
}
