/**
 * Expressions as WGSL: one `let` a node, shared nodes once, in the types of wgsl/types.ts. Where the leaves come from is the
 * kernel's.
 */
import { type ApplyExpr, type DType, type Expr, topologicalOrder } from '@nabla/backend'
import { valueType } from '../wgsl/types.js'
import { ROUND_TO_HALF } from './functions/classes.js'
import { THREEFRY } from './functions/threefry.js'
import { collect, type WgslFunction } from './functions/wgsl-function.js'
import { emitInstruction, leavesType } from './instructions.js'
import { literal } from './literal.js'

export interface Leaves {
  /** Each the text of an already loaded value (`valueType` of the dtype), a cheap identifier or expression. */
  readonly input: (slot: number, dtype: DType) => string
  readonly scalar: (slot: number, dtype: DType) => string
  /** The coordinate along an axis, `i32`. */
  readonly index: (axis: number) => string
}

export interface Emitted {
  /** `let` statements, one a line, in order; shared nodes once. */
  readonly statements: string
  /** The text of each root's value (`valueType` of its dtype). */
  readonly results: readonly string[]
  /** WGSL functions of the math library that the statements call, to be put once at module scope, in this order. */
  readonly functions: readonly string[]
}

/**
 * Constants that must be variables: an instruction on constants alone is evaluated by the compiler, for which a division by
 * 0 or an overflow is an error.
 */
function constantsToBind(order: readonly Expr[]): Set<Expr> {
  const bound = new Set<Expr>()
  for (const node of order) {
    if (node.kind !== 'apply') continue
    const isConstant = node.arguments.every(({ kind }) => kind === 'constant')
    if (!isConstant && node.instruction !== 'divide' && node.instruction !== 'remainder') continue
    for (const operand of node.arguments) if (operand.kind === 'constant') bound.add(operand)
  }
  return bound
}

class Emission {
  readonly #texts = new Map<Expr, string>()
  readonly #statements: string[] = []
  readonly #functions = new Set<string>()
  readonly #draws = new Map<string, string>()

  constructor(
    private readonly leaves: Leaves,
    private readonly prefix: string,
    private readonly bound: ReadonlySet<Expr>,
  ) {}

  readonly #call = (target: WgslFunction, ...operands: string[]): string => {
    collect(target, this.#functions)
    return `${target.name}(${operands.join(', ')})`
  }

  #let(text: string): string {
    const name = `${this.prefix}${this.#statements.length}`
    this.#statements.push(`let ${name} = ${text};`)
    return name
  }

  text(node: Expr): string {
    return this.#texts.get(node) ?? 'missing'
  }

  /** Both words come from one call. */
  #threefry(node: ApplyExpr): string {
    const [key0, key1, counter0, counter1] = node.arguments.map((operand) => this.text(operand))
    const key = `vec2<u32>(${key0}, ${key1}), vec2<u32>(${counter0}, ${counter1})`
    const draw = this.#draws.get(key) ?? this.#let(this.#call(THREEFRY, key))
    this.#draws.set(key, draw)
    return `${draw}.${node.instruction === 'threefryFirst' ? 'x' : 'y'}`
  }

  #apply(node: ApplyExpr): string {
    const { instruction } = node
    if (instruction === 'threefryFirst' || instruction === 'threefrySecond') return this.#threefry(node)
    const dtype = node.arguments[0]?.dtype ?? node.dtype
    const operands = node.arguments.map((operand) => this.text(operand))
    const text = emitInstruction(instruction, { node, dtype, call: this.#call }, operands)
    if (!leavesType(node)) return this.#let(text)
    return this.#let(node.dtype === 'uint8' ? `(${text} & 255u)` : this.#call(ROUND_TO_HALF, text))
  }

  add(node: Expr): void {
    this.#texts.set(node, this.#textOf(node))
  }

  #textOf(node: Expr): string {
    switch (node.kind) {
      case 'input':
        return this.leaves.input(node.slot, node.dtype)
      case 'scalar':
        return this.leaves.scalar(node.slot, node.dtype)
      case 'index':
        return this.leaves.index(node.axis)
      case 'constant': {
        const text = literal(node.value, node.dtype)
        return this.bound.has(node) ? this.#let(text) : text
      }
      case 'apply':
        return this.#apply(node)
    }
  }

  emitted(roots: readonly Expr[]): Emitted {
    return {
      statements: this.#statements.join('\n'),
      results: roots.map((root) => this.text(root)),
      functions: [...this.#functions],
    }
  }
}

/** Expressions as statements that compute them; their names begin with `prefix`. */
export function emitExpressions(roots: readonly Expr[], leaves: Leaves, prefix: string): Emitted {
  const order = topologicalOrder(roots)
  for (const { dtype } of order) valueType(dtype)
  const emission = new Emission(leaves, prefix, constantsToBind(order))
  for (const node of order) emission.add(node)
  return emission.emitted(roots)
}
