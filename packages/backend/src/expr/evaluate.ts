/**
 * The meaning of an expression, in the plainest form: one element at a time, in float64, each step brought into the
 * type of its node. What the conformance kit holds every backend against.
 */
import { type DType, isFloat } from '../dtype.js'
import { roundHalfEven } from '../float16.js'
import { roundToType } from './convert.js'
import { type Evaluate, EXACT, multiply } from './exact.js'
import type { ApplyExpr, Expr } from './node.js'
import type { Instruction } from './operands.js'
import { erf, erfc } from './special-functions.js'
import { threefry2x32 } from './threefry.js'

const bits = new DataView(new ArrayBuffer(8))

function bitcast(value: number, from: DType, to: DType): number {
  if (from === 'float32') bits.setFloat32(0, value)
  else bits.setUint32(0, value)
  if (to === 'float32') return bits.getFloat32(0)
  return to === 'int32' ? bits.getInt32(0) : bits.getUint32(0)
}

const operandType = (node: ApplyExpr): DType => (node.arguments[0] as Expr).dtype

const EVALUATE: Record<Instruction, Evaluate> = {
  ...EXACT,
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
  isNaN: (a) => (Number.isNaN(a) ? 1 : 0),
  isFinite: (a) => (Number.isFinite(a) ? 1 : 0),
  power: (a, b) => (a === 1 ? 1 : a ** b),
  remainder: (a, b, _c, _d, node) => (isFloat(node.dtype) || b !== 0 ? a % b : 0),
  atan2: (a, b) => Math.atan2(a, b),
  multiplyAdd: (a, b, c, _d, node) => multiply(a, b, node) + c,
  bitcast: (a, _b, _c, _d, node) => bitcast(a, operandType(node), node.dtype),
  threefryFirst: (a, b, c, d) => threefry2x32(a, b, c, d)[0],
  threefrySecond: (a, b, c, d) => threefry2x32(a, b, c, d)[1],
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
