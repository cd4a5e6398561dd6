/**
 * Operations on v128, the vectors of 128 bits, by what their lanes are: `f32x4.add(x, 0.5)`, where a number stands for a
 * vector of it. Opcodes: WebAssembly core specification 2.0, 5.4.9; relaxed ones: 3.0.
 */
import { type Code, float32Bytes, float64Bytes, int32Bytes, unsigned } from './code.js'
import { scalarOf } from './scalar.js'
import { type Operand, type Value, value } from './value.js'

export type Vector = Value<'v128'>

const opcode = (code: number): Code => [0xfd, unsigned(code)]

const repeat = (bytes: readonly number[]): Vector =>
  value(
    'v128',
    opcode(12),
    Array.from({ length: 16 }, (_, i) => bytes[i % bytes.length] ?? 0),
  )

type Spread = (x: number) => Vector

const asFloat32: Spread = (x) => repeat(float32Bytes(x))
const asFloat64: Spread = (x) => repeat(float64Bytes(x))
const asInt32: Spread = (x) => repeat(int32Bytes(x))

const vectorOf = (operand: Operand<'v128'>, spread: Spread): Vector =>
  typeof operand === 'number' ? spread(operand) : operand

function unary(spread: Spread, code: number) {
  return (a: Operand<'v128'>): Vector => value('v128', vectorOf(a, spread).code, opcode(code))
}

function binary(spread: Spread, code: number) {
  return (a: Operand<'v128'>, b: Operand<'v128'>): Vector =>
    value('v128', vectorOf(a, spread).code, vectorOf(b, spread).code, opcode(code))
}

/** Shifts all lanes by the same count. */
function shift(code: number) {
  return (a: Vector, count: Operand<'i32'>): Vector =>
    value('v128', a.code, scalarOf('i32', count).code, opcode(code))
}

function lane<T extends 'i32' | 'f32' | 'f64'>(type: T, splat: number, extract: number) {
  return {
    splat: (a: Operand<T>): Vector => value('v128', scalarOf(type, a).code, opcode(splat)),
    extract: (a: Vector, index: number): Value<T> => value(type, a.code, opcode(extract), index),
    replace: (a: Vector, index: number, x: Operand<T>): Vector =>
      value('v128', a.code, scalarOf(type, x).code, opcode(extract + 1), index),
  }
}

const reduceTo =
  (code: number) =>
  (a: Vector): Value<'i32'> =>
    value('i32', a.code, opcode(code))

/** Comparisons yield all ones in the lanes where they hold. */
const float = (spread: Spread, compare: number, rounding: readonly number[], arithmetic: number) => ({
  constant: spread,
  eq: binary(spread, compare),
  ne: binary(spread, compare + 1),
  lt: binary(spread, compare + 2),
  gt: binary(spread, compare + 3),
  le: binary(spread, compare + 4),
  ge: binary(spread, compare + 5),
  ceil: unary(spread, rounding[0] ?? 0),
  floor: unary(spread, rounding[1] ?? 0),
  trunc: unary(spread, rounding[2] ?? 0),
  nearest: unary(spread, rounding[3] ?? 0),
  abs: unary(spread, arithmetic),
  neg: unary(spread, arithmetic + 1),
  sqrt: unary(spread, arithmetic + 3),
  add: binary(spread, arithmetic + 4),
  sub: binary(spread, arithmetic + 5),
  mul: binary(spread, arithmetic + 6),
  div: binary(spread, arithmetic + 7),
  /** NaN where either is NaN. */
  min: binary(spread, arithmetic + 8),
  max: binary(spread, arithmetic + 9),
  /** `b < a ? b : a`: `a` where either is NaN, in one instruction on x86. */
  pmin: binary(spread, arithmetic + 10),
  /** `a < b ? b : a`. */
  pmax: binary(spread, arithmetic + 11),
})

/** `a · b + c` in one rounding or two, as the machine likes; only where `supportsRelaxedSimd()`. */
const relaxedMadd =
  (code: number) =>
  (a: Vector, b: Vector, c: Vector): Vector =>
    value('v128', a.code, b.code, c.code, opcode(code))

export const f32x4 = {
  ...lane('f32', 19, 31),
  ...float(asFloat32, 65, [103, 104, 105, 106], 224),
  convert_s: unary(asInt32, 250),
  convert_u: unary(asInt32, 251),
  /** Two lanes of f64 in the lower lanes, zeros in the others. */
  demote_zero: unary(asFloat64, 94),
  relaxed_madd: relaxedMadd(0x105),
}

export const f64x2 = {
  ...lane('f64', 20, 33),
  ...float(asFloat64, 71, [116, 117, 122, 148], 236),
  promote_low: unary(asFloat32, 95),
  convert_low_s: unary(asInt32, 254),
  convert_low_u: unary(asInt32, 255),
  relaxed_madd: relaxedMadd(0x107),
}

export const i32x4 = {
  ...lane('i32', 17, 27),
  constant: asInt32,
  eq: binary(asInt32, 55),
  ne: binary(asInt32, 56),
  lt_s: binary(asInt32, 57),
  lt_u: binary(asInt32, 58),
  gt_s: binary(asInt32, 59),
  gt_u: binary(asInt32, 60),
  le_s: binary(asInt32, 61),
  le_u: binary(asInt32, 62),
  neg: unary(asInt32, 161),
  abs: unary(asInt32, 160),
  shl: shift(171),
  shr_s: shift(172),
  shr_u: shift(173),
  add: binary(asInt32, 174),
  sub: binary(asInt32, 177),
  mul: binary(asInt32, 181),
  min_s: binary(asInt32, 182),
  min_u: binary(asInt32, 183),
  max_s: binary(asInt32, 184),
  max_u: binary(asInt32, 185),
  extend_low_i16x8_u: unary(asInt32, 169),
  trunc_sat_f32x4_s: unary(asFloat32, 248),
  trunc_sat_f32x4_u: unary(asFloat32, 249),
  trunc_sat_f64x2_s_zero: unary(asFloat64, 252),
  trunc_sat_f64x2_u_zero: unary(asFloat64, 253),
}

/** The few operations on narrower and wider lanes that conversions need. */
export const i16x8 = {
  narrow_i32x4_u: binary(asInt32, 134),
  extend_low_i8x16_u: unary(asInt32, 137),
}

export const i8x16 = {
  narrow_i16x8_u: binary(asInt32, 102),
}

export const i64x2 = {
  shl: shift(203),
  add: binary(asInt32, 206),
}

/** Operations on all 128 bits; a number stands for four 32-bit lanes of it. */
export const v128 = {
  not: unary(asInt32, 77),
  and: binary(asInt32, 78),
  /** `a & ~b`. */
  andnot: binary(asInt32, 79),
  or: binary(asInt32, 80),
  xor: binary(asInt32, 81),
  /** Bits of `a` where those of `mask` are set, else of `b`. */
  bitselect: (mask: Vector, a: Vector, b: Vector): Vector =>
    value('v128', a.code, b.code, mask.code, opcode(82)),
  any_true: reduceTo(83),
  /** Whether every 32-bit lane has a bit set. */
  all_true: reduceTo(163),
  /** The 32-bit lanes of two vectors in a new order: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  shuffle: (a: Vector, b: Vector, lanes: readonly [number, number, number, number]): Vector =>
    value(
      'v128',
      a.code,
      b.code,
      opcode(13),
      lanes.flatMap((each) => [0, 1, 2, 3].map((i) => each * 4 + i)),
    ),
}
