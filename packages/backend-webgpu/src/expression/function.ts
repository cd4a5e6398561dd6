/**
 * Expressions as a WGSL function of their inputs and coordinates, so that a kernel may evaluate them at several elements
 * without repeating their text.
 */
import type { DType, Expr } from '@nabla/backend'
import { valueType } from '../wgsl/types.js'
import { emitExpressions } from './emit.js'
import { leavesOf } from './leaves.js'

export interface ExpressionFunction {
  /** Texts for module scope, in order. */
  readonly texts: readonly string[]
  /** A call, given the values of inputs (by slot) and the coordinates along axes (`i32`). */
  readonly call: (input: (slot: number, dtype: DType) => string, index: (axis: number) => string) => string
  /** The value of one root, given the name of a call's result. */
  readonly result: (name: string, root: number) => string
}

/** A function called `name`; scalars are read where it stands. */
export function expressionFunction(
  name: string,
  roots: readonly Expr[],
  scalar: (slot: number, dtype: DType) => string,
): ExpressionFunction {
  const { inputs, axes } = leavesOf(roots)
  const { statements, results, functions } = emitExpressions(
    roots,
    { input: (slot) => `i${slot}`, scalar, index: (axis) => `x${axis}` },
    't',
  )
  const parameters = [
    ...[...inputs].map(([slot, dtype]) => `i${slot}: ${valueType(dtype)}`),
    ...axes.map((axis) => `x${axis}: i32`),
  ].join(', ')
  const types = roots.map(({ dtype }) => valueType(dtype))
  const isOne = roots.length === 1
  const type = isOne ? types[0] : `${name}_results`
  const fields = types.map((each, root) => `r${root}: ${each}`).join(', ')
  const value = isOne ? results[0] : `${type}(${results.join(', ')})`
  return {
    texts: [
      ...functions,
      ...(isOne ? [] : [`struct ${type} { ${fields} }`]),
      `fn ${name}(${parameters}) -> ${type} {\n${statements}\nreturn ${value};\n}`,
    ],
    call: (input, index) => {
      const operands = [...[...inputs].map(([slot, dtype]) => input(slot, dtype)), ...axes.map(index)]
      return `${name}(${operands.join(', ')})`
    },
    result: (call, root) => (isOne ? call : `${call}.r${root}`),
  }
}
