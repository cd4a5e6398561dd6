/**
 * Elementwise calls with several outputs, taken apart so that each output can be fused with what uses it; what shares its
 * inputs is put together again afterwards (siblings.ts).
 */
import type { MapCall, ProgramScalar } from '@nabla/backend'
import { coversSlot, type Graph, type GraphNode, type SlotView, usesOf } from '../graph.js'
import { Operands } from '../operands.js'

export type RecordedMap = MapCall<number, ProgramScalar>

/** Splits calls all of whose outputs are whole values. */
export function splitOutputs(graph: Graph): void {
  const uses = usesOf(graph)
  const isValue = (view: SlotView): boolean =>
    coversSlot(graph, view) && uses(view.buffer).writers.length === 1
  graph.nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const { call, segment } = node
    if (call.kind !== 'map' || call.outputs.length === 1 || !call.outputs.every(isValue)) return [node]
    return call.outputs.map((output, position) => ({ call: part(call, output, position), segment }))
  })
}

/** One output of a call, with the operands that it needs. */
function part(call: RecordedMap, output: SlotView, position: number): RecordedMap {
  const operands = new Operands()
  const expression = operands.adopt(
    call.expressions[position] as RecordedMap['expressions'][number],
    call.scalars,
    ({ slot }) => operands.read(call.inputs[slot] as SlotView),
  )
  const { inputs, scalars } = operands
  return { ...call, expressions: [expression], inputs, scalars, outputs: [output] }
}
