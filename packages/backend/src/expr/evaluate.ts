/**
 * The meaning of an expression, in the plainest form: one element at a time, in float64, each step brought into the
 * type of its node. Folds constants here, and is what the conformance kit holds every backend against.
 */
import { type DType, isFloat } from '../dtype.js'
import { roundHalfEven, roundToHalf } from '../float16.js'
import type { Instruction } from './instructions.js'
import type { ApplyExpr, Expr } from './node.js'
import { erf, erfc } from './special-functions.js'
import { threefry2x32 } from './threefry.js'

type Evaluate = (a: number, b: number, c: number, d: number, node: ApplyExpr) => number

const bits = new DataView(new ArrayBuffer(8))

function bitcast(value: number, from: DType, to: DType): number {
  if (from === 'float32') bits.setFloat32(0, value)
  else bits.setUint32(0, value)
  if (to === 'float32') return bits.getFloat32(0)
  return to === 'int32' ? bits.getInt32(0) : bits.getUint32(0)
}

const operandType = (node: ApplyExpr): DType => (node.arguments[0] as Expr).dtype

function multiply(a: number, b: number, node: ApplyExpr): number {
  return isFloat(node.dtype) ? a * b : Math.imul(a, b)
}

const EVALUATE: Record<Instruction, Evaluate> = {
  negate: (a) => -a,
  absolute: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  round: (a) => roundHalfEven(a),
  truncate: (a) => Math.trunc(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tanh: (a) => Math.tanh(a),
  erf: (a) => erf(a),
  erfc: (a) => erfc(a),
  sqrt: (a) => Math.sqrt(a),
  rsqrt: (a) => 1 / Math.sqrt(a),
  not: (a, _b, _c, _d, node) => (node.dtype === 'bool' ? 1 - a : ~a),
  isNaN: (a) => (Number.isNaN(a) ? 1 : 0),
  isFinite: (a) => (Number.isFinite(a) ? 1 : 0),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b, _c, _d, node) => multiply(a, b, node),
  divide: (a, b, _c, _d, node) => (isFloat(node.dtype) ? a / b : b === 0 ? 0 : Math.trunc(a / b)),
  power: (a, b) => (a === 1 ? 1 : a ** b),
  remainder: (a, b, _c, _d, node) => (isFloat(node.dtype) || b !== 0 ? a % b : 0),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  atan2: (a, b) => Math.atan2(a, b),
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b, _c, _d, node) => (node.dtype === 'int32' ? a >> b : a >>> b),
  multiplyAdd: (a, b, c, _d, node) => multiply(a, b, node) + c,
  select: (a, b, c) => (a !== 0 ? b : c),
  cast: (a, _b, _c, _d, node) => castNumber(a, node.dtype),
  bitcast: (a, _b, _c, _d, node) => bitcast(a, operandType(node), node.dtype),
  threefryFirst: (a, b, c, d) => threefry2x32(a, b, c, d)[0],
  threefrySecond: (a, b, c, d) => threefry2x32(a, b, c, d)[1],
}

function saturate(value: number, low: number, high: number): number {
  // Adding 0 makes -0, which integers don't have, 0.
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(high, Math.max(low, value))) + 0
}

/** A number converted as the `cast` instruction does: truncating and saturating for integers, `!= 0` for bool. */
export function castNumber(value: number, dtype: DType): number {
  switch (dtype) {
    case 'bool':
      return value === 0 ? 0 : 1
    case 'uint8':
      return saturate(value, 0, 255)
    case 'int32':
      return saturate(value, -(2 ** 31), 2 ** 31 - 1)
    case 'uint32':
      return saturate(value, 0, 2 ** 32 - 1)
    default:
      return roundToType(value, dtype)
  }
}

/** A result brought into its type: floats rounded, integers wrapped modulo 2^n. */
export function roundToType(value: number, dtype: DType): number {
  switch (dtype) {
    case 'float64':
      return value
    case 'float32':
      return Math.fround(value)
    case 'float16':
      return roundToHalf(value)
    case 'int32':
      return value | 0
    case 'uint32':
      return value >>> 0
    case 'uint8':
      return value & 255
    case 'bool':
      return value === 0 ? 0 : 1
  }
}

/** One instruction on numbers, brought into the type of the node. */
export function evaluateInstruction(node: ApplyExpr, operands: readonly number[], exact = false): number {
  const [a = 0, b = 0, c = 0, d = 0] = operands
  const value = EVALUATE[node.instruction](a, b, c, d, node)
  return exact && isFloat(node.dtype) ? value : roundToType(value, node.dtype)
}

/** Where an expression finds its leaves at one position. */
export interface Position {
  readonly inputs: readonly number[]
  readonly scalars?: readonly number[]
  readonly coordinates?: readonly number[]
}

/**
 * The value of an expression at one position.
 *
 * @param exact keep floats in float64 instead of rounding after each instruction: the reference for error bounds.
 */
export function evaluateExpr(root: Expr, position: Position, exact = false): number {
  const done = new Map<Expr, number>()
  const visit = (node: Expr): number => {
    const known = done.get(node)
    if (known !== undefined) return known
    const value = leafOr(node, position, () =>
      node.kind === 'apply' ? evaluateInstruction(node, node.arguments.map(visit), exact) : Number.NaN,
    )
    done.set(node, value)
    return value
  }
  return visit(root)
}

function leafOr(node: Expr, position: Position, otherwise: () => number): number {
  switch (node.kind) {
    case 'input':
      return position.inputs[node.slot] ?? Number.NaN
    case 'scalar':
      return position.scalars?.[node.slot] ?? Number.NaN
    case 'constant':
      return node.value
    case 'index':
      return position.coordinates?.[node.axis] ?? Number.NaN
    case 'apply':
      return otherwise()
  }
}
