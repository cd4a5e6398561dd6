/**
 * What fusing costs and saves, in rough units of one simple instruction on one element: fusing may compute a value again
 * for each reader, and saves writing it and reading it.
 */
import { type Expr, type Instruction, topologicalOrder } from '@nabla/backend'

/** Reading or writing one element, where the backend doesn't say. */
export const MEMORY = 3
/** One kernel more or less: about ten microseconds. */
export const LAUNCH = 20_000
/** Instructions in one kernel at most. */
export const LARGEST_EXPRESSION = 160

const COSTLY: Partial<Record<Instruction, number>> = {
  exp: 8,
  expm1: 8,
  log: 8,
  log1p: 8,
  sin: 8,
  cos: 8,
  tanh: 10,
  erf: 12,
  erfc: 12,
  power: 16,
  atan2: 12,
  divide: 2,
  sqrt: 2,
  rsqrt: 2,
  remainder: 4,
  threefryFirst: 60,
  threefrySecond: 60,
}

/** Instructions of expressions that share their parts. */
export function instructionCount(expressions: readonly Expr[]): number {
  return topologicalOrder(expressions).filter(({ kind }) => kind === 'apply').length
}

/** What an expression costs per element. */
export function expressionCost(expression: Expr): number {
  return topologicalOrder([expression]).reduce(
    (sum, node) => sum + (node.kind === 'apply' ? (COSTLY[node.instruction] ?? 1) : 0),
    0,
  )
}
