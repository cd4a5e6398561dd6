/**
 * How expressions are built: operands checked and brought to one type, and the few identities applied that hold for
 * every value (constants folded, multiplication by one …). expressions.ts has a function for each instruction.
 */
import type { DType } from '../dtype.js'
import { DTypeError } from '../errors.js'
import { foldConstants } from './exact.js'
import { type ApplyExpr, apply, constant, type Expr } from './node.js'
import { type Instruction, OPERANDS, takesType, yieldsBool } from './operands.js'

/** An operand: an expression, or a number that takes the type of the other operand. */
export type Operand = Expr | number

/** The one type of the operands from `first` on; an error if they have several, or one that isn't taken. */
export function check(instruction: Instruction, operands: readonly Expr[], first: number): DType {
  const dtype = (operands[first] as Expr).dtype
  for (const operand of operands.slice(first)) {
    if (operand.dtype !== dtype || !takesType(instruction, operand.dtype)) {
      throw new DTypeError(instruction, {
        expected: `operands of one ${OPERANDS[instruction]} type`,
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

/** Operands as expressions: numbers take the type of the first expression among them. */
export function lift(operands: readonly Operand[], instruction: Instruction): Expr[] {
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

/** The node of an instruction on operands of one type, simplified. */
export function build(instruction: Instruction, operands: readonly Operand[]): Expr {
  const lifted = lift(operands, instruction)
  const dtype = check(instruction, lifted, 0)
  return simplify(apply(instruction, lifted, yieldsBool(instruction) ? 'bool' : dtype))
}

/** Any instruction on given operands, simplified: what rebuilding an expression with other leaves needs. */
export function rebuild(node: ApplyExpr, operands: readonly Expr[]): Expr {
  return simplify(apply(node.instruction, operands, node.dtype))
}
