/**
 * Values of four elements in registers, and conversions between them. An element type is computed in one of four forms:
 * float32 (also float16), float64 in two vectors, 32-bit integers (also uint8), and masks for bool, all bits set or none.
 */
import type { DType } from '@nabla/backend'
import { f32x4, f64x2, i32x4, type Vector, v128 } from '../assembler/index.js'
import type { Kit } from './kit.js'

/** Four elements: one vector, two for float64. */
export type Lanes = readonly Vector[]

export type Form = 'float' | 'double' | 'word' | 'mask'

const FORMS: Readonly<Record<DType, Form>> = {
  bool: 'mask',
  uint8: 'word',
  int32: 'word',
  uint32: 'word',
  float16: 'float',
  float32: 'float',
  float64: 'double',
}

export const formOf = (dtype: DType): Form => FORMS[dtype]

/** Four float32 as float64. */
export function promote(kit: Kit, x: Vector): Vector[] {
  const all = kit.let(x)
  return [kit.let(f64x2.promote_low(all)), kit.let(f64x2.promote_low(upper(all)))]
}

/** Two times two float64 as float32. */
export function demote([low, high]: Lanes): Vector {
  return pack(f32x4.demote_zero(low as Vector), f32x4.demote_zero(high as Vector))
}

const upper = (x: Vector): Vector => v128.shuffle(x, x, [2, 3, 2, 3])
/** The lower halves of two vectors. */
const pack = (low: Vector, high: Vector): Vector => v128.shuffle(low, high, [0, 1, 4, 5])

/** A mask of two times two 64-bit lanes as one of 32-bit lanes, and back. */
export const narrowMask = ([low, high]: Lanes): Vector =>
  v128.shuffle(low as Vector, high as Vector, [0, 2, 4, 6])
export const widenMask = (mask: Vector): Vector[] => [
  v128.shuffle(mask, mask, [0, 0, 1, 1]),
  v128.shuffle(mask, mask, [2, 2, 3, 3]),
]

/** The numbers of four binary16 patterns, exactly: exponents are moved by a multiplication, which denormals survive. */
export function halfToFloat(kit: Kit, patterns: Vector): Vector {
  const bits = kit.let(patterns)
  const shifted = kit.let(i32x4.shl(v128.and(bits, kit.word(0x7fff)), 13))
  const number = f32x4.mul(shifted, kit.float(2 ** 112))
  const special = v128.and(i32x4.gt_u(shifted, kit.word(0x0f7fffff)), kit.word(0x7f800000))
  const sign = i32x4.shl(v128.and(bits, kit.word(0x8000)), 16)
  return v128.or(v128.or(number, special), sign)
}

/** The nearest binary16 patterns, ties to even: normal ones by integer rounding, denormals by adding ½ as a float. */
export function floatToHalf(kit: Kit, x: Vector): Vector {
  const number = kit.let(x)
  const magnitude = kit.let(v128.and(number, kit.word(0x7fffffff)))
  const odd = v128.and(i32x4.shr_u(magnitude, 13), kit.word(1))
  const rounded = i32x4.add(i32x4.add(magnitude, kit.word(0xc8000fff)), odd)
  const denormal = i32x4.sub(f32x4.add(magnitude, kit.float(0.5)), kit.float(0.5))
  const isSmall = i32x4.lt_s(magnitude, kit.word(0x38800000))
  const finite = v128.bitselect(isSmall, denormal, i32x4.shr_u(rounded, 13))
  const isNaN = i32x4.gt_s(magnitude, kit.word(0x7f800000))
  const infinity = v128.or(kit.word(0x7c00), v128.and(isNaN, kit.word(0x200)))
  const isLarge = i32x4.gt_s(magnitude, kit.word(0x477fffff))
  const unsigned = v128.bitselect(isLarge, infinity, finite)
  return v128.or(unsigned, v128.and(i32x4.shr_u(number, 16), kit.word(0x8000)))
}

/** A result of integer arithmetic in its type: only uint8 has to be cut. */
export function wrap(kit: Kit, dtype: DType, word: Vector): Vector {
  return dtype === 'uint8' ? v128.and(word, kit.word(255)) : word
}

