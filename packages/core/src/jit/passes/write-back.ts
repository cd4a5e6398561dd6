/**
 * Write-back: what a variable ends with goes into its own memory, by the call that computes it where nobody needs the old
 * value any more, else by a copy at the end.
 */
import { input, mapViews, type ProgramCall, rowMajorLayout, type View, viewsOf } from '@nabla/backend'
import { coversSlot, type Graph, type SlotView, type Usage, usesOf } from '../graph.js'
import { sameView } from '../operands.js'

/** The views of a call that are read element by element at the places where it writes. */
function elementwiseReads(call: ProgramCall): readonly SlotView[] {
  switch (call.kind) {
    case 'map':
      return call.inputs
    case 'reduce':
      return call.postInputs ?? []
    default:
      return []
  }
}

/** Whether the call at `position` may write a variable in place. */
function canOverwrite(
  graph: Graph,
  variable: number,
  value: number,
  position: number,
  uses: (slot: number) => Usage,
): boolean {
  const { readers } = uses(variable)
  if (readers.some((reader) => reader > position)) return false
  const call = graph.nodes[position]?.call
  const target = call && viewsOf(call).writes.find(({ buffer }) => buffer === value)
  if (call === undefined || target === undefined || !coversSlot(graph, target)) return false
  const inPlace: SlotView = { ...target, buffer: variable }
  const own = viewsOf(call).reads.filter(({ buffer }) => buffer === variable)
  return (
    own.length === 0 || own.every((view) => sameView(view, inPlace) && elementwiseReads(call).includes(view))
  )
}

function copy(graph: Graph, from: number, to: number): ProgramCall {
  const { dtype, length } = graph.slots[to] as { dtype: View['dtype']; length: number }
  const view = (buffer: number): SlotView => ({ buffer, dtype, ...rowMajorLayout([length]) })
  return {
    kind: 'map',
    label: 'assign',
    shape: [length],
    expressions: [input(0, dtype)],
    inputs: [view(from)],
    scalars: [],
    outputs: [view(to)],
  }
}

/** Writes final values to their variables. */
export function writeBack(graph: Graph): void {
  const copies: ProgramCall[] = []
  for (const [variable, value] of graph.finals) {
    const uses = usesOf(graph)
    const { writers } = uses(value)
    const [position] = writers
    const isOwn =
      graph.slots[value]?.role.kind === 'temporary' &&
      [...graph.finals.values()].filter((each) => each === value).length === 1
    if (
      isOwn &&
      writers.length === 1 &&
      position !== undefined &&
      canOverwrite(graph, variable, value, position, uses)
    ) {
      graph.nodes = graph.nodes.map((node) => ({
        ...node,
        call: mapViews(node.call, (view) => (view.buffer === value ? { ...view, buffer: variable } : view)),
      }))
    } else copies.push(copy(graph, value, variable))
  }
  graph.nodes.push(...copies.map((call) => ({ call, segment: 0 })))
}
