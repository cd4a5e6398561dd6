/**
 * How an elementwise operation runs: it looks up, or builds once, the expression for the types of its operands and
 * hands it to the map primitive. Broadcasting, promotion and plain numbers as operands are the same for all of them.
 */
import {
  DTYPES,
  type DType,
  DTypeError,
  type Expr,
  expressions,
  input,
  isFloat,
  scalar,
} from '@nabla/backend'
import { TensorHandle } from '../../engine/handle.js'
import { notATensor } from '../../engine/operands.js'
import { map } from '../../primitives/map.js'
import { type SlopeByOutput, stateSlope } from '../../primitives/slopes.js'
import type { Tensor } from '../../tensor.js'
import type { DTypeRule, Operand } from '../../types/operands.js'
import { computeType, meetingType, requireRange } from './dtype-rules.js'

/** The expression of an operation over its operands, which are all of one type. */
export type BuildExpression = (...operands: Expr[]) => Expr

interface Kernel {
  readonly expression: Expr
  /** The type that plain numbers take. */
  readonly target: DType
}

// The types of the operands as digits of one number: a dtype each, or a plain number that is an integer or isn't.
const DIGITS = DTYPES.length + 2
const INTEGER = DTYPES.length
const FRACTION = DTYPES.length + 1
const CODES: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 1,
  int32: 2,
  uint32: 3,
  float16: 4,
  float32: 5,
  float64: 6,
}

function digitOf(operand: Operand): number {
  if (typeof operand === 'number') return Number.isInteger(operand) ? INTEGER : FRACTION
  return operand instanceof TensorHandle ? CODES[operand.dtype] : Number.NaN
}

function requireOperands(operation: string, operands: readonly Operand[]): void {
  for (const operand of operands) {
    if (typeof operand !== 'number' && !(operand instanceof TensorHandle))
      throw notATensor(operation, operand)
  }
  if (operands.every((operand) => typeof operand === 'number')) {
    throw new DTypeError(operation, {
      expected: 'at least one tensor among the operands',
      received: `numbers only (${operands.join(', ')})`,
      fix: 'make one of them a tensor: tensor(value)',
    })
  }
}

/** Leaves for the operands, brought to the type that the rule says. */
function leavesOf(rule: DTypeRule, operands: readonly Operand[], target: DType): Expr[] {
  let inputs = 0
  let scalars = 0
  return operands.map((operand, position) => {
    const type = rule === 'select' && position === 0 ? 'bool' : target
    if (typeof operand === 'number') return scalar(scalars++, type)
    return expressions.cast(input(inputs++, operand.dtype), type)
  })
}

function prepare(
  operation: string,
  rule: DTypeRule,
  build: BuildExpression,
  operands: readonly Operand[],
  slope: SlopeByOutput | undefined,
): Kernel {
  requireOperands(operation, operands)
  const target = computeType(operation, rule, meetingType(rule === 'select' ? operands.slice(1) : operands))
  const expression = build(...leavesOf(rule, operands, target))
  if (slope !== undefined && isFloat(target)) stateSlope(expression, slope)
  return { expression, target }
}

/**
 * A function of operands that runs an expression of them everywhere.
 *
 * @param build is called once for each combination of operand types
 * @param slope the derivative by the output, if the operation states it
 */
export function elementwise(
  operation: string,
  rule: DTypeRule,
  build: BuildExpression,
  slope?: SlopeByOutput,
): (operands: readonly Operand[]) => Tensor {
  const kernels = new Map<number, Kernel>()
  return (operands) => {
    let key = 0
    const tensors: Tensor[] = []
    const scalars: number[] = []
    for (const operand of operands) {
      key = key * DIGITS + digitOf(operand)
      if (typeof operand === 'number') scalars.push(operand)
      else tensors.push(operand)
    }
    let kernel = kernels.get(key)
    if (kernel === undefined) {
      kernel = prepare(operation, rule, build, operands, slope)
      kernels.set(key, kernel)
    }
    const { expression, target } = kernel
    if (!isFloat(target)) narrow(operation, target, scalars)
    // A kernel exists only for operands with a tensor among them.
    return map(operation, expression, tensors as [Tensor, ...Tensor[]], scalars)
  }
}

/** Numbers as integers or booleans, in place. */
function narrow(operation: string, target: DType, scalars: number[]): void {
  for (let i = 0; i < scalars.length; i++) {
    if (target === 'bool') scalars[i] = scalars[i] === 0 ? 0 : 1
    else requireRange(operation, target, scalars[i] as number)
  }
}
