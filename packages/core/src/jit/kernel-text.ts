/**
 * What a recorded call computes, as text: expressions with each shared part written once.
 */
import { type Expr, type ProgramCall, type ProgramScalar, topologicalOrder, viewsOf } from '@nabla/backend'
import type { SlotView } from './graph.js'

function scalarText(scalar: ProgramScalar | undefined): string {
  return typeof scalar === 'object' ? `host${scalar.slot}` : String(scalar)
}

/** An expression with each shared part written once: `a = exp(x); a / (a + 1)`. */
function expressionText(
  roots: readonly Expr[],
  inputs: readonly string[],
  scalars: readonly ProgramScalar[],
): string {
  const order = topologicalOrder(roots)
  const uses = new Map<Expr, number>()
  for (const node of order) {
    if (node.kind !== 'apply') continue
    for (const operand of node.arguments) uses.set(operand, (uses.get(operand) ?? 0) + 1)
  }
  for (const root of roots) uses.set(root, (uses.get(root) ?? 0) + 1)
  const texts = new Map<Expr, string>()
  const shared: string[] = []
  for (const node of order) {
    let text = nodeText(node, inputs, scalars, (operand) => texts.get(operand) ?? '?')
    if (node.kind === 'apply' && (uses.get(node) ?? 0) > 1) {
      const name = `$${shared.length + 1}`
      shared.push(`${name} = ${text}`)
      text = name
    }
    texts.set(node, text)
  }
  return [...shared, ...roots.map((root) => texts.get(root) ?? '?')].join('; ')
}

function nodeText(
  node: Expr,
  inputs: readonly string[],
  scalars: readonly ProgramScalar[],
  textOf: (operand: Expr) => string,
): string {
  switch (node.kind) {
    case 'input':
      return inputs[node.slot] ?? `in${node.slot}`
    case 'scalar':
      return scalarText(scalars[node.slot])
    case 'constant':
      return String(node.value)
    case 'index':
      return `index${node.axis}`
    case 'apply': {
      const name = node.instruction === 'cast' ? node.dtype : node.instruction
      return `${name}(${node.arguments.map(textOf).join(', ')})`
    }
  }
}

/** What a call computes, as text. @param name what a view sees */
export function computation(call: ProgramCall, name: (view: SlotView) => string): string {
  switch (call.kind) {
    case 'map':
      return `${expressionText(call.expressions, call.inputs.map(name), call.scalars)}${call.when === undefined ? '' : `, if ${name(call.when)}`}`
    case 'reduce': {
      const { operation, expression, inputs, scalars, post, postInputs = [] } = call
      const reduced = `${operation}(${expressionText([expression], inputs.map(name), scalars)})`
      return post === undefined
        ? reduced
        : `${reduced}, then ${expressionText([post], ['it', ...postInputs.map(name)], scalars)}`
    }
    case 'contract': {
      const product = `${name(call.left)} · ${name(call.right)}`
      const { post, postInputs = [], scalars } = call
      return post === undefined
        ? product
        : `${product}, then ${expressionText([post], ['it', ...postInputs.map(name)], scalars)}`
    }
    default:
      return viewsOf(call).reads.map(name).join(', ')
  }
}
