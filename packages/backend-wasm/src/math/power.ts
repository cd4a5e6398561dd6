/**
 * Powers and remainders of four float32 through float64, which has the digits that both need: errors of the logarithm are
 * magnified by the exponent, and a quotient below 2²⁴ times the divisor is exact in 53 bits.
 */
import { f32x4, f64x2, i32x4, i64x2, type Vector, v128 } from '../assembler/index.js'
import { demote, promote } from '../emit/convert.js'
import type { Kit } from '../emit/kit.js'
import { exceptWhere } from './lanes.js'

/** 2·atanh(s) / s in s², for |s| up to (√2 - 1) / (√2 + 1): minimax, relative error 3e-14. */
const LOGARITHM = [
  1.9999999999999432, 0.6666666668035679, 0.39999994651109944, 0.28572191788794893, 0.22173149545999005,
  0.1962445182580938,
]
/** (exp(r) - 1 - r) / r² for |r| up to ln2 / 2: minimax, relative error 6e-11. */
const EXPONENTIAL = [
  0.5000000071675481, 0.16666665820090154, 0.041666280315556546, 0.008333503750831998, 0.0013945752869781566,
  0.00019789265949696775,
]
/** Adding 1.5 · 2⁵² rounds to an integer. */
const ROUNDING = 6755399441055744
/** The upper half of √½ as float64. */
const SQRT_HALF_HIGH = 0x3fe6a09e

/** log(x) of two float64 that came from float32, above 0; at 0 something hugely negative. */
function logarithm64(kit: Kit, x: Vector): Vector {
  const bits = kit.let(x)
  // The exponent is worked out in the upper half of each float64; the lower halves stay 0.
  const upper = v128.and(
    bits,
    kit.f.hoist('upper', () => v128.shuffle(kit.word(0), kit.word(-1), [0, 4, 1, 5])),
  )
  const difference = i32x4.sub(
    upper,
    kit.f.hoist('sqrtHalf', () => v128.shuffle(kit.word(0), kit.word(SQRT_HALF_HIGH), [0, 4, 1, 5])),
  )
  const exponent = kit.let(i32x4.shr_s(difference, 20))
  const mantissa = kit.let(i32x4.sub(bits, i32x4.shl(exponent, 20)))
  const k = f64x2.convert_low_s(v128.shuffle(exponent, exponent, [1, 3, 1, 3]))
  const s = kit.let(f64x2.div(f64x2.sub(mantissa, kit.double(1)), f64x2.add(mantissa, kit.double(1))))
  const square = kit.let(f64x2.mul(s, s))
  const result = f64x2.add(
    f64x2.mul(kit.polynomial64(square, LOGARITHM), s),
    f64x2.mul(k, kit.double(Math.LN2)),
  )
  // What has no logarithm in this form: 0 and ∞.
  const finite = v128.bitselect(f64x2.lt(bits, kit.double(Infinity)), result, bits)
  return v128.bitselect(f64x2.eq(bits, kit.double(0)), kit.double(-Infinity), finite)
}

/** exp(x) of two float64, to be rounded to float32. */
function exponential64(kit: Kit, x: Vector): Vector {
  const bounded = kit.let(f64x2.pmax(f64x2.pmin(x, kit.double(200)), kit.double(-200)))
  const shifted = kit.let(f64x2.add(f64x2.mul(bounded, kit.double(Math.LOG2E)), kit.double(ROUNDING)))
  const k = f64x2.sub(shifted, kit.double(ROUNDING))
  const r = kit.let(f64x2.sub(bounded, f64x2.mul(k, kit.double(Math.LN2))))
  const quotient = f64x2.mul(kit.polynomial64(r, EXPONENTIAL), f64x2.mul(r, r))
  const scale = i64x2.add(i64x2.shl(shifted, 52), kit.double(1))
  return f64x2.mul(f64x2.add(f64x2.add(quotient, r), kit.double(1)), scale)
}

/** |a|^b as exp(b · log|a|), to 1 ulp, then the sign and the special cases of `Math.pow`; 1 to any power is 1. */
export function power(kit: Kit, a: Vector, b: Vector): Vector {
  const [base, exponent] = [kit.let(a), kit.let(b)]
  const bases = promote(kit, kit.let(f32x4.abs(base)))
  const exponents = promote(kit, exponent)
  const halves = bases.map((each, i) =>
    exponential64(kit, f64x2.mul(logarithm64(kit, each), exponents[i] ?? each)),
  )
  const magnitude = kit.let(demote(halves))
  const whole = f32x4.eq(f32x4.trunc(exponent), exponent)
  const half = kit.let(f32x4.mul(exponent, kit.float(0.5)))
  const odd = v128.andnot(whole, f32x4.eq(f32x4.trunc(half), half))
  const signed = v128.or(magnitude, v128.and(v128.and(base, kit.float(-0)), odd))
  const undefinedBelow0 = v128.andnot(
    v128.and(f32x4.lt(base, kit.float(0)), f32x4.gt(base, kit.float(-Infinity))),
    whole,
  )
  const numbers = v128.or(signed, undefinedBelow0)
  const isOne = v128.or(f32x4.eq(exponent, kit.float(0)), f32x4.eq(base, kit.float(1)))
  return v128.bitselect(isOne, kit.float(1), numbers)
}

/** a - b · trunc(a / b), exact; quotients from 2²⁴ on are left to the host. */
export function remainder(kit: Kit, a: Vector, b: Vector): Vector {
  const [dividend, divisor] = [kit.let(a), kit.let(b)]
  const dividends = promote(kit, dividend)
  const divisors = promote(kit, divisor)
  const halves = dividends.map((each, i) => {
    const by = divisors[i] ?? each
    return f64x2.sub(each, f64x2.mul(f64x2.trunc(f64x2.div(each, by)), by))
  })
  const quotient = f32x4.abs(f32x4.div(dividend, divisor))
  const easy = v128.and(
    f32x4.lt(quotient, kit.float(2 ** 24)),
    f32x4.lt(f32x4.abs(divisor), kit.float(Infinity)),
  )
  const result = v128.or(demote(halves), v128.and(dividend, kit.float(-0)))
  const host = kit.module.import('remainder', ['f64', 'f64'], 'f64')
  return exceptWhere(kit, v128.not(easy), result, [dividend, divisor], (x, y) => kit.f.call(host, x, y))
}