type Convert = (kit: Kit, from: DType, to: DType, lanes: Lanes) => Lanes

const first = (lanes: Lanes): Vector => lanes[0] as Vector

/** Truncated and saturated; NaN becomes 0. */
function floatToWord(kit: Kit, to: DType, x: Vector): Vector {
  if (to === 'uint32') return i32x4.trunc_sat_f32x4_u(x)
  return to === 'uint8' ? clampToByte(kit, i32x4.trunc_sat_f32x4_s(x)) : i32x4.trunc_sat_f32x4_s(x)
}

function doubleToWord(kit: Kit, to: DType, lanes: Lanes): Vector {
  const convert = to === 'uint32' ? i32x4.trunc_sat_f64x2_u_zero : i32x4.trunc_sat_f64x2_s_zero
  const [low, high] = lanes.map((half) => convert(half)) as [Vector, Vector]
  const words = pack(low, high)
  return to === 'uint8' ? clampToByte(kit, words) : words
}

function clampToByte(kit: Kit, word: Vector): Vector {
  return i32x4.max_s(i32x4.min_s(word, kit.word(255)), kit.word(0))
}

function wordToWord(kit: Kit, from: DType, to: DType, x: Vector): Vector {
  if (from === to || from === 'uint8') return x
  if (from === 'uint32') return i32x4.min_u(x, kit.word(to === 'uint8' ? 255 : 0x7fffffff))
  return to === 'uint8' ? clampToByte(kit, x) : i32x4.max_s(x, kit.word(0))
}

/** float16 is computed as float32, but what was cast to it has its precision. */
function rounded(kit: Kit, to: DType, x: Vector): Vector {
  return to === 'float16' ? halfToFloat(kit, floatToHalf(kit, x)) : x
}

const CONVERSIONS: Readonly<Record<Form, Readonly<Record<Form, Convert>>>> = {
  float: {
    float: (kit, from, to, lanes) => [from === to ? first(lanes) : rounded(kit, to, first(lanes))],
    double: (kit, _from, _to, lanes) => promote(kit, first(lanes)),
    word: (kit, _from, to, lanes) => [floatToWord(kit, to, first(lanes))],
    mask: (kit, _from, _to, lanes) => [f32x4.ne(first(lanes), kit.float(0))],
  },
  double: {
    float: (kit, _from, to, lanes) => [rounded(kit, to, demote(lanes))],
    double: (_kit, _from, _to, lanes) => lanes,
    word: (kit, _from, to, lanes) => [doubleToWord(kit, to, lanes)],
    mask: (kit, _from, _to, lanes) => [narrowMask(lanes.map((half) => f64x2.ne(half, kit.double(0))))],
  },
  word: {
    float: (kit, from, to, [word]) => {
      const number = from === 'uint32' ? f32x4.convert_u(word as Vector) : f32x4.convert_s(word as Vector)
      return [rounded(kit, to, number)]
    },
    double: (_kit, from, _to, lanes) => wordToDouble(from, first(lanes)),
    word: (kit, from, to, lanes) => [wordToWord(kit, from, to, first(lanes))],
    mask: (kit, _from, _to, lanes) => [i32x4.ne(first(lanes), kit.word(0))],
  },
  mask: {
    float: (kit, _from, _to, lanes) => [v128.and(first(lanes), kit.float(1))],
    double: (kit, _from, _to, lanes) => widenMask(first(lanes)).map((half) => v128.and(half, kit.double(1))),
    word: (kit, _from, _to, lanes) => [v128.and(first(lanes), kit.word(1))],
    mask: (_kit, _from, _to, lanes) => lanes,
  },
}

/** Four integers as float64. */
export function wordToDouble(from: DType, word: Vector): Vector[] {
  const convert = from === 'uint32' ? f64x2.convert_low_u : f64x2.convert_low_s
  return [convert(word), convert(upper(word))]
}

/** The `cast` instruction: the value in another type, truncating and saturating for integers. */
export function cast(kit: Kit, from: DType, to: DType, lanes: Lanes): Lanes {
  return CONVERSIONS[formOf(from)][formOf(to)](kit, from, to, lanes)
}
