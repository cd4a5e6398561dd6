/**
 * Instructions with one right result, which every backend gives: arithmetic, comparison, choice and bits. These are
 * folded where all operands are constants; of the others, such as `exp`, backends may differ in the last digits.
 */
import { isFloat } from '../dtype.js'
import { castNumber, roundToType } from './convert.js'
import type { ApplyExpr } from './node.js'

/** An instruction on numbers, before the result is brought into the type of the node. */
export type Evaluate = (a: number, b: number, c: number, d: number, node: ApplyExpr) => number

export function multiply(a: number, b: number, node: ApplyExpr): number {
  return isFloat(node.dtype) ? a * b : Math.imul(a, b)
}

export const EXACT = {
  negate: (a) => -a,
  absolute: (a) => Math.abs(a),
  not: (a, _b, _c, _d, node) => (node.dtype === 'bool' ? 1 - a : ~a),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b, _c, _d, node) => multiply(a, b, node),
  divide: (a, b, _c, _d, node) => (isFloat(node.dtype) ? a / b : b === 0 ? 0 : Math.trunc(a / b)),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b, _c, _d, node) => (node.dtype === 'int32' ? a >> b : a >>> b),
  select: (a, b, c) => (a !== 0 ? b : c),
  cast: (a, _b, _c, _d, node) => castNumber(a, node.dtype),
} satisfies Record<string, Evaluate>

const isExact = (instruction: string): instruction is keyof typeof EXACT => instruction in EXACT

/** The value of a node whose operands are these constants; `undefined` where that is left to the backend. */
export function foldConstants(node: ApplyExpr, operands: readonly number[]): number | undefined {
  if (!isExact(node.instruction)) return undefined
  const [a = 0, b = 0, c = 0] = operands
  const evaluate: Evaluate = EXACT[node.instruction]
  return roundToType(evaluate(a, b, c, 0, node), node.dtype)
}
