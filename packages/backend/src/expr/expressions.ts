/**
 * The functions to write expressions with, one per instruction and a few more. An object that is made from the table of
 * instructions, since every program uses most of them.
 */
import type { DType } from '../dtype.js'
import { build, check, lift, type Operand, simplify } from './build.js'
import { apply, type Expr } from './node.js'
import { BINARY, UNARY } from './operands.js'

/** What the plain instructions have no form for. */
const others = {
  greater: (a: Operand, b: Operand): Expr => build('less', [b, a]),

  greaterEqual: (a: Operand, b: Operand): Expr => build('lessEqual', [b, a]),

  multiplyAdd: (a: Operand, b: Operand, c: Operand): Expr => build('multiplyAdd', [a, b, c]),

  /** `whenTrue` where the condition holds, else `whenFalse`. */
  select(condition: Expr, whenTrue: Operand, whenFalse: Operand): Expr {
    const operands = [condition, ...lift([whenTrue, whenFalse], 'select')]
    return simplify(apply('select', operands, check('select', operands, 1)))
  },

  cast: (a: Expr, dtype: DType): Expr => simplify(apply('cast', [a], dtype)),

  bitcast: (a: Expr, dtype: 'float32' | 'int32' | 'uint32'): Expr =>
    a.dtype === dtype ? a : apply('bitcast', [a], dtype),

  /** One word of Threefry-2x32; all operands uint32. */
  threefry: (word: 0 | 1, key0: Expr, key1: Expr, counter0: Expr, counter1: Expr): Expr =>
    apply(word === 0 ? 'threefryFirst' : 'threefrySecond', [key0, key1, counter0, counter1], 'uint32'),
}

/** A function for each name in a table. */
function forEach<K extends string, F>(
  table: Readonly<Record<K, unknown>>,
  make: (name: K) => F,
): Record<K, F> {
  const names = Object.keys(table) as K[]
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, F>
}

function makeAll() {
  return {
    ...forEach(UNARY, (instruction) => (a: Expr) => build(instruction, [a])),
    ...forEach(BINARY, (instruction) => (a: Operand, b: Operand) => build(instruction, [a, b])),
    ...others,
  }
}

/**
 * Functions that make expressions, by the names of the instructions. Numbers among the operands take the type of the
 * expression beside them.
 *
 * @throws DTypeError when the operands have different types, or one that the instruction doesn't take.
 * @example expressions.add(input(0, 'float32'), 1)
 */
export const expressions = /* @__PURE__ */ makeAll()
