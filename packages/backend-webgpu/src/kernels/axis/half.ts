/**
 * float16 from and to float32 in integer arithmetic: WGSL's own conversions may round either way, and say nothing of
 * infinities and NaN.
 */

/** `half_value(bits) -> f32`. */
export const HALF_VALUE = `fn half_value(bits: u32) -> f32 {
  let sign = (bits & 0x8000u) << 16u;
  let rest = bits & 0x7fffu;
  if (rest >= 0x7c00u) { return bitcast<f32>(sign | 0x7f800000u | ((rest & 0x3ffu) << 13u)); }
  if (rest >= 0x400u) { return bitcast<f32>(sign | ((rest << 13u) + 0x38000000u)); }
  return bitcast<f32>(sign | bitcast<u32>(f32(rest) * 5.9604644775390625e-8));
}`

/** `half_bits(value) -> u32`, to the nearest, ties to even. */
export const HALF_BITS = `fn half_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16u) & 0x8000u;
  let rest = bits & 0x7fffffffu;
  if (rest > 0x7f800000u) { return sign | 0x7e00u; }
  if (rest >= 0x477ff000u) { return sign | 0x7c00u; }
  if (rest < 0x38800000u) { return sign | u32(round(bitcast<f32>(rest) * 16777216.0)); }
  return sign | (((rest + 0xfffu + ((rest >> 13u) & 1u)) >> 13u) - 0x1c000u);
}`
