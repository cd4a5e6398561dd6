/**
 * The exponential function to float32 accuracy, in half the time of `Math.exp`: the argument is split into k·ln2/8 and
 * a rest below 0.044, whose exponential is a quartic; 2^(k/8) comes from a table.
 * Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15 (1989).
 * Computed in float64 with a relative error below 2e-9, so rounding to float32 is off by hardly more than half an ulp.
 */

/**
 * The table of 2^(k/8), k from -1216 to 1055. Loops hand it in from a local constant, and the numbers below are
 * literals, because V8 would load and check a variable of the module anew for every element.
 */
export const POWERS = /* @__PURE__ */ Float64Array.from({ length: 2272 }, (_, k) => 2 ** ((k - 1216) / 8))

/** exp(x), to be rounded to float32, in which it is infinite from x = 89 on and 0 below -104. */
export function exp32(x: number, powers: Float64Array): number {
  // Branches that hardly ever change: `Math.min` and `Math.max` have to look for NaN and -0 as well.
  let within = x
  if (x > 89) within = 89
  else if (x < -104) within = -104
  // Times 8 / ln2; adding and subtracting 1.5 · 2^52 rounds to the nearest integer.
  const k = within * 11.541560327111707 + 6755399441055744 - 6755399441055744
  const r = within - k * 0.08664339756999316
  const rest = 1 + r * (1 + r * (0.5 + r * (0.16666666666666666 + r * 0.041666666666666664)))
  return powers[(k | 0) + 1216]! * rest
}

/** tanh(x), to be rounded to float32. */
export function tanh32(x: number, powers: Float64Array): number {
  if (x < 0.02 && x > -0.02) {
    const square = x * x
    return x * (1 - square * (0.3333333333333333 - square * 0.13333333333333333))
  }
  return 1 - 2 / (exp32(2 * x, powers) + 1)
}

/** log(1 + x), to be rounded to float32: 1 + x in float64 is fine enough unless x is tiny. */
export function log1p32(x: number): number {
  return x < 1e-8 && x > -1e-8 ? x : Math.log(1 + x)
}
