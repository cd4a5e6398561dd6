/**
 * Compiling expressions: nodes become numbered values (leaves, then constants and scalars, then one per instruction),
 * and the results of instructions share registers where their lives don't overlap. Independent of shapes and buffers.
 */
import {
  type ApplyExpr,
  type ConstantExpr,
  type Expr,
  expressions as e,
  type IndexExpr,
  type InputExpr,
  rewriteExpr,
  type ScalarExpr,
  topologicalOrder,
} from '@nabla/backend'

/** One instruction: value numbers of its operands, and the register of its result. */
export interface PlannedStep {
  readonly node: ApplyExpr
  readonly operands: readonly number[]
  readonly register: number
}

export interface Plan {
  /** Whether any node is something else than float32 or bool. */
  readonly wide: boolean
  /** Values 0 … */
  readonly leaves: readonly (InputExpr | IndexExpr)[]
  /** … then these … */
  readonly fixed: readonly (ConstantExpr | ScalarExpr)[]
  /** … then the results of these. */
  readonly steps: readonly PlannedStep[]
  /** The value of each expression. */
  readonly results: readonly number[]
  readonly registers: number
  /** For each value the last step that reads it; Infinity for results, -1 if there is none. */
  readonly lastUse: readonly number[]
}

/** `x ≤ 0 ? 0 : x`, which is how relu is written, as the maximum that it is: one loop without a condition. */
function rectified(node: Expr): Expr | undefined {
  if (node.kind !== 'apply' || node.instruction !== 'select') return undefined
  const [condition, low, x] = node.arguments as [Expr, Expr, Expr]
  const isZero = (each: Expr | undefined): boolean => each?.kind === 'constant' && Object.is(each.value, 0)
  const asks = condition.kind === 'apply' && condition.instruction === 'lessEqual' ? condition.arguments : []
  const isRelu = node.dtype === 'float32' && isZero(low) && asks[0] === x && isZero(asks[1])
  return isRelu ? e.maximum(rewriteExpr(x, rectified), low) : undefined
}

export function planFor(given: readonly Expr[]): Plan {
  const expressions = given.map((each) => rewriteExpr(each, rectified))
  const order = topologicalOrder(expressions)
  const leaves = order.filter((node) => node.kind === 'input' || node.kind === 'index')
  const fixed = order.filter((node) => node.kind === 'constant' || node.kind === 'scalar')
  const applied = order.filter((node) => node.kind === 'apply')
  const values = new Map<Expr, number>()
  for (const node of [...leaves, ...fixed, ...applied]) values.set(node, values.size)
  const valueOf = (node: Expr): number => values.get(node) as number
  const operands = applied.map((node) => node.arguments.map(valueOf))
  const results = expressions.map(valueOf)
  const lastUse = new Array<number>(values.size).fill(-1)
  operands.forEach((list, step) => {
    for (const value of list) lastUse[value] = step
  })
  for (const value of results) lastUse[value] = Number.POSITIVE_INFINITY
  const { registers, count } = assignRegisters(operands, lastUse, leaves.length + fixed.length)
  return {
    wide: order.some((node) => node.dtype !== 'float32' && node.dtype !== 'bool'),
    leaves,
    fixed,
    steps: applied.map((node, step) => ({
      node,
      operands: operands[step] as number[],
      register: registers[step] as number,
    })),
    results,
    registers: count,
    lastUse,
  }
}

/**
 * Registers in one pass. A result may take the register of an operand that ends here: loops read each position before
 * they write it, and a uniform operand before they write anything.
 */
function assignRegisters(
  operands: readonly (readonly number[])[],
  lastUse: readonly number[],
  firstResult: number,
): { registers: number[]; count: number } {
  const free: number[] = []
  const registers: number[] = []
  let count = 0
  operands.forEach((list, step) => {
    for (const value of new Set(list)) {
      if (value >= firstResult && lastUse[value] === step) free.push(registers[value - firstResult] as number)
    }
    registers.push(free.pop() ?? count++)
  })
  return { registers, count }
}
