/**
 * float16 in the lower half of a 32-bit word, where the device has no `f16`. By hand, since WGSL leaves open what
 * `pack2x16float` makes of infinities. The module puts these functions into shaders that call them.
 */

/** The value of 16 bits. */
const FROM_BITS = `fn half_from_bits(bits: u32) -> f32 {
  let magnitude = bits & 0x7fffu;
  let normal = bitcast<f32>((magnitude << 13u) + select(0x38000000u, 0x70000000u, magnitude >= 0x7c00u));
  let value = select(normal, f32(magnitude) * 5.9604644775390625e-8f, magnitude < 0x400u);
  return bitcast<f32>(bitcast<u32>(value) | ((bits & 0x8000u) << 16u));
}`

/** The 16 bits of a value that float16 holds exactly. */
const TO_BITS = `fn half_to_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let magnitude = bits & 0x7fffffffu;
  let normal = (magnitude - 0x38000000u) >> 13u;
  let small = u32(bitcast<f32>(min(magnitude, 0x38800000u)) * 16777216f);
  let finite = select(normal, small, magnitude < 0x38800000u);
  let special = select(0x7c00u, 0x7e00u, magnitude > 0x7f800000u);
  return select(finite, special, magnitude >= 0x7f800000u) | ((bits >> 16u) & 0x8000u);
}`

export const HALF_FUNCTIONS = [
  { name: 'half_from_bits', text: FROM_BITS },
  { name: 'half_to_bits', text: TO_BITS },
] as const
