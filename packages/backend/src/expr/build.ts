/**
 * Functions to write expressions with, one per instruction, plus the few identities that hold for every value
 * (constants folded, multiplication by one …). Used as a namespace: `import * as scalar from …` or `expressions`.
 */
import { type DType, isFloat } from '../dtype.js'
import { DTypeError } from '../errors.js'
import { foldConstants } from './exact.js'
import { INSTRUCTIONS, type Instruction, type OperandRule } from './instructions.js'
import { type ApplyExpr, apply, constant, type Expr } from './node.js'

/** An operand: an expression, or a number that takes the type of the other operand. */
export type Operand = Expr | number

function takes(rule: OperandRule, dtype: DType): boolean {
  switch (rule) {
    case 'any':
      return true
    case 'float':
      return isFloat(dtype)
    case 'number':
      return dtype !== 'bool'
    case 'integer':
      return dtype !== 'bool' && !isFloat(dtype)
    case 'logical':
      return !isFloat(dtype)
  }
}

function check(instruction: Instruction, operands: readonly Expr[], first: number): DType {
  const dtype = (operands[first] as Expr).dtype
  for (const operand of operands.slice(first)) {
    if (operand.dtype !== dtype || !takes(INSTRUCTIONS[instruction].operands, operand.dtype)) {
      throw new DTypeError(instruction, {
        expected: `operands of one ${INSTRUCTIONS[instruction].operands} type`,
        received: operands.map((each) => each.dtype).join(' and '),
        fix: 'cast the operands to one type first',
      })
    }
  }
  return dtype
}

/** Constants folded and identities applied; otherwise the node itself. */
export function simplify(node: ApplyExpr): Expr {
  const values = node.arguments.map((operand) => (operand.kind === 'constant' ? operand.value : undefined))
  if (values.every((value) => value !== undefined)) {
    const folded = foldConstants(node, values)
    return folded === undefined ? node : constant(folded, node.dtype)
  }
  const [a, b] = node.arguments as [Expr, Expr]
  switch (node.instruction) {
    case 'multiply':
      if (values[0] === 1) return b
      return values[1] === 1 ? a : node
    case 'divide':
      return values[1] === 1 ? a : node
    case 'subtract':
      return Object.is(values[1], 0) ? a : node
    case 'negate':
      return a.kind === 'apply' && a.instruction === 'negate' ? (a.arguments[0] as Expr) : node
    case 'cast':
      return a.dtype === node.dtype ? a : node
    case 'select': {
      if (values[0] !== undefined) return node.arguments[values[0] !== 0 ? 1 : 2] as Expr
      return node.arguments[1] === node.arguments[2] ? (node.arguments[1] as Expr) : node
    }
    default:
      return node
  }
}

function lift(operands: readonly Operand[], instruction: Instruction): Expr[] {
  const typed = operands.find((operand) => typeof operand !== 'number')
  if (typed === undefined) {
    throw new DTypeError(instruction, {
      expected: 'at least one expression among the operands, to take the type from',
      received: 'numbers only',
      fix: 'compute the number in JavaScript, or wrap it in constant(value, dtype)',
    })
  }
  return operands.map((operand) => (typeof operand === 'number' ? constant(operand, typed.dtype) : operand))
}

function build(instruction: Instruction, operands: readonly Operand[]): Expr {
  const lifted = lift(operands, instruction)
  const dtype = check(instruction, lifted, 0)
  return simplify(apply(instruction, lifted, INSTRUCTIONS[instruction].result === 'bool' ? 'bool' : dtype))
}

type Unary = (a: Expr) => Expr
type Binary = (a: Operand, b: Operand) => Expr
const unary =
  (instruction: Instruction): Unary =>
  (a) =>
    build(instruction, [a])
const binary =
  (instruction: Instruction): Binary =>
  (a, b) =>
    build(instruction, [a, b])

export const negate = /* @__PURE__ */ unary('negate')
export const absolute = /* @__PURE__ */ unary('absolute')
export const sign = /* @__PURE__ */ unary('sign')
export const floor = /* @__PURE__ */ unary('floor')
export const ceil = /* @__PURE__ */ unary('ceil')
export const round = /* @__PURE__ */ unary('round')
export const truncate = /* @__PURE__ */ unary('truncate')
export const exp = /* @__PURE__ */ unary('exp')
export const expm1 = /* @__PURE__ */ unary('expm1')
export const log = /* @__PURE__ */ unary('log')
export const log1p = /* @__PURE__ */ unary('log1p')
export const sin = /* @__PURE__ */ unary('sin')
export const cos = /* @__PURE__ */ unary('cos')
export const tanh = /* @__PURE__ */ unary('tanh')
export const erf = /* @__PURE__ */ unary('erf')
export const erfc = /* @__PURE__ */ unary('erfc')
export const sqrt = /* @__PURE__ */ unary('sqrt')
export const rsqrt = /* @__PURE__ */ unary('rsqrt')
export const not = /* @__PURE__ */ unary('not')
export const isNaN = /* @__PURE__ */ unary('isNaN')
export const isFinite = /* @__PURE__ */ unary('isFinite')
export const add = /* @__PURE__ */ binary('add')
export const subtract = /* @__PURE__ */ binary('subtract')
export const multiply = /* @__PURE__ */ binary('multiply')
export const divide = /* @__PURE__ */ binary('divide')
export const power = /* @__PURE__ */ binary('power')
export const remainder = /* @__PURE__ */ binary('remainder')
export const maximum = /* @__PURE__ */ binary('maximum')
export const minimum = /* @__PURE__ */ binary('minimum')
export const atan2 = /* @__PURE__ */ binary('atan2')
export const equal = /* @__PURE__ */ binary('equal')
export const less = /* @__PURE__ */ binary('less')
export const lessEqual = /* @__PURE__ */ binary('lessEqual')
export const and = /* @__PURE__ */ binary('and')
export const or = /* @__PURE__ */ binary('or')
export const xor = /* @__PURE__ */ binary('xor')
export const shiftLeft = /* @__PURE__ */ binary('shiftLeft')
export const shiftRight = /* @__PURE__ */ binary('shiftRight')

export const greater = (a: Operand, b: Operand): Expr => less(b, a)
export const greaterEqual = (a: Operand, b: Operand): Expr => lessEqual(b, a)

export function multiplyAdd(a: Operand, b: Operand, c: Operand): Expr {
  return build('multiplyAdd', [a, b, c])
}

/** `whenTrue` where the condition holds, else `whenFalse`. */
export function select(condition: Expr, whenTrue: Operand, whenFalse: Operand): Expr {
  const branches = lift([whenTrue, whenFalse], 'select')
  const dtype = check('select', [condition, ...branches], 1)
  return simplify(apply('select', [condition, ...branches], dtype))
}

export function cast(a: Expr, dtype: DType): Expr {
  return simplify(apply('cast', [a], dtype))
}

export function bitcast(a: Expr, dtype: 'float32' | 'int32' | 'uint32'): Expr {
  return a.dtype === dtype ? a : apply('bitcast', [a], dtype)
}

/** One word of Threefry-2x32; all operands uint32. */
export function threefry(word: 0 | 1, key0: Expr, key1: Expr, counter0: Expr, counter1: Expr): Expr {
  return apply(word === 0 ? 'threefryFirst' : 'threefrySecond', [key0, key1, counter0, counter1], 'uint32')
}

/** Any instruction on given operands, simplified: what rebuilding an expression with other leaves needs. */
export function rebuild(node: ApplyExpr, operands: readonly Expr[]): Expr {
  return simplify(apply(node.instruction, operands, node.dtype))
}
