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
  mergeEqualValues(graph)
  mergeEqualParts(graph)
}

/** A slot that several calls write one after the other: padding, for example, is a fill and a copy. */
interface Assembled {
  readonly slot: number
  readonly writers: readonly number[]
}

/** Slots in several parts that nobody reads before they are whole. */
function assembledSlots(graph: Graph): Assembled[] {
  const uses = usesOf(graph)
  return graph.slots
    .flatMap(({ role }, slot): Assembled[] => {
      const { writers, readers } = uses(slot)
      const last = Math.max(...writers)
      const isWhole = readers.every((reader) => reader > last || writers.includes(reader))
      const isOwn = writers.every(
        (writer) => viewsOf(graph.nodes[writer]?.call as ProgramCall).writes.length === 1,
      )
      return role.kind === 'temporary' && writers.length > 1 && isWhole && isOwn ? [{ slot, writers }] : []
    })
    .sort((a, b) => (a.writers[0] ?? 0) - (b.writers[0] ?? 0))
}

/** Merges slots that are put together in the same way from the same values. */
function mergeEqualParts(graph: Graph): void {
  const uses = usesOf(graph)
  const known = new Map<string, number>()
  const renamed = new Map<number, number>()
  const dropped = new Set<number>()
  const finals = new Set(graph.finals.values())
  for (const { slot, writers } of assembledSlots(graph)) {
    const [first = 0] = writers
    const nodes = writers.map((writer) => graph.nodes[writer] as GraphNode)
    const settled = nodes.every(({ call }) =>
      viewsOf(call).reads.every(
        ({ buffer }) => buffer === slot || uses(buffer).writers.every((writer) => writer < first),
      ),
    )
    const segments = new Set(nodes.map(({ segment }) => segment))
    if (!settled || segments.size > 1 || finals.has(slot)) continue
    const parts = nodes.map(({ call }) =>
      keyOf(mapBuffers(call, (buffer) => (buffer === slot ? -1 : (renamed.get(buffer) ?? buffer)))),
    )
    const key = `${[...segments].join()}:${JSON.stringify(graph.slots[slot])}:${parts.join()}`
    const earlier = known.get(key)
    if (earlier === undefined) {
      known.set(key, slot)
      continue
    }
    renamed.set(slot, earlier)
    for (const writer of writers) dropped.add(writer)
  }
  if (dropped.size === 0) return
  graph.nodes = graph.nodes
    .filter((_, position) => !dropped.has(position))
    .map((node) => ({ ...node, call: mapBuffers(node.call, (slot) => renamed.get(slot) ?? slot) }))
}

/** Merges calls each of which writes whole values. */
function mergeEqualValues(graph: Graph): void {
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
