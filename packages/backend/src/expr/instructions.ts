/**
 * What is known of the scalar instructions: how many operands, what type they yield, what they mean, and how far a
 * backend may be off.
 *
 * Error bounds are those of the WebGPU shading language (WGSL §15.7.4 "Floating point accuracy") where it states one,
 * with an absolute part where the language bounds the absolute error or results come out near zero.
 */
import { BINARY, type Instruction, OPERANDS, type OperandRule, UNARY, yieldsBool } from './operands.js'

/** What an instruction yields: the type of its operands, `bool`, or a type that the node states. */
export type ResultRule = 'same' | 'bool' | 'stated'

export interface InstructionInfo {
  readonly arity: 1 | 2 | 3 | 4
  readonly operands: OperandRule
  readonly result: ResultRule
  /** Units in the last place of float32 that a result may be off by; 0 means correctly rounded. */
  readonly ulp: number
  /** Absolute error that is allowed besides. */
  readonly absolute?: number
}

type Bound = readonly [ulp: number, absolute?: number]

/** Exhaustive: a new instruction without an entry here, or in a backend's own table, does not compile. */
const BOUNDS: Readonly<Record<Instruction, Bound>> = {
  negate: [0],
  absolute: [0],
  sign: [0],
  floor: [0],
  ceil: [0],
  /** Nearest integer, ties to even. */
  round: [0],
  truncate: [0],
  exp: [32],
  /** exp(x) - 1 without cancellation near 0. */
  expm1: [32],
  log: [3, 2 ** -21],
  /** log(1 + x) without cancellation near 0. */
  log1p: [4, 2 ** -21],
  sin: [4, 2 ** -11],
  cos: [4, 2 ** -11],
  tanh: [8, 2 ** -20],
  /** The error function; its complement is a base instruction too, since 1 - erf loses the tail. */
  erf: [8, 2 ** -20],
  erfc: [32],
  sqrt: [4],
  /** 1 / sqrt(x). */
  rsqrt: [2],
  /** Logical not of a bool, bitwise complement of an integer. */
  not: [0],
  isNaN: [0],
  isFinite: [0],
  add: [0],
  subtract: [0],
  multiply: [0],
  /** Float division; for integers, division rounded towards zero, and 0 where the divisor is 0. */
  divide: [3],
  power: [32],
  /** Remainder with the sign of the dividend (C's fmod); for integers 0 where the divisor is 0. */
  remainder: [3],
  /** NaN if either operand is NaN. */
  maximum: [0],
  minimum: [0],
  atan2: [4096],
  equal: [0],
  less: [0],
  lessEqual: [0],
  and: [0],
  or: [0],
  xor: [0],
  shiftLeft: [0],
  /** Arithmetic for int32, logical for unsigned types. Shift counts are taken modulo 32. */
  shiftRight: [0],
  /** a * b + c; whether it rounds once or twice is the backend's. */
  multiplyAdd: [1],
  /** select(condition, a, b): a where the condition holds, else b. */
  select: [0],
  /** Value conversion to the node's type: float to integer truncates and saturates, NaN becomes 0; to bool is != 0. */
  cast: [0],
  /** The same bits as another type of the same width (float32, int32, uint32). */
  bitcast: [0],
  /** First word of Threefry-2x32-20(key0, key1, counter0, counter1), all uint32 (Salmon et al., SC 2011). */
  threefryFirst: [0],
  /** Second word of the same. */
  threefrySecond: [0],
}

function arityOf(instruction: Instruction): InstructionInfo['arity'] {
  if (instruction in UNARY || instruction === 'cast' || instruction === 'bitcast') return 1
  if (instruction in BINARY) return 2
  return instruction === 'threefryFirst' || instruction === 'threefrySecond' ? 4 : 3
}

function infoOf(instruction: Instruction): InstructionInfo {
  const [ulp, absolute] = BOUNDS[instruction]
  const states = !(instruction in UNARY || instruction in BINARY || instruction === 'multiplyAdd')
  return {
    arity: arityOf(instruction),
    operands: OPERANDS[instruction],
    result: states ? 'stated' : yieldsBool(instruction) ? 'bool' : 'same',
    ulp,
    ...(absolute === undefined ? {} : { absolute }),
  }
}

/** All scalar instructions. */
export const INSTRUCTIONS = /* @__PURE__ */ Object.fromEntries(
  (Object.keys(OPERANDS) as Instruction[]).map((instruction) => [instruction, infoOf(instruction)]),
) as Readonly<Record<Instruction, InstructionInfo>>
