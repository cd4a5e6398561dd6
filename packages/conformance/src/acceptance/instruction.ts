/**
 * What one instruction may give for operands that are only known to lie in intervals: evaluated exactly at the corners,
 * each result widened by the instruction's error bound, denormals taken for themselves or for 0.
 */
import {
  type ApplyExpr,
  apply,
  type DType,
  evaluateInstruction,
  type FloatDType,
  INSTRUCTIONS,
  type Instruction,
  isFloat,
} from '@nabla/backend'
import { FLOAT_FORMATS, isDenormal, roundDown, roundUp, ulpAt } from './float-format.js'
import { between, exactly, hull, type Interval, isPoint, ONLY_NAN } from './interval.js'

/** Absolute errors are stated for float32; in float16 at most that which the shading language allows its sine. */
function absoluteError(instruction: Instruction, dtype: FloatDType): number {
  const { absolute = 0 } = INSTRUCTIONS[instruction]
  const scaled = absolute * 2 ** (24 - FLOAT_FORMATS[dtype].precision)
  return dtype === 'float16' ? Math.min(scaled, 2 ** -7) : scaled
}

/** What a format may make of a real number that may be off by `error`: rounded to either side, overflown, flushed. */
export function accepted(value: number, dtype: FloatDType, error = 0): Interval {
  if (!Number.isFinite(value)) return exactly(value)
  const { maximum } = FLOAT_FORMATS[dtype]
  let low = roundDown(value - error, dtype)
  let high = roundUp(value + error, dtype)
  if (isDenormal(low, dtype) || isDenormal(high, dtype)) {
    low = Math.min(low, 0)
    high = Math.max(high, 0)
  }
  if (value > maximum) low = Math.min(low, maximum)
  if (value < -maximum) high = Math.max(high, -maximum)
  return between(low, high)
}

/** A number in its type: a constant, a scalar, or an element that was stored. */
export function stored(value: number, dtype: DType): Interval {
  return isFloat(dtype) ? accepted(value, dtype) : exactly(value)
}

function cornersOf(low: number, high: number): number[] {
  const middle = low / 2 + high / 2
  return Number.isNaN(middle) ? [low, high] : [low, middle, high]
}

/** Corners of an interval, and what hardware may take them for. */
function samples(interval: Interval, dtype: DType, instruction: Instruction): number[] {
  const { low, high, nan } = interval
  const values = low > high ? [] : low === high ? [low] : cornersOf(low, high)
  if (nan) values.push(Number.NaN)
  const flushes =
    isFloat(dtype) && instruction !== 'bitcast' && values.some((value) => isDenormal(value, dtype))
  return flushes ? [...values, 0] : values
}

// Beyond this argument a period is shorter than what float32 can tell apart well: any value of the function will do.
const LARGEST_ANGLE = 2 ** 16

/** Results that are accepted whatever the bound says: where the exact value means little. */
function outsideDomain(node: ApplyExpr, operands: readonly number[]): Interval | undefined {
  const [a = 0, b = 1] = operands
  if (!isFloat(node.dtype) || !Number.isFinite(a)) return undefined
  if ((node.instruction === 'sin' || node.instruction === 'cos') && Math.abs(a) > LARGEST_ANGLE) {
    return between(-1.001, 1.001)
  }
  const quotient = Math.abs(a / b)
  if (
    node.instruction === 'remainder' &&
    Number.isFinite(b) &&
    quotient >= 2 ** FLOAT_FORMATS[node.dtype].precision
  ) {
    return b === 0 ? undefined : between(-Math.abs(b), Math.abs(b))
  }
  return undefined
}

function acceptedAt(node: ApplyExpr, operands: readonly number[]): Interval {
  const { instruction, dtype } = node
  const unusual = outsideDomain(node, operands)
  if (unusual !== undefined) return unusual
  // A cast into a float type is the number itself, which `accepted` then rounds to either side.
  const asIs = instruction === 'cast' && isFloat(dtype)
  const value = asIs ? (operands[0] as number) : evaluateInstruction(node, operands, true)
  if (!isFloat(dtype)) return exactly(value)
  const error = INSTRUCTIONS[instruction].ulp * ulpAt(value, dtype) + absoluteError(instruction, dtype)
  return accepted(value, dtype, error)
}

/** All ways to take one of each list. */
function* corners(lists: readonly (readonly number[])[]): Generator<number[]> {
  const [first, ...rest] = lists
  if (first === undefined) {
    yield []
    return
  }
  for (const value of first) for (const others of corners(rest)) yield [value, ...others]
}

/** The results of an instruction that are accepted for operands in the given intervals. */
export function instructionInterval(node: ApplyExpr, operands: readonly Interval[]): Interval {
  if (node.instruction === 'multiplyAdd' && isFloat(node.dtype)) {
    // Rounded once or twice: the product, rounded to either side, holds both.
    const [a, b, c] = operands as readonly [Interval, Interval, Interval]
    const product = instructionInterval(apply('multiply', node.arguments.slice(0, 2), node.dtype), [a, b])
    return instructionInterval(apply('add', node.arguments.slice(1), node.dtype), [product, c])
  }
  if (node.instruction === 'select') {
    // The branch that isn't taken must not blur the one that is.
    const [condition, whenTrue, whenFalse] = operands as readonly [Interval, Interval, Interval]
    if (isPoint(condition)) return condition.low !== 0 ? whenTrue : whenFalse
    return hull(whenTrue, whenFalse)
  }
  const lists = operands.map((operand, i) =>
    samples(operand, (node.arguments[i] as ApplyExpr).dtype, node.instruction),
  )
  let result: Interval | undefined
  for (const corner of corners(lists)) {
    const each = acceptedAt(node, corner)
    result = result === undefined ? each : hull(result, each)
  }
  return result ?? ONLY_NAN
}
