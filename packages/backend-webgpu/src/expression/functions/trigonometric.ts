/**
 * sin, cos and atan2 of float32. WGSL promises something for its own only from -π to π. Angles are reduced by multiples of
 * π/2, subtracted in four parts of 8 bits (Cody and Waite), whose products with up to 16 bits are exact; beyond, results
 * get worse, but stay between -1 and 1. Coefficients are minimax fits.
 */
import { NAN_TEXT } from '../../wgsl/module.js'
import { floatLiteral, polynomial } from '../literal.js'
import { DIVIDE } from './arithmetic.js'
import { COPY_SIGN, EITHER_NAN, IS_FINITE } from './classes.js'
import { wgslFunction } from './wgsl-function.js'

const HALF_PI_PARTS = [1.5703125, 0.0004825592041015625, 0.0000012665987014770508, 9.920935184482005e-10]
const SINE = [-0.16666655242443085, 0.008332154713571072, -0.00019514070299919695]
const COSINE = [0.04166664555668831, -0.0013887337408959866, 2.4434844817733392e-5]

/** sin(x + turns · π/2). */
const SINE_OF = wgslFunction(
  `fn sine_of(x: f32, turns: i32) -> f32 {
  let k = round(x * 0.63661977f);
  let rest = ${HALF_PI_PARTS.reduce((left, part) => `fma(k, ${floatLiteral(-part)}, ${left})`, 'x')};
  let r = clamp(rest, -0.8f, 0.8f);
  let square = r * r;
  let sine = fma(${polynomial('square', SINE)}, square * r, r);
  let cosine = fma(${polynomial('square', COSINE)}, square * square, fma(square, -0.5f, 1f));
  let quadrant = u32(i32(clamp(k, -2e9f, 2e9f)) + turns);
  let result = select(sine, cosine, (quadrant & 1u) != 0u);
  let signed = bitcast<f32>(bitcast<u32>(result) ^ ((quadrant & 2u) << 30u));
  return select(${NAN_TEXT}, signed, is_finite(x));
}`,
  [IS_FINITE],
)

export const SIN = wgslFunction('fn sine(x: f32) -> f32 { return sine_of(x, 0i); }', [SINE_OF])
export const COS = wgslFunction('fn cosine(x: f32) -> f32 { return sine_of(x, 1i); }', [SINE_OF])

const ARC_TANGENT = [
  -0.3333316743373871, 0.19994136691093445, -0.14214205741882324, 0.10678929090499878, -0.07580552995204926,
  0.04355324059724808, -0.01658099703490734, 0.002974543021991849,
]

/**
 * The angle of (x, y): the arc tangent of the smaller over the larger, turned into its octant. The sign bit of x says left
 * or right, also that of -0.
 */
export const ATAN2 = wgslFunction(
  `fn arc_tangent_2(y: f32, x: f32) -> f32 {
  let high = abs(y);
  let wide = abs(x);
  let larger = max(high, wide);
  let quotient = select(divide(min(high, wide), larger), 0f, larger == 0f);
  let t = select(quotient, 1f, !is_finite(y) && !is_finite(x));
  let square = t * t;
  let first = fma(${polynomial('square', ARC_TANGENT)}, square * t, t);
  let octant = select(first, 1.57079633f - first, high > wide);
  let angle = select(octant, 3.14159265f - octant, bitcast<i32>(x) < 0i);
  return select(copy_sign(angle, y), ${NAN_TEXT}, either_nan(x, y));
}`,
  [IS_FINITE, EITHER_NAN, COPY_SIGN, DIVIDE],
)
