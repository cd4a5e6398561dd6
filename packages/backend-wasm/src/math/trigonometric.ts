/**
 * sin, cos and atan2 on four float32. Angles are reduced by multiples of π/2, subtracted in three parts (Cody and Waite),
 * which holds up to 2¹³; larger ones go to the host's functions lane by lane. Coefficients are minimax fits.
 */
import { f32x4, i32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from '../emit/kit.js'
import { exceptWhere } from './lanes.js'

const TWO_OVER_PI = 0.6366197723675814
/** π/2 in parts of 11 bits, so that products with up to 13 bits are exact. */
const HALF_PI_PARTS = [1.5703125, 0.0004837512969970703, 7.549790126404332e-8]
const ROUNDING = 12582912
const LARGEST = 8192

const SINE = [-0.16666655242443085, 0.008332154713571072, -0.00019514070299919695]
const COSINE = [0.04166664555668831, -0.0013887337408959866, 2.4434844817733392e-5]

/** The sine of x + quarterTurns · π/2, to 2 ulp or 2⁻²² absolute. */
function sineOf(kit: Kit, x: Vector, quarterTurns: 0 | 1): Vector {
  const shifted = kit.let(kit.multiplyAdd(x, kit.float(TWO_OVER_PI), kit.float(ROUNDING)))
  const k = kit.let(f32x4.sub(shifted, kit.float(ROUNDING)))
  const r = kit.let(HALF_PI_PARTS.reduce((rest, part) => kit.multiplyAdd(k, kit.float(-part), rest), x))
  const square = kit.let(f32x4.mul(r, r))
  const sine = kit.multiplyAdd(kit.polynomial(square, SINE), f32x4.mul(square, r), r)
  const cosine = kit.multiplyAdd(
    kit.polynomial(square, COSINE),
    f32x4.mul(square, square),
    kit.multiplyAdd(square, kit.float(-0.5), kit.float(1)),
  )
  const quadrant = kit.let(quarterTurns === 0 ? shifted : i32x4.add(shifted, kit.word(1)))
  const odd = i32x4.shr_s(i32x4.shl(quadrant, 31), 31)
  const negative = v128.and(i32x4.shl(quadrant, 30), kit.float(-0))
  return v128.xor(v128.bitselect(odd, cosine, sine), negative)
}

const isLarge = (kit: Kit, x: Vector): Vector => v128.not(f32x4.le(f32x4.abs(x), kit.float(LARGEST)))

function byHost(kit: Kit, name: 'sin' | 'cos', x: Vector, fast: Vector): Vector {
  const target = kit.module.import(name, ['f64'], 'f64')
  return exceptWhere(kit, isLarge(kit, x), fast, [x], (lane) => kit.f.call(target, lane))
}

export function sine(kit: Kit, x: Vector): Vector {
  const argument = kit.let(x)
  return byHost(kit, 'sin', argument, sineOf(kit, argument, 0))
}

export function cosine(kit: Kit, x: Vector): Vector {
  const argument = kit.let(x)
  return byHost(kit, 'cos', argument, sineOf(kit, argument, 1))
}

const ARC_TANGENT = [
  -0.3333316743373871, 0.19994136691093445, -0.14214205741882324, 0.10678929090499878, -0.07580552995204926,
  0.04355324059724808, -0.01658099703490734, 0.002974543021991849,
]

/** The angle of (x, y), to 4 ulp: the arc tangent of the smaller over the larger, turned into its octant. */
export function arcTangent2(kit: Kit, y: Vector, x: Vector): Vector {
  const [above, beside] = [kit.let(y), kit.let(x)]
  const [high, wide] = [kit.let(f32x4.abs(above)), kit.let(f32x4.abs(beside))]
  const larger = kit.let(f32x4.max(high, wide))
  const quotient = f32x4.div(f32x4.min(high, wide), larger)
  // 0 / 0 is 0 here, and ∞ / ∞ is 1.
  const atZero = v128.andnot(quotient, f32x4.eq(larger, kit.float(0)))
  const bothInfinite = v128.and(f32x4.eq(high, wide), f32x4.eq(high, kit.float(Infinity)))
  const t = kit.let(v128.bitselect(bothInfinite, kit.float(1), atZero))
  const square = kit.let(f32x4.mul(t, t))
  const first = kit.let(kit.multiplyAdd(kit.polynomial(square, ARC_TANGENT), f32x4.mul(square, t), t))
  const octant = kit.let(
    v128.bitselect(f32x4.gt(high, wide), f32x4.sub(kit.float(Math.PI / 2), first), first),
  )
  // The sign bit of x says left or right, also that of -0.
  const left = i32x4.shr_s(beside, 31)
  const half = v128.bitselect(left, f32x4.sub(kit.float(Math.PI), octant), octant)
  return v128.or(half, v128.and(above, kit.float(-0)))
}
