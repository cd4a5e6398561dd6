/**
 * The WGSL of every scalar instruction. Exhaustive: a new instruction without text does not compile. Floats rely on the
 * hardware for NaN and infinities in plain arithmetic only; whatever compares or chooses goes by bits.
 */
import { type ApplyExpr, type DType, type Expr, type Instruction, isFloat } from '@nabla/backend'
import { valueType } from '../wgsl/types.js'
import { type Call, castText } from './cast.js'
import { DIVIDE, REMAINDER, RSQRT, SQRT } from './functions/arithmetic.js'
import { EITHER_NAN, IS_FINITE, IS_NAN, MAXIMUM, MINIMUM } from './functions/classes.js'
import { ERF, ERFC } from './functions/error-function.js'
import { EXP, EXPM1, TANH } from './functions/exponential.js'
import { LOG, LOG1P } from './functions/logarithm.js'
import { POWER } from './functions/power.js'
import { ATAN2, COS, SIN } from './functions/trigonometric.js'
import type { WgslFunction } from './functions/wgsl-function.js'
import { literal } from './literal.js'

/** What the text of an instruction may be made from. */
export interface Site {
  readonly node: ApplyExpr
  /** The type of the first operand. */
  readonly dtype: DType
  readonly call: Call
}

/** Operands are identifiers or literals, so they may be used more than once. */
type Emit = (site: Site, ...operands: string[]) => string

const operandOf = ({ node }: Site, position: number): Expr => node.arguments[position] as Expr

/** Whether an operand is known not to be NaN. */
function isNumber(site: Site, position: number): boolean {
  const operand = operandOf(site, position)
  if (operand.kind === 'constant') return !Number.isNaN(operand.value)
  return (
    operand.kind === 'apply' &&
    operand.instruction === 'cast' &&
    !isFloat(operand.arguments[0]?.dtype ?? 'float32')
  )
}

/** Which of two operands may be NaN, as a condition. */
function nanTest(site: Site, a: string, b: string): string {
  if (isNumber(site, 0)) return site.call(IS_NAN, b)
  return isNumber(site, 1) ? site.call(IS_NAN, a) : site.call(EITHER_NAN, a, b)
}

/** A function of the library. */
const library =
  (target: WgslFunction): Emit =>
  ({ call }, ...operands) =>
    call(target, ...operands)

/** The same text for all number types, or another one for integers. */
const builtin =
  (name: string): Emit =>
  (_, ...operands) =>
    `${name}(${operands.join(', ')})`

const infix =
  (operator: string): Emit =>
  (_, a = '', b = '') =>
    `(${a} ${operator} ${b})`

function extreme(name: 'max' | 'min', onFloats: WgslFunction, onBools: string): Emit {
  return (site, a = '', b = '') => {
    if (site.dtype === 'bool') return `(${a} ${onBools} ${b})`
    if (!isFloat(site.dtype)) return `${name}(${a}, ${b})`
    // Where one of them is a number for sure, a NaN can only be the other.
    if (isNumber(site, 1)) return `select(${name}(${a}, ${b}), ${a}, ${site.call(IS_NAN, a)})`
    if (isNumber(site, 0)) return `select(${name}(${a}, ${b}), ${b}, ${site.call(IS_NAN, b)})`
    return site.call(onFloats, a, b)
  }
}

function comparison(operator: string, onBools: (a: string, b: string) => string): Emit {
  return (site, a = '', b = '') => {
    if (site.dtype === 'bool') return onBools(a, b)
    if (!isFloat(site.dtype)) return `(${a} ${operator} ${b})`
    return `(${a} ${operator} ${b} && !${nanTest(site, a, b)})`
  }
}

function zeroWhereBy0(quotient: string, divisor: string, dtype: DType): string {
  const zero = literal(0, dtype)
  return `select(${quotient}, ${zero}, ${divisor} == ${zero})`
}

const divide: Emit = (site, a = '', b = '') => {
  if (!isFloat(site.dtype)) return zeroWhereBy0(`${a} / ${b}`, b, site.dtype)
  const divisor = operandOf(site, 1)
  const isTame = divisor.kind === 'constant' && Math.abs(divisor.value) < 2 ** 126
  return isTame ? `(${a} / ${b})` : site.call(DIVIDE, a, b)
}

