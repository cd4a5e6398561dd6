/**
 * The exponential function to float32 accuracy, several times as fast as `Math.exp`: the argument is split into
 * k·ln2/64 and a rest below 0.0055, whose exponential is a cubic; 2^(k/64) comes from two tables.
 * Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15 (1989).
 * Computed in float64 with a relative error below 1e-10, so rounding to float32 is off by hardly more than half an ulp.
 */

const STEPS = 64
/** exp overflows float32 above, and is below half of its smallest number beneath. */
const HIGHEST = 89
const LOWEST = -104
const LOWEST_POWER = -152

const FRACTIONS = /* @__PURE__ */ Float64Array.from({ length: STEPS }, (_, j) => 2 ** (j / STEPS))
const POWERS = /* @__PURE__ */ Float64Array.from({ length: 284 }, (_, e) => 2 ** (e + LOWEST_POWER))
const STEPS_PER_UNIT = STEPS / Math.LN2
const UNITS_PER_STEP = Math.LN2 / STEPS
/** Adding and subtracting 1.5 · 2^52 rounds to the nearest integer. */
const ROUNDING = 6755399441055744

/** exp(x), to be rounded to float32; from x = 89 on Infinity. */
export function exp32(x: number): number {
  if (x > HIGHEST) return Number.POSITIVE_INFINITY
  if (x < LOWEST) return 0
  const steps = x * STEPS_PER_UNIT + ROUNDING - ROUNDING
  const k = steps | 0
  const r = x - steps * UNITS_PER_STEP
  const rest = 1 + r * (1 + r * (0.5 + r * 0.16666666666666666))
  return FRACTIONS[k & 63]! * POWERS[(k >> 6) - LOWEST_POWER]! * rest
}

/** tanh(x), to be rounded to float32. */
export function tanh32(x: number): number {
  if (x < 0.02 && x > -0.02) {
    const square = x * x
    return x * (1 - square * (0.3333333333333333 - square * 0.13333333333333333))
  }
  return 1 - 2 / (exp32(2 * x) + 1)
}

/** log(1 + x), to be rounded to float32: 1 + x in float64 is fine enough unless x is tiny. */
export function log1p32(x: number): number {
  return x < 1e-8 && x > -1e-8 ? x : Math.log(1 + x)
}
