/**
 * log and log1p of a float32: x = 2ᵏ · (1 + f) with 1 + f from √½ to √2, log(1 + f) = f - f²/2 + f³·P(f), where P is a
 * minimax fit weighted for the relative error. WGSL's own is only absolutely right around 1.
 */
import { INFINITY_TEXT, NAN_TEXT } from '../../wgsl/module.js'
import { polynomial } from '../literal.js'
import { IS_FINITE } from './classes.js'
import { wgslFunction } from './wgsl-function.js'

const TAIL = [
  0.3333333134651184, -0.2500082552433014, 0.20001235604286194, -0.1662314385175705, 0.14201372861862183,
  -0.13162016868591309, 0.12765401601791382, -0.07634320855140686,
]

/** k·ln2 + log(1 + f). */
const LOG_OF_PARTS = wgslFunction(`fn log_of_parts(k: f32, f: f32) -> f32 {
  let square = f * f;
  let tail = fma(square * f, ${polynomial('f', TAIL)}, k * 3.1946183e-5f);
  return fma(k, 0.693115234375f, f + fma(square, -0.5f, tail));
}`)

/** The logarithm of a number above 0, from its bits. Denormals are taken for integers, times 2⁻¹⁴⁹. */
const LOG_OF_BITS = wgslFunction(
  `fn log_of_bits(bits: u32) -> f32 {
  let tiny = bits < 0x00800000u;
  let normal = select(bits, bitcast<u32>(f32(bits)), tiny);
  let exponent = bitcast<i32>(normal - 0x3f3504f3u) >> 23u;
  let f = bitcast<f32>(normal - (bitcast<u32>(exponent) << 23u)) - 1f;
  return log_of_parts(f32(exponent - select(0i, 149i, tiny)), f);
}`,
  [LOG_OF_PARTS],
)

/** To 2 ulp; -∞ at 0, NaN below. */
export const LOG = wgslFunction(
  `fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let positive = select(log_of_bits(bits), x, bits >= 0x7f800000u);
  return select(select(positive, ${NAN_TEXT}, bits > 0x80000000u), -${INFINITY_TEXT}, (bits << 1u) == 0u);
}`,
  [LOG_OF_BITS],
)

/** log(1 + x) to 3 ulp: near 0 without forming the sum; elsewhere rounding it does no harm. */
export const LOG1P = wgslFunction(
  `fn logarithm_of_1_plus(x: f32) -> f32 {
  let near = is_finite(x) && x > -0.29f && x < 0.41f;
  return select(logarithm(1f + x), select(log_of_parts(0f, x), x, abs(x) < 1e-8f), near);
}`,
  [LOG, LOG_OF_PARTS, IS_FINITE],
)
