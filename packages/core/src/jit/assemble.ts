/**
 * From an optimized graph to a program: which slots are bound from outside, and what the host does before each run.
 */
import { type Backend, type DType, type Program, viewsOf } from '@nabla/backend'
import type { Capture } from './capture.js'
import type { HostAction } from './function-trace.js'
import type { Graph, Role } from './graph.js'
import { optimize } from './passes/index.js'
import { Pool } from './result-memory.js'
import { VariablePlace } from './variable-memory.js'

/** An external slot of the program. */
export interface External {
  readonly slot: number
  readonly dtype: DType
  readonly length: number
  readonly role: Role
  /** Whether the program writes it. */
  readonly written: boolean
  /** Released buffers, for results. */
  readonly pool: Pool
  /** Where its variables are. */
  readonly place: VariablePlace | undefined
}

/** The program of a graph, with slots numbered anew, and what its external slots are. */
export function assemble(
  graph: Graph,
  backend: Backend,
  numbers: number,
): { readonly program: Program; readonly externals: External[] } {
  // A result without elements is written by no call.
  const used = new Set(graph.slots.flatMap(({ role }, slot) => (role.kind === 'result' ? [slot] : [])))
  const written = new Set<number>()
  for (const { call } of graph.nodes) {
    const { reads, writes } = viewsOf(call)
    for (const { buffer } of [...reads, ...writes]) used.add(buffer)
    for (const { buffer } of writes) written.add(buffer)
  }
  const externals = [...used].flatMap((slot): External[] => {
    const { role, dtype, length } = graph.slots[slot] as Graph['slots'][number]
    if (role.kind === 'temporary') return []
    const isWritten = written.has(slot)
    const place = role.kind === 'variables' ? new VariablePlace(role.variables, isWritten) : undefined
    return [{ slot, dtype, length, role, written: isWritten, pool: new Pool(backend), place }]
  })
  const program = {
    slots: graph.slots.map(({ dtype, length }) => ({ dtype, length })),
    external: externals.map(({ slot }) => slot),
    scalars: numbers,
    calls: graph.nodes.map(({ call }) => call),
  }
  return { program, externals }
}

/** Optimizes; frees what was captured if that fails, since constants are computed on the way. */
export function optimized({ graph, backend, uploads }: Capture): ReturnType<typeof optimize> {
  try {
    return optimize(graph, backend)
  } catch (error) {
    for (const buffer of uploads) backend.release(buffer)
    throw error
  }
}

/** The actions of the host that later runs need. */
export function actionsOf({ actions, spent }: Capture, { calls }: Program): HostAction[] {
  const live = new Set<number>()
  for (const call of calls) {
    if (!('scalars' in call)) continue
    for (const scalar of call.scalars) if (typeof scalar !== 'number') live.add(scalar.slot)
  }
  // Numbers that only made the first value of a variable are not asked for again.
  return actions.filter(
    ({ slots }) =>
      slots.length === 0 || slots.some((slot) => live.has(slot)) || !slots.some((slot) => spent.has(slot)),
  )
}
