/**
 * erf and erfc on four float32. All coefficients are minimax fits, weighted for the error of the result.
 */
import { f32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from '../emit/kit.js'
import { exponential } from './exponential.js'

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

/** erf(x) to 3 ulp: a polynomial near 0, from 1 on 1 less an exponential. */
export function errorFunction(kit: Kit, x: Vector): Vector {
  const magnitude = kit.let(f32x4.abs(x))
  const square = kit.let(f32x4.mul(magnitude, magnitude))
  const near = f32x4.mul(kit.polynomial(square, NEAR_ZERO), magnitude)
  const bounded = kit.let(f32x4.pmin(magnitude, kit.float(3.95)))
  const far = f32x4.sub(kit.float(1), exponential(kit, kit.polynomial(bounded, LOG_COMPLEMENT)))
  const result = v128.bitselect(f32x4.lt(magnitude, kit.float(1)), near, far)
  return v128.or(result, v128.and(x, kit.float(-0)))
}

/** exp(x²) · erfc(x) / t in t = 1 / (1 + 0.4 x), for x from 0 to 10.2. */
const SCALED_COMPLEMENT = [
  0.2257055640220642, 0.22497829794883728, 0.21470065414905548, 0.1306995302438736, 0.2691149413585663,
  -0.2788673937320709, 0.5408229231834412, -0.4938530921936035, 0.19590476155281067, -0.029206154868006706,
]
/** Leaves 12 bits of the significand, whose square is exact. */
const SHORT = 0xfffff000

/** erfc(x) to 8 ulp in the tail too: exp(-x²) from an exact square and its rest, times a polynomial. */
export function complementaryErrorFunction(kit: Kit, x: Vector): Vector {
  const magnitude = kit.let(f32x4.pmin(f32x4.abs(x), kit.float(10.2)))
  const t = kit.let(f32x4.div(kit.float(1), kit.multiplyAdd(magnitude, kit.float(0.4), kit.float(1))))
  const scaled = kit.let(f32x4.mul(kit.polynomial(t, SCALED_COMPLEMENT), t))
  const short = kit.let(v128.and(magnitude, kit.word(SHORT)))
  const rest = f32x4.mul(f32x4.sub(short, magnitude), f32x4.add(short, magnitude))
  const gauss = exponential(kit, kit.let(f32x4.neg(f32x4.mul(short, short))), rest)
  const positive = kit.let(f32x4.mul(gauss, scaled))
  return v128.bitselect(f32x4.lt(x, kit.float(0)), f32x4.sub(kit.float(2), positive), positive)
}
