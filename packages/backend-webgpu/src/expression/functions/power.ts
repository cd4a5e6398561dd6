/**
 * a^b of float32. Errors of the logarithm are magnified by the exponent, so it is worked out as a sum of two float32, in
 * steps whose products are exact because their factors have 12 bits (the idea of FreeBSD's e_powf.c).
 */
import { INFINITY_TEXT, NAN_TEXT } from '../../wgsl/module.js'
import { polynomial } from '../literal.js'
import { EXP2_SUM } from './exponential.js'
import { wgslFunction } from './wgsl-function.js'

/** (2·atanh(s) - 2s) / s³ in s², for |s| up to (√2 - 1) / (√2 + 1). */
const ODD_TERMS = [
  0.6666666668, 0.39999994651109944, 0.28572191788794893, 0.22173149545999005, 0.1962445182580938,
]

/** The first 12 bits of a float32. */
const SHORT = wgslFunction('fn short(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }')

/** The binary logarithm of a number above 0, from its bits, as a sum whose first part has 12 bits. */
const LOG2_PARTS = wgslFunction(
  `fn log2_parts(bits: u32) -> vec2<f32> {
  let tiny = bits < 0x00800000u;
  let normal = select(bits, bitcast<u32>(f32(bits)), tiny);
  let exponent = bitcast<i32>(normal - 0x3f3504f3u) >> 23u;
  let m = bitcast<f32>(normal - (bitcast<u32>(exponent) << 23u));
  let n = f32(exponent - select(0i, 149i, tiny));
  let u = m - 1f;
  let t = short(m + 1f);
  let t_rest = u - (t - 2f);
  let s = short(u / (m + 1f));
  let s_rest = fma(-s, t_rest, fma(-s, t, u)) / (m + 1f);
  let square = s * s;
  let small = fma(square * s, ${polynomial('square', ODD_TERMS)}, (s_rest + s_rest) / (1f - square));
  let exact = (s + s) * 1.44189453125f;
  let rest = fma(small, 1.44269504f, (s + s) * 0.000800509f);
  let high = short(n + exact + rest);
  return vec2<f32>(high, ((n - high) + exact) + rest);
}`,
  [SHORT],
)

/** |a|^b for |a| above 0 and finite, b finite. */
const POSITIVE_POWER = wgslFunction(
  `fn positive_power(bits: u32, b: f32) -> f32 {
  let log2 = log2_parts(bits);
  let b_short = short(b);
  let estimate = clamp(b * (log2.x + log2.y), -400f, 400f);
  let high = clamp(b_short * log2.x, -200f, 200f);
  let low = select(fma(b, log2.y, (b - b_short) * log2.x), 0f, abs(estimate) > 190f);
  return exp2_sum(high, low);
}`,
  [SHORT, LOG2_PARTS, EXP2_SUM],
)

/** The magnitude by exp2(b · log2|a|), then the sign and the special cases of `Math.pow`; 1 to any power is 1. */
export const POWER = wgslFunction(
  `fn power(a: f32, b: f32) -> f32 {
  let bits = bitcast<u32>(a) & 0x7fffffffu;
  let exponent = bitcast<u32>(b) & 0x7fffffffu;
  if (bitcast<u32>(a) == 0x3f800000u || exponent == 0u) { return 1f; }
  if (bits > 0x7f800000u || exponent > 0x7f800000u || (bits == 0x3f800000u && exponent == 0x7f800000u)) { return ${NAN_TEXT}; }
  let negative = bitcast<i32>(a) < 0i;
  let whole = exponent >= 0x4b000000u || trunc(b) == b;
  if (negative && !whole && bits != 0u && bits != 0x7f800000u) { return ${NAN_TEXT}; }
  let grows = (bits > 0x3f800000u) == (bitcast<i32>(b) > 0i);
  var magnitude = select(0f, ${INFINITY_TEXT}, grows);
  if (bits != 0u && bits != 0x7f800000u && exponent != 0x7f800000u) { magnitude = positive_power(bits, b); }
  let odd = whole && exponent < 0x4b800000u && (i32(clamp(b, -16777216f, 16777216f)) & 1i) != 0i;
  return select(magnitude, -magnitude, negative && odd);
}`,
  [POSITIVE_POWER],
)
