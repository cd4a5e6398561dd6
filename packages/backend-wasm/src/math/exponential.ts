/**
 * exp, expm1 and tanh on four float32: the argument is split into k·ln2 and a rest of at most ln2 / 2 in two steps
 * (Cody and Waite, "Software Manual for the Elementary Functions", 1980), whose exponential is 1 + r + r²·q(r).
 * The coefficients are minimax fits of q, weighted for the relative error of the function.
 */
import { f32x4, i32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from '../emit/kit.js'

/** ln2 in two parts; the first has 12 bits, so that its products with |k| < 2¹² are exact. */
const LN2_HIGH = 0.693115234375
const LN2_LOW = 3.1946183e-5
/** Adding 1.5 · 2²³ rounds to an integer, which then stands in the lowest bits. */
const ROUNDING = 12582912
/** Bits of the mantissa. */
const MANTISSA = 23

const QUOTIENT = [0.49999997, 0.16666539013385773, 0.04166722297668457, 0.008367180824279785, 0.0013882393251]

interface Split {
  /** k in the place of an exponent. */
  readonly power: Vector
  /** exp(rest) - 1. */
  readonly less1: Vector
}

/** `extra`, if given, is added to the argument, which is exact to more than float32 then. */
function split(kit: Kit, x: Vector, extra?: Vector): Split {
  const shifted = kit.let(kit.multiplyAdd(x, kit.float(Math.LOG2E), kit.float(ROUNDING)))
  const k = kit.let(f32x4.sub(shifted, kit.float(ROUNDING)))
  const high = kit.multiplyAdd(k, kit.float(-LN2_HIGH), x)
  const low = kit.multiplyAdd(k, kit.float(-LN2_LOW), high)
  const rest = kit.let(extra === undefined ? low : f32x4.add(low, extra))
  const square = f32x4.mul(rest, rest)
  const less1 = kit.let(kit.multiplyAdd(kit.polynomial(rest, QUOTIENT), square, rest))
  // What was added to round is shifted out.
  return { power: i32x4.shl(shifted, MANTISSA), less1 }
}

/** 2ᵏ times a power of 2, if the product is not beyond float32. */
function powerOf2(kit: Kit, power: Vector, times = 1): Vector {
  return kit.let(i32x4.add(power, kit.float(times)))
}

/** The argument between two limits, NaN as it is. */
function within(kit: Kit, x: Vector, low: number, high: number): Vector {
  return kit.let(f32x4.pmax(f32x4.pmin(x, kit.float(high)), kit.float(low)))
}

/** exp(x + extra) to 2 ulp, overflow, denormals and NaN included. */
export function exponential(kit: Kit, x: Vector, extra?: Vector): Vector {
  const { power, less1 } = split(kit, within(kit, x, -105, 90), extra)
  // Two factors, since 2^k may be beyond what a float32 holds where the product isn't.
  const whole = kit.let(power)
  const half = kit.let(v128.and(i32x4.shr_s(whole, 1), kit.word(-1 << MANTISSA)))
  const factor = powerOf2(kit, half)
  return f32x4.mul(kit.multiplyAdd(less1, factor, factor), powerOf2(kit, i32x4.sub(whole, half)))
}

/** By this `exponentialBelow0` is too large: just so much that nothing of it is denormal. */
export const SCALE = 2 ** 27

/**
 * SCALE · exp(x) to 2 ulp for x up to 0, NaN included; quicker than `exponential`, since one factor is enough. Below -105,
 * where exp(x) is 0 in float32, it is as at -105.
 */
export function exponentialBelow0(kit: Kit, x: Vector): Vector {
  const { power, less1 } = split(kit, kit.let(f32x4.pmax(x, kit.float(-105))))
  const factor = powerOf2(kit, power, SCALE)
  return kit.multiplyAdd(less1, factor, factor)
}

/** exp(x) - 1 to 3 ulp, without cancellation. */
export function exponentialLess1(kit: Kit, x: Vector): Vector {
  const { power, less1 } = split(kit, within(kit, x, -20, 89))
  // Half of 2^k, since k may be 128, and doubled at the end.
  const half = powerOf2(kit, power, 0.5)
  const halved = kit.multiplyAdd(less1, half, f32x4.sub(half, kit.float(0.5)))
  const doubled = kit.let(halved)
  return f32x4.add(doubled, doubled)
}

/** tanh(x) = e / (e + 2) with e = exp(2x) - 1, to 4 ulp; beyond ±10 it is ±1. */
export function hyperbolicTangent(kit: Kit, x: Vector): Vector {
  const twice = kit.let(f32x4.add(x, x))
  const { power, less1 } = split(kit, within(kit, twice, -20, 20))
  const scale = powerOf2(kit, power)
  const e = kit.let(kit.multiplyAdd(less1, scale, f32x4.sub(scale, kit.float(1))))
  const result = f32x4.div(e, f32x4.add(e, kit.float(2)))
  // A zero keeps its sign.
  return v128.or(result, v128.and(x, kit.float(-0)))
}
