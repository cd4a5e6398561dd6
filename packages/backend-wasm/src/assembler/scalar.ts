/**
 * Operations on scalars: `i32.add(address, 16)`, `f64.max(a, b)`, named as in the WebAssembly core specification.
 */
import { type Code, float32Bytes, float64Bytes, signed } from './code.js'
import { type Operand, type Type, type Value, value } from './value.js'

export type Scalar = 'i32' | 'f32' | 'f64'

const CONSTANTS: Readonly<Record<Scalar, (x: number) => Code>> = {
  i32: (x) => [0x41, signed(x)],
  f32: (x) => [0x43, float32Bytes(x)],
  f64: (x) => [0x44, float64Bytes(x)],
}

/** A number as a constant of a type. */
export function scalarOf<T extends Scalar>(type: T, operand: Operand<T>): Value<T> {
  return typeof operand === 'number' ? value(type, CONSTANTS[type](operand)) : operand
}

function unary<A extends Scalar, R extends Type>(type: A, result: R, ...code: number[]) {
  return (a: Operand<A>): Value<R> => value(result, scalarOf(type, a).code, code)
}

function binary<A extends Scalar, R extends Type>(type: A, result: R, ...code: number[]) {
  return (a: Operand<A>, b: Operand<A>): Value<R> =>
    value(result, scalarOf(type, a).code, scalarOf(type, b).code, code)
}

const constant =
  <T extends Scalar>(type: T) =>
  (x: number): Value<T> =>
    scalarOf(type, x)

const integer = (code: number) => binary('i32', 'i32', code)

/** 32-bit integers: addresses (unsigned), counters and conditions (0 is false). */
export const i32 = {
  constant: constant('i32'),
  eqz: unary('i32', 'i32', 0x45),
  eq: integer(0x46),
  ne: integer(0x47),
  lt_s: integer(0x48),
  lt_u: integer(0x49),
  gt_s: integer(0x4a),
  gt_u: integer(0x4b),
  le_s: integer(0x4c),
  le_u: integer(0x4d),
  ge_s: integer(0x4e),
  ge_u: integer(0x4f),
  add: integer(0x6a),
  sub: integer(0x6b),
  mul: integer(0x6c),
  div_u: integer(0x6e),
  rem_u: integer(0x70),
  and: integer(0x71),
  or: integer(0x72),
  xor: integer(0x73),
  shl: integer(0x74),
  shr_s: integer(0x75),
  shr_u: integer(0x76),
  reinterpret: unary('f32', 'i32', 0xbc),
} as const

const float = <T extends 'f32' | 'f64'>(type: T, compare: number, arithmetic: number) => ({
  constant: constant(type),
  eq: binary(type, 'i32', compare),
  ne: binary(type, 'i32', compare + 1),
  lt: binary(type, 'i32', compare + 2),
  gt: binary(type, 'i32', compare + 3),
  le: binary(type, 'i32', compare + 4),
  ge: binary(type, 'i32', compare + 5),
  abs: unary(type, type, arithmetic),
  neg: unary(type, type, arithmetic + 1),
  sqrt: unary(type, type, arithmetic + 6),
  add: binary(type, type, arithmetic + 7),
  sub: binary(type, type, arithmetic + 8),
  mul: binary(type, type, arithmetic + 9),
  div: binary(type, type, arithmetic + 10),
  min: binary(type, type, arithmetic + 11),
  max: binary(type, type, arithmetic + 12),
})

export const f32 = {
  ...float('f32', 0x5b, 0x8b),
  demote: unary('f64', 'f32', 0xb6),
  convert_s: unary('i32', 'f32', 0xb2),
  reinterpret: unary('i32', 'f32', 0xbe),
}

export const f64 = {
  ...float('f64', 0x61, 0x99),
  promote: unary('f32', 'f64', 0xbb),
  convert_s: unary('i32', 'f64', 0xb7),
  convert_u: unary('i32', 'f64', 0xb8),
}

/** `a` where the condition isn't 0, else `b`; both are evaluated. */
export function choose<T extends Scalar>(condition: Value<'i32'>, a: Value<T>, b: Value<T>): Value<T> {
  return value(a.type, a.code, b.code, condition.code, 0x1b)
}
