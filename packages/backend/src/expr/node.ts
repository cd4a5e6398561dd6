/**
 * Scalar expressions: what a kernel computes for one element, as plain data.
 * Nodes are interned, so equal expressions are the same object: comparing is `===`, and backends may cache what they
 * made of an expression in a WeakMap. A node that came through `structuredClone` is brought back by `internExpr`.
 */
import type { DType } from '../dtype.js'
import type { Instruction } from './operands.js'

/** The element of the call's input number `slot` at this position. */
export interface InputExpr {
  readonly kind: 'input'
  readonly slot: number
  readonly dtype: DType
  readonly id: number
}

/** The number `slot` of the call's `scalars`: a value that may differ between calls of one kernel. */
export interface ScalarExpr {
  readonly kind: 'scalar'
  readonly slot: number
  readonly dtype: DType
  readonly id: number
}

export interface ConstantExpr {
  readonly kind: 'constant'
  readonly value: number
  readonly dtype: DType
  readonly id: number
}

/** The coordinate of this position along an axis of the call's `shape`, as int32. */
export interface IndexExpr {
  readonly kind: 'index'
  readonly axis: number
  readonly dtype: 'int32'
  readonly id: number
}

export interface ApplyExpr {
  readonly kind: 'apply'
  readonly instruction: Instruction
  readonly arguments: readonly Expr[]
  readonly dtype: DType
  readonly id: number
}

export type Expr = InputExpr | ScalarExpr | ConstantExpr | IndexExpr | ApplyExpr

type Fresh<E> = E extends Expr ? Omit<E, 'id'> : never

const interned = new Map<string, Expr>()

function intern<E extends Expr>(key: string, make: (id: number) => E): E {
  const known = interned.get(key)
  if (known !== undefined) return known as E
  const node = make(interned.size)
  interned.set(key, node)
  return node
}

export function input(slot: number, dtype: DType): InputExpr {
  return intern(`i${slot}:${dtype}`, (id) => ({ kind: 'input', slot, dtype, id }))
}

export function scalar(slot: number, dtype: DType): ScalarExpr {
  return intern(`s${slot}:${dtype}`, (id) => ({ kind: 'scalar', slot, dtype, id }))
}

export function constant(value: number, dtype: DType): ConstantExpr {
  const key = Object.is(value, -0) ? '-0' : String(value)
  return intern(`c${key}:${dtype}`, (id) => ({ kind: 'constant', value, dtype, id }))
}

export function index(axis: number): IndexExpr {
  return intern(`x${axis}`, (id) => ({ kind: 'index', axis, dtype: 'int32', id }))
}

/** A node as is, without simplification; expressions.ts has the functions to write expressions with. */
export function apply(instruction: Instruction, operands: readonly Expr[], dtype: DType): ApplyExpr {
  const key = `${instruction}(${operands.map((operand) => operand.id).join(',')}):${dtype}`
  return intern(key, (id) => ({ kind: 'apply', instruction, arguments: operands, dtype, id }))
}

function rebuild(node: Fresh<Expr>, operands: readonly Expr[]): Expr {
  switch (node.kind) {
    case 'input':
      return input(node.slot, node.dtype)
    case 'scalar':
      return scalar(node.slot, node.dtype)
    case 'constant':
      return constant(node.value, node.dtype)
    case 'index':
      return index(node.axis)
    case 'apply':
      return apply(node.instruction, operands, node.dtype)
  }
}

/**
 * An expression rebuilt bottom-up. `replace` may return another node for any node; shared nodes are visited once.
 */
export function transformExpr(root: Expr, replace: (node: Expr) => Expr | undefined): Expr {
  const done = new Map<Expr, Expr>()
  const visit = (node: Expr): Expr => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = replace(node) ?? rebuild(node, node.kind === 'apply' ? node.arguments.map(visit) : [])
    done.set(node, result)
    return result
  }
  return visit(root)
}

/** A copy from elsewhere (another thread, a file) as the interned node of this process. */
export function internExpr(copy: Expr): Expr {
  return transformExpr(copy, () => undefined)
}

/** All nodes that the roots need, operands before those who use them, each once. */
export function topologicalOrder(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = []
  const seen = new Set<Expr>()
  const visit = (node: Expr): void => {
    if (seen.has(node)) return
    seen.add(node)
    if (node.kind === 'apply') node.arguments.forEach(visit)
    order.push(node)
  }
  roots.forEach(visit)
  return order
}

/** An expression as text, e.g. `max(add(in0, s0), 0)`. */
export function formatExpr(node: Expr): string {
  switch (node.kind) {
    case 'input':
      return `in${node.slot}`
    case 'scalar':
      return `s${node.slot}`
    case 'constant':
      return String(node.value)
    case 'index':
      return `index${node.axis}`
    case 'apply': {
      const name = node.instruction === 'cast' ? node.dtype : node.instruction
      return `${name}(${node.arguments.map(formatExpr).join(', ')})`
    }
  }
}
