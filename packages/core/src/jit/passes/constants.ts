/**
 * Constants: what depends on nothing that changes is computed once, when the program is made.
 */
import {
  type Backend,
  type Binding,
  type Buffer,
  type KernelCall,
  mapViews,
  type Slot,
  type View,
  viewsOf,
} from '@nabla/backend'
import { type Graph, type GraphNode, usesOf, wantedSlots } from '../graph.js'

/**
 * Runs recorded calls now.
 *
 * @param bound where slots that exist are
 * @param wanted slots whose buffers are kept
 */
export function evaluateCalls(
  backend: Backend,
  slots: readonly Slot[],
  calls: readonly KernelCall<number>[],
  bound: (slot: number) => Binding | undefined,
  wanted: ReadonlySet<number>,
): Map<number, Buffer> {
  const made = new Map<number, Buffer>()
  const placeOf = (slot: number): Binding => {
    const known = bound(slot)
    if (known !== undefined) return known
    const { dtype, length } = slots[slot] as Slot
    const buffer = made.get(slot) ?? backend.allocate(dtype, length)
    made.set(slot, buffer)
    return { buffer, offset: 0 }
  }
  const releaseBut = (kept: ReadonlySet<number>): void => {
    for (const [slot, buffer] of made) {
      if (kept.has(slot)) continue
      backend.release(buffer)
      made.delete(slot)
    }
  }
  try {
    for (const call of calls) {
      backend.run(
        mapViews(call, (view): View => {
          const { buffer, offset } = placeOf(view.buffer)
          return { ...view, buffer, offset: view.offset + offset }
        }),
      )
    }
  } catch (error) {
    releaseBut(new Set())
    throw error
  }
  releaseBut(wanted)
  return made
}

function hasScalarSlots({ call }: GraphNode): boolean {
  return 'scalars' in call && call.scalars.some((scalar) => typeof scalar !== 'number')
}

/** The nodes that give the same at every run. */
function steadyNodes(graph: Graph): Set<number> {
  const uses = usesOf(graph)
  const wanted = new Set(wantedSlots(graph))
  const isTemporary = (slot: number): boolean => graph.slots[slot]?.role.kind === 'temporary'
  const steady = new Set<number>()
  graph.nodes.forEach((node, position) => {
    const { writes } = viewsOf(node.call)
    const isLocal = writes.every(({ buffer }) => isTemporary(buffer) && !wanted.has(buffer))
    if (isLocal && !hasScalarSlots(node)) steady.add(position)
  })
  const isSteady = (slot: number): boolean =>
    graph.slots[slot]?.role.kind === 'constant' ||
    (isTemporary(slot) && uses(slot).writers.every((writer) => steady.has(writer)))
  for (let changed = true; changed; ) {
    changed = false
    for (const position of steady) {
      const { reads, writes } = viewsOf((graph.nodes[position] as GraphNode).call)
      if ([...reads, ...writes].every(({ buffer }) => isSteady(buffer))) continue
      steady.delete(position)
      changed = true
    }
  }
  return steady
}

/** Computes what is constant on `backend`. The buffers that this makes belong to the program. */
export function foldConstants(graph: Graph, backend: Backend): Buffer[] {
  const steady = steadyNodes(graph)
  if (steady.size === 0) return []
  const wanted = new Set<number>()
  graph.nodes.forEach(({ call }, position) => {
    if (!steady.has(position)) for (const { buffer } of viewsOf(call).reads) wanted.add(buffer)
  })
  const calls = [...steady].sort((a, b) => a - b).map((position) => (graph.nodes[position] as GraphNode).call)
  const made = evaluateCalls(
    backend,
    graph.slots,
    calls.filter(isReady),
    (slot) => {
      const role = graph.slots[slot]?.role
      return role?.kind === 'constant' ? { buffer: role.buffer, offset: 0 } : undefined
    },
    wanted,
  )
  for (const [slot, buffer] of made) {
    graph.slots[slot] = {
      ...(graph.slots[slot] as Graph['slots'][number]),
      role: { kind: 'constant', buffer },
    }
  }
  graph.nodes = graph.nodes.filter((_, position) => !steady.has(position))
  return [...made.values()]
}

function isReady(call: GraphNode['call']): call is KernelCall<number> {
  return !('scalars' in call) || call.scalars.every((scalar) => typeof scalar === 'number')
}
