/**
 * What elementwise operations do to element types when they run; `types/operands.ts` says the same to the compiler.
 */
import {
  type DType,
  DTypeError,
  isFloat,
  promoteTypes,
  promoteWithNumber,
  toFloatType,
  ValueError,
} from '@nabla/backend'
import type { DTypeRule, Operand } from '../../types/operands.js'

/**
 * The rules:
 * - `number`: any type, which it keeps, but bool becomes int32
 * - `any`: any type, which it keeps
 * - `float`: integers and bool become float32
 * - `test`: the same, and gives bool
 * - `compare`: any type, gives bool
 * - `logical`: any type read as bool, gives bool
 * - `bits`: integers and bool only, which it keeps
 * - `integer`: integers and bool only, which becomes int32
 * - `select`: any type, which it keeps; the first operand is read as bool and doesn't count
 *
 * @returns the type that operands are brought to before the expression sees them.
 */
export function computeType(operation: string, rule: DTypeRule, dtype: DType): DType {
  switch (rule) {
    case 'any':
    case 'compare':
    case 'select':
      return dtype
    case 'logical':
      return 'bool'
    case 'number':
      return dtype === 'bool' ? 'int32' : dtype
    case 'float':
    case 'test':
      return toFloatType(dtype)
    case 'bits':
    case 'integer':
      if (isFloat(dtype)) throw notInteger(operation, dtype)
      return rule === 'integer' && dtype === 'bool' ? 'int32' : dtype
  }
}

function notInteger(operation: string, dtype: DType): DTypeError {
  return new DTypeError(operation, {
    expected: 'operands that are integers or booleans',
    received: dtype,
    fix: "cast first: x.cast('int32')",
  })
}

/** The type that operands meet in: the tensors among them first, then the plain numbers, which are weak. */
export function meetingType(operands: readonly Operand[]): DType {
  let dtype: DType | undefined
  for (const operand of operands) {
    if (typeof operand !== 'number')
      dtype = dtype === undefined ? operand.dtype : promoteTypes(dtype, operand.dtype)
  }
  let result: DType = dtype ?? 'float32'
  for (const operand of operands) if (typeof operand === 'number') result = promoteWithNumber(result, operand)
  return result
}

const RANGES: Partial<Record<DType, readonly [low: number, high: number]>> = {
  uint8: [0, 255],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
}

/**
 * Checks that a plain number can be had in the type that it takes: integers have limits.
 *
 * @throws ValueError if it can't.
 */
export function requireRange(operation: string, dtype: DType, value: number): void {
  const range = RANGES[dtype]
  if (range === undefined || (value >= range[0] && value <= range[1])) return
  throw new ValueError(operation, {
    expected: `a number from ${range[0]} to ${range[1]}, since the tensor is ${dtype}`,
    received: String(value),
    fix: `cast the tensor to a wider type first: x.cast('${Math.abs(value) < 2 ** 31 ? 'int32' : 'float32'}')`,
  })
}
