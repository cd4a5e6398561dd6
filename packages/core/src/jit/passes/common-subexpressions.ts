/**
 * Common subexpressions: equal calls on equal operands are computed once.
 */
import { mapBuffers, type ProgramCall, viewsOf } from '@nabla/backend'
import { coversSlot, type Graph, type GraphNode, type SlotView, usesOf } from '../graph.js'

/** What a call computes, as text: everything but its label and where it writes. */
function keyOf(call: ProgramCall): string {
  return JSON.stringify(call, (name, value: unknown) => {
    if (name === 'label') return undefined
    // Expressions are interned: their number says all.
    if (typeof value === 'object' && value !== null && 'kind' in value && 'id' in value) return value.id
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
    return Object.is(value, -0) ? '-0' : value
  })
}

/** The same call with everything that it writes called nothing. */
function withoutTargets(call: ProgramCall): ProgramCall {
  const written = new Set(viewsOf(call).writes.map(({ buffer }) => buffer))
  return mapBuffers(call, (slot) => (written.has(slot) ? -1 : slot))
}

/** Merges calls that compute the same. */
export function mergeEqualCalls(graph: Graph): void {
  const uses = usesOf(graph)
  const renamed = new Map<number, number>()
  const known = new Map<string, ProgramCall>()
  const rename = (slot: number): number => renamed.get(slot) ?? slot
  const isValue = (call: ProgramCall, position: number): boolean => {
    const { reads, writes } = viewsOf(call)
    const settled = reads.every(({ buffer }) => uses(buffer).writers.every((writer) => writer < position))
    return (
      settled &&
      writes.every(
        (view) =>
          graph.slots[view.buffer]?.role.kind === 'temporary' &&
          uses(view.buffer).writers.length === 1 &&
          coversSlot(graph, view),
      )
    )
  }
  const nodes: GraphNode[] = []
  graph.nodes.forEach(({ call: recorded, segment }, position) => {
    const call: ProgramCall = mapBuffers(recorded, rename)
    const key = isValue(recorded, position) ? `${segment}:${keyOf(withoutTargets(call))}` : undefined
    const earlier = key === undefined ? undefined : known.get(key)
    if (earlier === undefined) {
      if (key !== undefined) known.set(key, call)
      nodes.push({ call, segment })
      return
    }
    const targets = viewsOf(earlier).writes
    viewsOf(call).writes.forEach(({ buffer }, each) => {
      renamed.set(buffer, (targets[each] as SlotView).buffer)
    })
  })
  graph.nodes = nodes
  for (const [variable, value] of graph.finals) graph.finals.set(variable, rename(value))
}
