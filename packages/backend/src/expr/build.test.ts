import { describe, expect, it } from 'vitest'
import { DTYPES, type DType, isFloat } from '../dtype.js'
import { DTypeError } from '../errors.js'
import { simplify } from './build.js'
import { roundToType } from './convert.js'
import { evaluateExpr } from './evaluate.js'
import { expressions as e } from './expressions.js'
import { INSTRUCTIONS } from './instructions.js'
import { type ApplyExpr, apply, constant, type Expr, formatExpr, input, scalar } from './node.js'
import type { Instruction } from './operands.js'

const HOSTILE: Record<'float' | 'integer' | 'bool', readonly number[]> = {
  float: [0, -0, 1, -1, 0.5, -2.5, 1e-42, 1e30, -1e30, 3e38, Number.NaN, Infinity, -Infinity],
  integer: [0, 1, 2, 31, 32, 255, -1, -128, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1],
  bool: [0, 1],
}

function valuesOf(dtype: DType): readonly number[] {
  if (dtype === 'bool') return HOSTILE.bool
  if (isFloat(dtype)) return HOSTILE.float.map((value) => roundToType(value, dtype))
  const [low, high] =
    dtype === 'uint8' ? [0, 255] : dtype === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  return HOSTILE.integer.filter((value) => value >= low && value <= high)
}

/** Every node that one constant operand (of those that identities look for) and inputs make, with its dtype. */
function* nodes(instruction: Instruction): Generator<ApplyExpr> {
  const { arity, operands, result } = INSTRUCTIONS[instruction]
  for (const dtype of DTYPES) {
    const takes =
      operands === 'any' ||
      (operands === 'float' && isFloat(dtype)) ||
      (operands === 'number' && dtype !== 'bool') ||
      (operands === 'integer' && dtype !== 'bool' && !isFloat(dtype)) ||
      (operands === 'logical' && !isFloat(dtype))
    if (!takes || instruction.startsWith('threefry') || instruction === 'bitcast') continue
    const own = result === 'bool' ? 'bool' : dtype
    const plain: Expr[] = Array.from({ length: arity }, (_, slot) => input(slot, dtype))
    if (instruction === 'select') plain[0] = input(0, 'bool')
    yield apply(instruction, plain, own)
    yield apply(
      instruction,
      plain.map((_, slot) => (slot === 0 && instruction === 'select' ? plain[0] : plain.at(-1)) as Expr),
      own,
    )
    for (let slot = 0; slot < arity; slot++) {
      for (const value of [0, -0, 1, -1, 2]) {
        const dtypeOfSlot = (plain[slot] as Expr).dtype
        if (!valuesOf(dtypeOfSlot).includes(value)) continue
        yield apply(instruction, plain.with(slot, constant(value, dtypeOfSlot)), own)
      }
    }
  }
}

function* combinations(lists: readonly (readonly number[])[]): Generator<number[]> {
  const [first, ...rest] = lists
  if (first === undefined) yield []
  else for (const value of first) for (const others of combinations(rest)) yield [value, ...others]
}

describe('simplify', () => {
  it.each(Object.keys(INSTRUCTIONS) as Instruction[])(
    'keeps the value of %s for all operands',
    (instruction) => {
      for (const node of nodes(instruction)) {
        const simplified = simplify(node)
        if (simplified === node) continue
        for (const inputs of combinations(node.arguments.map((operand) => valuesOf(operand.dtype)))) {
          const before = evaluateExpr(node, { inputs })
          expect(evaluateExpr(simplified, { inputs }), `${formatExpr(node)} at ${inputs.join()}`).toBe(before)
        }
      }
    },
  )

  it('applies the identities that hold', () => {
    const x = input(0, 'float32')
    expect(e.multiply(x, 1)).toBe(x)
    expect(e.multiply(1, x)).toBe(x)
    expect(e.divide(x, 1)).toBe(x)
    expect(e.subtract(x, 0)).toBe(x)
    expect(e.negate(e.negate(x))).toBe(x)
    expect(e.cast(x, 'float32')).toBe(x)
    expect(e.select(constant(1, 'bool'), x, 2)).toBe(x)
    expect(e.select(input(1, 'bool'), x, x)).toBe(x)
    expect(e.add(constant(1, 'float32'), 2)).toBe(constant(3, 'float32'))
    expect(e.add(constant(2 ** 31 - 1, 'int32'), 1)).toBe(constant(-(2 ** 31), 'int32'))
  })

  it('leaves alone what looks like an identity but is none', () => {
    const x = input(0, 'float32')
    // -0 + 0 is 0; NaN · 0, ∞ · 0 and -1 · 0 are not 0; 0 - x differs from -x at 0; x - -0 is 0 at -0.
    for (const node of [
      e.add(x, 0),
      e.multiply(x, 0),
      e.subtract(0, x),
      e.subtract(x, -0),
      e.subtract(x, x),
    ]) {
      expect(node.kind).toBe('apply')
    }
    expect(e.divide(x, x).kind).toBe('apply')
  })
})

describe('operands', () => {
  it('numbers take the type of the expression beside them', () => {
    expect(e.add(input(0, 'int32'), 2)).toBe(apply('add', [input(0, 'int32'), constant(2, 'int32')], 'int32'))
    expect(e.select(input(0, 'bool'), 1, scalar(0, 'float16')).dtype).toBe('float16')
    expect(e.less(input(0, 'uint8'), 3).dtype).toBe('bool')
  })

  it('must be of one type that the instruction takes', () => {
    const [float, int, bool] = [input(0, 'float32'), input(1, 'int32'), input(2, 'bool')]
    expect(() => e.add(float, int)).toThrow(DTypeError)
    expect(() => e.exp(int)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: exp: expected operands of one float type; received int32. Fix: cast the operands to one type first.]`,
    )
    expect(() => e.add(bool, bool)).toThrow(/one number type/)
    expect(() => e.and(float, float)).toThrow(/one logical type/)
    expect(() => e.shiftLeft(bool, bool)).toThrow(/one integer type/)
    expect(() => e.select(bool, float, int)).toThrow(/received bool and float32 and int32/)
    expect(() => e.power(2, 3)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: power: expected at least one expression among the operands, to take the type from; received numbers only. Fix: compute the number in JavaScript, or wrap it in constant(value, dtype).]`,
    )
  })

  it('greater is less with the operands swapped', () => {
    const [a, b] = [input(0, 'float32'), input(1, 'float32')]
    expect(e.greater(a, b)).toBe(e.less(b, a))
    expect(e.greaterEqual(a, b)).toBe(e.lessEqual(b, a))
  })
})
