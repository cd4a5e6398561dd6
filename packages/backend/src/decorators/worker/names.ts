/**
 * Names of a connection: labels and nodes of expressions go over once, and are numbers from then on.
 */
import { type ApplyExpr, apply, constant, type Expr, index, input, scalar } from '../../expr/node.js'

/** A node on the wire: operands are the ids that its nodes have at the sender. */
type NodeData =
  | Exclude<Expr, ApplyExpr>
  | (Omit<ApplyExpr, 'arguments'> & { readonly arguments: readonly number[] })

/** What a batch uses for the first time. */
export interface NewNames {
  /** Their numbers go on from those of earlier batches. */
  readonly texts: readonly string[]
  /** Operands before those who use them. */
  readonly nodes: readonly NodeData[]
}

/** The sender's side. */
export class NamesSent {
  readonly #texts = new Map<string, number>()
  readonly #nodes = new Set<Expr>()
  #newTexts: string[] = []
  #newNodes: NodeData[] = []

  text(text: string): number {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const number = this.#texts.size
    this.#texts.set(text, number)
    this.#newTexts.push(text)
    return number
  }

  expression(node: Expr): number {
    if (this.#nodes.has(node)) return node.id
    this.#nodes.add(node)
    this.#newNodes.push(
      node.kind === 'apply'
        ? { ...node, arguments: node.arguments.map((operand) => this.expression(operand)) }
        : node,
    )
    return node.id
  }

  /** What was named since the last time. */
  take(): NewNames | undefined {
    if (this.#newTexts.length === 0 && this.#newNodes.length === 0) return undefined
    const names = { texts: this.#newTexts, nodes: this.#newNodes }
    this.#newTexts = []
    this.#newNodes = []
    return names
  }
}

/** The receiver's side, where expressions are interned nodes again. */
export class NamesReceived {
  readonly #texts: string[] = []
  readonly #nodes = new Map<number, Expr>()

  add({ texts, nodes }: NewNames): void {
    this.#texts.push(...texts)
    for (const node of nodes) this.#nodes.set(node.id, this.#intern(node))
  }

  text(number: number): string {
    const text = this.#texts[number]
    if (text === undefined) throw unknown(`text ${number}`)
    return text
  }

  expression(id: number): Expr {
    const node = this.#nodes.get(id)
    if (node === undefined) throw unknown(`expression ${id}`)
    return node
  }

  #intern(node: NodeData): Expr {
    switch (node.kind) {
      case 'input':
        return input(node.slot, node.dtype)
      case 'scalar':
        return scalar(node.slot, node.dtype)
      case 'constant':
        return constant(node.value, node.dtype)
      case 'index':
        return index(node.axis)
      case 'apply': {
        const operands = node.arguments.map((id) => this.expression(id))
        return apply(node.instruction, operands, node.dtype)
      }
    }
  }
}

function unknown(what: string): RangeError {
  return new RangeError(`worker: ${what} is used before it was sent`)
}
