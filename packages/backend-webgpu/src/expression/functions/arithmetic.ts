/** Division, roots and remainders of float32 where WGSL promises less than the contract asks. */
import { INFINITY_TEXT, NAN_TEXT } from '../../wgsl/module.js'
import { wgslFunction } from './wgsl-function.js'

/** WGSL bounds the error for divisors up to 2¹²⁶: beyond, both are scaled. */
export const DIVIDE = wgslFunction(`fn divide(a: f32, b: f32) -> f32 {
  let scale = select(1f, 0.25f, abs(b) > 8.5e37f);
  return (a * scale) / (b * scale);
}`)

/** 1 / √x; ±∞ at ±0, NaN below. */
export const RSQRT = wgslFunction(`fn reciprocal_root(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let infinity = bitcast<f32>(bitcast<u32>(${INFINITY_TEXT}) | (bits & 0x80000000u));
  return select(select(inverseSqrt(x), ${NAN_TEXT}, bits > 0x80000000u), infinity, (bits << 1u) == 0u);
}`)

/** √x; NaN below 0. */
export const SQRT = wgslFunction(`fn square_root(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  return select(select(sqrt(x), ${NAN_TEXT}, bits > 0x80000000u), x, (bits << 1u) == 0u || bits == 0x7f800000u);
}`)

/** The significand of a float32 as an integer, from the bits of its magnitude. */
const SIGNIFICAND = wgslFunction(`fn significand(magnitude: u32) -> u32 {
  return (magnitude & 0x7fffffu) | select(0u, 0x800000u, magnitude >= 0x800000u);
}`)

/**
 * The remainder of a division rounded towards zero, exactly: long division of the significands, 8 bits at a time. WGSL's
 * own is worth nothing for large quotients.
 */
export const REMAINDER = wgslFunction(
  `fn remainder(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a) & 0x7fffffffu;
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  if (dividend >= 0x7f800000u || divisor > 0x7f800000u || divisor == 0u) { return ${NAN_TEXT}; }
  if (dividend < divisor) { return a; }
  let by = significand(divisor);
  let exponent = max(divisor >> 23u, 1u);
  var left = max(dividend >> 23u, 1u) - exponent;
  var rest = significand(dividend) % by;
  while (left > 0u && rest != 0u) {
    let step = min(left, 8u);
    rest = (rest << step) % by;
    left -= step;
  }
  if (rest == 0u) { return bitcast<f32>(bitcast<u32>(a) & 0x80000000u); }
  let shift = min(countLeadingZeros(rest) - 8u, exponent - 1u);
  let shifted = rest << shift;
  let magnitude = select(shifted, (shifted & 0x7fffffu) | ((exponent - shift) << 23u), shifted >= 0x800000u);
  return bitcast<f32>(magnitude | (bitcast<u32>(a) & 0x80000000u));
}`,
  [SIGNIFICAND],
)
