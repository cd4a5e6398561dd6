/**
 * What kind of number a float32 is, told from its bits: WGSL lets compilers assume that NaN and infinities never occur, and
 * then `x != x` is false. Comparisons and extremes in terms of that.
 */
import { NAN_TEXT } from '../../wgsl/module.js'
import { wgslFunction } from './wgsl-function.js'

export const IS_NAN = wgslFunction(
  'fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
)

export const IS_FINITE = wgslFunction(
  'fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }',
)

/** Anything but a zero; NaN too. */
export const IS_NONZERO = wgslFunction(
  'fn is_nonzero(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }',
)

export const EITHER_NAN = wgslFunction(
  'fn either_nan(a: f32, b: f32) -> bool { return max(bitcast<u32>(a) & 0x7fffffffu, bitcast<u32>(b) & 0x7fffffffu) > 0x7f800000u; }',
)

/** NaN if either is. */
export const MAXIMUM = wgslFunction(
  `fn maximum(a: f32, b: f32) -> f32 { return select(max(a, b), ${NAN_TEXT}, either_nan(a, b)); }`,
  [EITHER_NAN],
)

export const MINIMUM = wgslFunction(
  `fn minimum(a: f32, b: f32) -> f32 { return select(min(a, b), ${NAN_TEXT}, either_nan(a, b)); }`,
  [EITHER_NAN],
)

/** The magnitude of one float with the sign bit of another. */
export const COPY_SIGN = wgslFunction(
  'fn copy_sign(x: f32, sign: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u)); }',
)

/**
 * The nearest float16 as float32, ties to even. From 2⁻¹⁴ on 13 bits go; below, multiples of 2⁻²⁴ are left.
 * 65520 and more is infinity.
 */
export const ROUND_TO_HALF = wgslFunction(`fn round_to_half(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  let rounded = (magnitude + 0xfffu + ((magnitude >> 13u) & 1u)) & 0xffffe000u;
  let small = bitcast<u32>(round(bitcast<f32>(min(magnitude, 0x38800000u)) * 16777216f) * 5.9604644775390625e-8f);
  let finite = select(select(rounded, 0x7f800000u, rounded > 0x477fe000u), small, magnitude < 0x38800000u);
  return bitcast<f32>(select(finite, magnitude, magnitude > 0x7f800000u) | (bits & 0x80000000u));
}`)
