/**
 * The closed set of scalar instructions, by the number of their operands, with the types that they take. Only these
 * need code in a backend; every other elementwise operation is an expression over them. What each means is in
 * instructions.ts, beside how far a backend may be off.
 */
import { type DType, isFloat } from '../dtype.js'

/** Which operand types an instruction takes. */
export type OperandRule = 'float' | 'number' | 'integer' | 'logical' | 'any'

export const UNARY = {
  negate: 'number',
  absolute: 'number',
  sign: 'number',
  floor: 'float',
  ceil: 'float',
  round: 'float',
  truncate: 'float',
  exp: 'float',
  expm1: 'float',
  log: 'float',
  log1p: 'float',
  sin: 'float',
  cos: 'float',
  tanh: 'float',
  erf: 'float',
  erfc: 'float',
  sqrt: 'float',
  rsqrt: 'float',
  not: 'logical',
  isNaN: 'float',
  isFinite: 'float',
} as const satisfies Record<string, OperandRule>

export const BINARY = {
  add: 'number',
  subtract: 'number',
  multiply: 'number',
  divide: 'number',
  power: 'float',
  remainder: 'number',
  maximum: 'any',
  minimum: 'any',
  atan2: 'float',
  equal: 'any',
  less: 'any',
  lessEqual: 'any',
  and: 'logical',
  or: 'logical',
  xor: 'logical',
  shiftLeft: 'integer',
  shiftRight: 'integer',
} as const satisfies Record<string, OperandRule>

/** Three or four operands, or a type of the result that the node states. */
const OTHERS = {
  multiplyAdd: 'number',
  select: 'any',
  cast: 'any',
  bitcast: 'any',
  threefryFirst: 'integer',
  threefrySecond: 'integer',
} as const satisfies Record<string, OperandRule>

export const OPERANDS = { ...UNARY, ...BINARY, ...OTHERS }

/** The name of a scalar instruction. */
export type Instruction = keyof typeof OPERANDS

export function isInstruction(name: string): name is Instruction {
  return Object.hasOwn(OPERANDS, name)
}

const QUESTIONS: ReadonlySet<Instruction> = /* @__PURE__ */ new Set<Instruction>([
  'isNaN',
  'isFinite',
  'equal',
  'less',
  'lessEqual',
])

/** Whether an instruction yields bool, whatever it takes. */
export function yieldsBool(instruction: Instruction): boolean {
  return QUESTIONS.has(instruction)
}

export function takesType(instruction: Instruction, dtype: DType): boolean {
  switch (OPERANDS[instruction]) {
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