const power: Emit = (site, a = '', b = '') => {
  const exponent = operandOf(site, 1)
  if (exponent.kind === 'constant' && [1, 2, 3].includes(exponent.value)) {
    return `(${new Array<string>(exponent.value).fill(a).join(' * ')})`
  }
  return site.call(POWER, a, b)
}

/** Shift counts are taken modulo 32. */
const shift =
  (operator: string): Emit =>
  (_, a = '', b = '') =>
    `(${a} ${operator} (u32(${b}) & 31u))`

const EMITTERS: Readonly<Record<Exclude<Instruction, 'threefryFirst' | 'threefrySecond'>, Emit>> = {
  negate: ({ dtype }, a) => (valueType(dtype) === 'u32' ? `(0u - ${a})` : `(-${a})`),
  absolute: ({ dtype }, a = '') => (valueType(dtype) === 'u32' ? a : `abs(${a})`),
  sign: ({ dtype, call }, a = '') => {
    if (isFloat(dtype)) return `select(sign(${a}), ${a}, ${call(IS_NAN, a)})`
    return valueType(dtype) === 'u32' ? `min(${a}, 1u)` : `sign(${a})`
  },
  floor: builtin('floor'),
  ceil: builtin('ceil'),
  round: builtin('round'),
  truncate: builtin('trunc'),
  exp: library(EXP),
  expm1: library(EXPM1),
  log: library(LOG),
  log1p: library(LOG1P),
  sin: library(SIN),
  cos: library(COS),
  tanh: library(TANH),
  erf: library(ERF),
  erfc: library(ERFC),
  sqrt: library(SQRT),
  rsqrt: library(RSQRT),
  not: ({ dtype }, a) => (dtype === 'bool' ? `(!${a})` : `(~${a})`),
  isNaN: library(IS_NAN),
  isFinite: library(IS_FINITE),
  add: infix('+'),
  subtract: infix('-'),
  multiply: infix('*'),
  divide,
  power,
  remainder: (site, a = '', b = '') => {
    if (isFloat(site.dtype)) return site.call(REMAINDER, a, b)
    return zeroWhereBy0(`${a} % ${b}`, b, site.dtype)
  },
  maximum: extreme('max', MAXIMUM, '|'),
  minimum: extreme('min', MINIMUM, '&'),
  atan2: library(ATAN2),
  equal: comparison('==', (a, b) => `(${a} == ${b})`),
  less: comparison('<', (a, b) => `(!${a} & ${b})`),
  lessEqual: comparison('<=', (a, b) => `(!${a} | ${b})`),
  and: infix('&'),
  or: infix('|'),
  xor: ({ dtype }, a, b) => `(${a} ${dtype === 'bool' ? '!=' : '^'} ${b})`,
  shiftLeft: shift('<<'),
  shiftRight: shift('>>'),
  multiplyAdd: ({ dtype }, a, b, c) => (isFloat(dtype) ? `fma(${a}, ${b}, ${c})` : `(${a} * ${b} + ${c})`),
  select: (_, condition, whenTrue, whenFalse) => `select(${whenFalse}, ${whenTrue}, ${condition})`,
  cast: ({ node, dtype, call }, a = '') => castText(a, dtype, node.dtype, call),
  bitcast: ({ node }, a) => `bitcast<${valueType(node.dtype)}>(${a})`,
}

/** Instructions after which a float16 is one, and a uint8 has 8 bits, if the operands were. */
const CLOSED: ReadonlySet<Instruction> = new Set<Instruction>([
  'absolute',
  'sign',
  'floor',
  'ceil',
  'round',
  'truncate',
  'maximum',
  'minimum',
  'select',
  'remainder',
  'and',
  'or',
  'xor',
  'shiftRight',
])

/** Whether the text of `emitInstruction` is still to be brought into float16 or uint8. */
export function leavesType({ instruction, dtype, arguments: [first] }: ApplyExpr): boolean {
  if (dtype === 'float16') {
    const isExact =
      instruction === 'negate' ||
      (instruction === 'cast' && (first?.dtype === 'bool' || first?.dtype === 'uint8'))
    return !isExact && !CLOSED.has(instruction)
  }
  return dtype === 'uint8' && !CLOSED.has(instruction) && instruction !== 'cast' && instruction !== 'divide'
}

/** The value of an instruction other than Threefry. */
export function emitInstruction(
  instruction: Exclude<Instruction, 'threefryFirst' | 'threefrySecond'>,
  site: Site,
  operands: readonly string[],
): string {
  return EMITTERS[instruction](site, ...operands)
}
