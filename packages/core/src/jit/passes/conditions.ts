/**
 * Conditions: an update in place that keeps what was there unless a condition holds, the same for all elements, becomes a
 * call under that condition. So a step that is only to count if its loss is finite costs nothing for it.
 */
import type { Expr } from '@nabla/backend'
import type { Graph, SlotView } from '../graph.js'
import { Operands, sameView } from '../operands.js'
import type { RecordedMap } from './split.js'

/** `select(condition, value, what was there)` over an input that is one element. */
interface Choice {
  readonly condition: SlotView
  readonly value: Expr
}

const isOneElement = ({ shape, strides }: SlotView): boolean =>
  shape.every((length, axis) => length === 1 || strides[axis] === 0)

/** What an output chooses, if it is that or what it held. */
function choiceOf({ expressions, inputs, outputs }: RecordedMap, position: number): Choice | undefined {
  const expression = expressions[position]
  if (expression?.kind !== 'apply' || expression.instruction !== 'select') return undefined
  const [asked, value, otherwise] = expression.arguments
  if (asked?.kind !== 'input' || otherwise?.kind !== 'input' || value === undefined) return undefined
  const condition = inputs[asked.slot]
  const held = inputs[otherwise.slot]
  const target = outputs[position]
  if (condition === undefined || held === undefined || target === undefined) return undefined
  return isOneElement(condition) && sameView(held, target) ? { condition, value } : undefined
}

function conditional(call: RecordedMap): RecordedMap {
  const choices = call.outputs.map((_, position) => choiceOf(call, position))
  const [first] = choices
  if (first === undefined || call.when !== undefined) return call
  const operands = new Operands()
  const expressions: Expr[] = []
  for (const choice of choices) {
    if (choice === undefined || !sameView(choice.condition, first.condition)) return call
    expressions.push(
      operands.adopt(choice.value, call.scalars, ({ slot }) => operands.read(call.inputs[slot] as SlotView)),
    )
  }
  const { inputs, scalars } = operands
  const when = { ...first.condition, shape: [], strides: [] }
  return { ...call, expressions, inputs, scalars, when }
}

/** Puts calls under conditions where they can be. */
export function useConditions(graph: Graph): void {
  graph.nodes = graph.nodes.map((node) =>
    node.call.kind === 'map' ? { ...node, call: conditional(node.call) } : node,
  )
}
