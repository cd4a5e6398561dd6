/**
 * The closed set of scalar instructions. Only these need code in a backend; every other elementwise operation is an
 * expression over them. For each: how many operands, what type it yields, and how far a backend may be off.
 *
 * Error bounds are those of the WebGPU shading language (WGSL §15.7.4 "Floating point accuracy") where it states one,
 * with an absolute part where the language bounds the absolute error or results come out near zero.
 */

/** What an instruction yields: the type of its operands, `bool`, or a type that the node states. */
export type ResultRule = 'same' | 'bool' | 'stated'

/** Which operand types an instruction takes. */
export type OperandRule = 'float' | 'number' | 'integer' | 'logical' | 'any'

export interface InstructionInfo {
  readonly arity: 1 | 2 | 3 | 4
  readonly operands: OperandRule
  readonly result: ResultRule
  /** Units in the last place of float32 that a result may be off by; 0 means correctly rounded. */
  readonly ulp: number
  /** Absolute error that is allowed besides. */
  readonly absolute?: number
}

const unary = (operands: OperandRule, ulp: number, absolute?: number): InstructionInfo =>
  absolute === undefined
    ? { arity: 1, operands, result: 'same', ulp }
    : { arity: 1, operands, result: 'same', ulp, absolute }
const binary = (operands: OperandRule, ulp: number, result: ResultRule = 'same'): InstructionInfo => ({
  arity: 2,
  operands,
  result,
  ulp,
})

const table = {
  negate: unary('number', 0),
  absolute: unary('number', 0),
  sign: unary('number', 0),
  floor: unary('float', 0),
  ceil: unary('float', 0),
  /** Nearest integer, ties to even. */
  round: unary('float', 0),
  truncate: unary('float', 0),
  exp: unary('float', 32),
  /** exp(x) - 1 without cancellation near 0. */
  expm1: unary('float', 32),
  log: unary('float', 3, 2 ** -21),
  /** log(1 + x) without cancellation near 0. */
  log1p: unary('float', 4, 2 ** -21),
  sin: unary('float', 4, 2 ** -11),
  cos: unary('float', 4, 2 ** -11),
  tanh: unary('float', 8, 2 ** -20),
  /** The error function; its complement is a base instruction too, since 1 - erf loses the tail. */
  erf: unary('float', 8, 2 ** -20),
  erfc: unary('float', 32),
  sqrt: unary('float', 4),
  /** 1 / sqrt(x). */
  rsqrt: unary('float', 2),
  /** Logical not of a bool, bitwise complement of an integer. */
  not: unary('logical', 0),
  isNaN: { arity: 1, operands: 'float', result: 'bool', ulp: 0 },
  isFinite: { arity: 1, operands: 'float', result: 'bool', ulp: 0 },
  add: binary('number', 0),
  subtract: binary('number', 0),
  multiply: binary('number', 0),
  /** Float division; for integers, division rounded towards zero, and 0 where the divisor is 0. */
  divide: binary('number', 3),
  power: binary('float', 32, 'same'),
  /** Remainder with the sign of the dividend (C's fmod); for integers 0 where the divisor is 0. */
  remainder: binary('number', 3),
  /** NaN if either operand is NaN. */
  maximum: binary('any', 0),
  minimum: binary('any', 0),
  atan2: binary('float', 4096),
  equal: binary('any', 0, 'bool'),
  less: binary('any', 0, 'bool'),
  lessEqual: binary('any', 0, 'bool'),
  and: binary('logical', 0),
  or: binary('logical', 0),
  xor: binary('logical', 0),
  shiftLeft: binary('integer', 0),
  /** Arithmetic for int32, logical for unsigned types. Shift counts are taken modulo 32. */
  shiftRight: binary('integer', 0),
  /** a * b + c; whether it rounds once or twice is the backend's. */
  multiplyAdd: { arity: 3, operands: 'number', result: 'same', ulp: 1 },
  /** select(condition, a, b): a where the condition holds, else b. */
  select: { arity: 3, operands: 'any', result: 'stated', ulp: 0 },
  /** Value conversion to the node's type: float to integer truncates and saturates, NaN becomes 0; to bool is != 0. */
  cast: { arity: 1, operands: 'any', result: 'stated', ulp: 0 },
  /** The same bits as another type of the same width (float32, int32, uint32). */
  bitcast: { arity: 1, operands: 'any', result: 'stated', ulp: 0 },
  /** First word of Threefry-2x32-20(key0, key1, counter0, counter1), all uint32 (Salmon et al., SC 2011). */
  threefryFirst: { arity: 4, operands: 'integer', result: 'stated', ulp: 0 },
  /** Second word of the same. */
  threefrySecond: { arity: 4, operands: 'integer', result: 'stated', ulp: 0 },
} as const satisfies Record<string, InstructionInfo>

/** The name of a scalar instruction. */
export type Instruction = keyof typeof table

/** Exhaustive: a new instruction without an entry here, or in a backend's own table, does not compile. */
export const INSTRUCTIONS: Readonly<Record<Instruction, InstructionInfo>> = table

export function isInstruction(name: string): name is Instruction {
  return Object.hasOwn(table, name)
}
