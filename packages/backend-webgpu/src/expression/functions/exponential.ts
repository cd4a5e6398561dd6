/**
 * exp, expm1 and tanh of a float32: the argument is split into k·ln2 and a rest of at most ln2 / 2 in two steps (Cody and
 * Waite, "Software Manual for the Elementary Functions", 1980), whose exponential is 1 + r + r²·q(r). WGSL's own `exp` is
 * allowed an error that grows with the argument, its `tanh` overflows. q is a minimax fit for the relative error.
 */
import { polynomial } from '../literal.js'
import { COPY_SIGN, IS_NAN } from './classes.js'
import { wgslFunction } from './wgsl-function.js'

const QUOTIENT = [0.49999997, 0.16666539013385773, 0.04166722297668457, 0.008367180824279785, 0.0013882393251]

/** exp(r) - 1 for |r| up to ln2 / 2. */
const EXPM1_NEAR_0 = wgslFunction(
  `fn expm1_near_0(r: f32) -> f32 { return fma(r * r, ${polynomial('r', QUOTIENT)}, r); }`,
)

/** x - k·ln2. The first part of ln2 has 12 bits, so that its product with k is exact. */
const WITHOUT_POWER = wgslFunction(
  'fn without_power(x: f32, k: f32) -> f32 { return fma(k, -3.1946183e-5f, fma(k, -0.693115234375f, x)); }',
)

/** 2ᵏ for k from -126 to 127. */
export const POWER_OF_2 = wgslFunction(
  'fn power_of_2(k: i32) -> f32 { return bitcast<f32>((k << 23u) + 0x3f800000i); }',
)

/** x · 2ᵏ, in two factors, since 2ᵏ may be beyond what a float32 holds where the product isn't. */
const SCALED_BY_POWER = wgslFunction(
  'fn scaled_by_power(x: f32, k: i32) -> f32 { return (x * power_of_2(k >> 1u)) * power_of_2(k - (k >> 1u)); }',
  [POWER_OF_2],
)

/** exp(x + extra), with an extra that is too small to change x. */
export const EXP_SUM = wgslFunction(
  `fn exp_sum(x: f32, extra: f32) -> f32 {
  let bounded = clamp(x, -105f, 90f);
  let k = round(bounded * 1.44269504f);
  let r = without_power(bounded, k) + extra;
  return select(scaled_by_power(1f + expm1_near_0(r), i32(k)), x, is_nan(x));
}`,
  [IS_NAN, WITHOUT_POWER, EXPM1_NEAR_0, SCALED_BY_POWER],
)

/** To 2 ulp. */
export const EXP = wgslFunction('fn exponential(x: f32) -> f32 { return exp_sum(x, 0f); }', [EXP_SUM])

/** 2^x for |x| up to 200, the argument given as a sum. */
export const EXP2_SUM = wgslFunction(
  `fn exp2_sum(high: f32, low: f32) -> f32 {
  let k = round(high + low);
  return scaled_by_power(1f + expm1_near_0(((high - k) + low) * 0.69314718f), i32(k));
}`,
  [EXPM1_NEAR_0, SCALED_BY_POWER],
)

/** exp(x) - 1 to 3 ulp, without cancellation. Half of 2ᵏ, since k may be 128, and doubled at the end. */
export const EXPM1 = wgslFunction(
  `fn exponential_minus_1(x: f32) -> f32 {
  let bounded = clamp(x, -20f, 89f);
  let k = round(bounded * 1.44269504f);
  let half = power_of_2(i32(k) - 1i);
  let result = fma(expm1_near_0(without_power(bounded, k)), half, half - 0.5f);
  return select(result + result, x, is_nan(x) || abs(x) < 1e-8f);
}`,
  [IS_NAN, WITHOUT_POWER, EXPM1_NEAR_0, POWER_OF_2],
)

/** e / (e + 2) with e = exp(2x) - 1, to 4 ulp; beyond ±10 it is ±1. */
export const TANH = wgslFunction(
  `fn hyperbolic_tangent(x: f32) -> f32 {
  let twice = clamp(x + x, -20f, 20f);
  let k = round(twice * 1.44269504f);
  let scale = power_of_2(i32(k));
  let e = fma(expm1_near_0(without_power(twice, k)), scale, scale - 1f);
  return select(copy_sign(e / (e + 2f), x), x, is_nan(x));
}`,
  [IS_NAN, COPY_SIGN, WITHOUT_POWER, EXPM1_NEAR_0, POWER_OF_2],
)
