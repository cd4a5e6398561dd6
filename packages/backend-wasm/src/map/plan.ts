/**
 * What is known of a list of expressions whatever the views are: what they read, their scalars, and the kernels that were
 * made of them. Expressions are interned, so a plan is found by identity.
 */
import {
  type Expr,
  type Instruction,
  isFloat,
  roundToType,
  type ScalarExpr,
  topologicalOrder,
} from '@nabla/backend'
import type { Kernel, Local } from '../assembler/index.js'
import type { ArgumentWriter } from '../device.js'
import type { Leaf, ScalarPlaces } from '../emit/expression.js'

export interface Plan {
  readonly expressions: readonly Expr[]
  readonly leaves: readonly Leaf[]
  readonly scalars: readonly ScalarExpr[]
  /** How many instructions there are, long ones counted several times. */
  readonly operations: number
}

const LONG: ReadonlySet<Instruction> = /* @__PURE__ */ new Set<Instruction>([
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tanh',
  'erf',
  'erfc',
  'power',
  'remainder',
  'atan2',
  'threefryFirst',
  'threefrySecond',
])

/** What an instruction costs, roughly, in additions. */
const costOf = (instruction: Instruction): number => (LONG.has(instruction) ? 7 : 1)

export function planOf(expressions: readonly Expr[]): Plan {
  const order = topologicalOrder(expressions)
  return {
    expressions,
    leaves: order.filter((node) => node.kind === 'input' || node.kind === 'index'),
    scalars: order.filter((node) => node.kind === 'scalar'),
    operations: order.reduce((sum, node) => sum + (node.kind === 'apply' ? costOf(node.instruction) : 0), 0),
  }
}

interface Node<T> {
  value: T | undefined
  readonly next: WeakMap<Expr, Node<T>>
}

/** Things by a list of expressions, kept as long as the expressions are. */
export class ByExpressions<T> {
  readonly #root: Node<T> = { value: undefined, next: new WeakMap() }

  get(expressions: readonly Expr[], make: () => T): T {
    let node = this.#root
    for (const expression of expressions) {
      let next = node.next.get(expression)
      if (next === undefined) {
        next = { value: undefined, next: new WeakMap() }
        node.next.set(expression, next)
      }
      node = next
    }
    node.value ??= make()
    return node.value
  }
}

/** A plan with its kernels, by what else they depend on. */
export interface Compiled {
  readonly plan: Plan
  readonly kernels: Map<string, Kernel>
  /** The one for views that lie row by row. */
  flat?: Kernel
}

export function writeScalars(
  writer: ArgumentWriter,
  scalars: readonly ScalarExpr[],
  values: readonly number[],
): void {
  for (const { slot, dtype } of scalars) {
    const value = roundToType(values[slot] ?? Number.NaN, dtype)
    // The mask of a bool has all bits set.
    writer.scalar(dtype === 'bool' ? -value : value, isFloat(dtype))
  }
}

/** Where the kernel finds what `writeScalars` wrote. */
export function placesOf(scalars: readonly ScalarExpr[], args: Local<'i32'>, first: number): ScalarPlaces {
  return { args, offsetOf: (scalar) => first + 8 * scalars.indexOf(scalar) }
}
