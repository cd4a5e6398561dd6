/** erf and erfc of a float32, which WGSL lacks. All coefficients are minimax fits, weighted for the error of the result. */
import { polynomial } from '../literal.js'
import { COPY_SIGN, IS_NAN } from './classes.js'
import { EXP, EXP_SUM } from './exponential.js'
import { wgslFunction } from './wgsl-function.js'

/** erf(x) / x in x², for x² up to 1. */
const NEAR_ZERO = [
  1.1283791065216064, -0.37612324953079224, 0.11280179768800735, -0.02671131119132042, 0.004917550832033157,
  -0.0005631418898701668,
]

/** The logarithm of erfc(x), for x from 1 to 3.95. */
const LOG_COMPLEMENT = [
  -0.0003515699354466051, -1.1270484924316406, -0.638212263584137, -0.10304859280586243, 0.021810485050082207,
  -0.0029408480040729046, 0.00018569547683000565,
]

/** To 3 ulp: a polynomial near 0, from 1 on 1 less an exponential. */
export const ERF = wgslFunction(
  `fn error_function(x: f32) -> f32 {
  let magnitude = abs(x);
  let square = magnitude * magnitude;
  let bounded = min(magnitude, 3.95f);
  let near = ${polynomial('square', NEAR_ZERO)} * magnitude;
  let far = 1f - exponential(${polynomial('bounded', LOG_COMPLEMENT)});
  return select(copy_sign(select(far, near, magnitude < 1f), x), x, is_nan(x));
}`,
  [IS_NAN, COPY_SIGN, EXP],
)

/** exp(x²) · erfc(x) / t in t = 1 / (1 + 0.4 x), for x from 0 to 10.2. */
const SCALED_COMPLEMENT = [
  0.2257055640220642, 0.22497829794883728, 0.21470065414905548, 0.1306995302438736, 0.2691149413585663,
  -0.2788673937320709, 0.5408229231834412, -0.4938530921936035, 0.19590476155281067, -0.029206154868006706,
]

/**
 * To 8 ulp in the tail too: exp(-x²) times a polynomial. x is cut to 12 bits, whose square is exact; the rest goes into the
 * exponential apart.
 */
export const ERFC = wgslFunction(
  `fn complementary_error_function(x: f32) -> f32 {
  let magnitude = min(abs(x), 10.2f);
  let t = 1f / fma(magnitude, 0.4f, 1f);
  let scaled = ${polynomial('t', SCALED_COMPLEMENT)} * t;
  let short = bitcast<f32>(bitcast<u32>(magnitude) & 0xfffff000u);
  let rest = (short - magnitude) * (short + magnitude);
  let positive = exp_sum(-(short * short), rest) * scaled;
  return select(select(positive, 2f - positive, x < 0f), x, is_nan(x));
}`,
  [IS_NAN, EXP_SUM],
)
