/**
 * log and log1p on four float32: x = 2^k · (1 + f) with 1 + f from √½ to √2, log(1 + f) = f - f²/2 + f³·P(f), where P is
 * a minimax fit weighted for the relative error.
 */
import { f32x4, i32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from '../emit/kit.js'

const SQRT_HALF_BITS = 0x3f3504f3
const SMALLEST_NORMAL = 2 ** -126
const LN2_HIGH = 0.693115234375
const LN2_LOW = 3.1946183e-5

const TAIL = [
  0.3333333134651184, -0.2500082552433014, 0.20001235604286194, -0.1662314385175705, 0.14201372861862183,
  -0.13162016868591309, 0.12765401601791382, -0.07634320855140686,
]

/** log(x) to 2 ulp; -∞ at 0, NaN below. */
export function logarithm(kit: Kit, x: Vector): Vector {
  const argument = kit.let(x)
  const tiny = kit.let(f32x4.lt(argument, kit.float(SMALLEST_NORMAL)))
  // Denormals are made normal by 2²³.
  const normal = v128.bitselect(tiny, f32x4.mul(argument, kit.float(2 ** 23)), argument)
  const bits = kit.let(normal)
  const exponent = kit.let(i32x4.shr_s(i32x4.sub(bits, kit.word(SQRT_HALF_BITS)), 23))
  const f = kit.let(f32x4.sub(i32x4.sub(bits, i32x4.shl(exponent, 23)), kit.float(1)))
  const k = kit.let(f32x4.sub(f32x4.convert_s(exponent), v128.and(tiny, kit.float(23))))
  const square = kit.let(f32x4.mul(f, f))
  const cube = f32x4.mul(square, f)
  const tail = kit.multiplyAdd(cube, kit.polynomial(f, TAIL), f32x4.mul(k, kit.float(LN2_LOW)))
  const small = kit.multiplyAdd(square, kit.float(-0.5), tail)
  const result = kit.multiplyAdd(k, kit.float(LN2_HIGH), f32x4.add(f, small))
  return special(kit, argument, result)
}

/** -∞ at 0, NaN below, +∞ and NaN as they are. */
function special(kit: Kit, x: Vector, result: Vector): Vector {
  const finite = v128.bitselect(f32x4.lt(x, kit.float(Infinity)), result, x)
  const atZero = v128.bitselect(f32x4.eq(x, kit.float(0)), kit.float(-Infinity), finite)
  return v128.or(atZero, f32x4.lt(x, kit.float(0)))
}

/** log(1 + x) to 3 ulp: the logarithm of the rounded sum and what the rounding lost, over the sum. */
export function logarithmOf1Plus(kit: Kit, x: Vector): Vector {
  const argument = kit.let(x)
  const sum = kit.let(f32x4.add(argument, kit.float(1)))
  const lost = f32x4.div(f32x4.sub(argument, f32x4.sub(sum, kit.float(1))), sum)
  // At -1 and +∞ there is nothing to correct, and the quotient is no number.
  const proper = v128.and(f32x4.gt(sum, kit.float(0)), f32x4.lt(sum, kit.float(Infinity)))
  const corrected = f32x4.add(logarithm(kit, sum), v128.and(lost, proper))
  return v128.bitselect(f32x4.eq(argument, kit.float(0)), argument, corrected)
}
