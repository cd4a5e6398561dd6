/**
 * The graph that the passes of `jit` work on: the recorded calls over slots, and what each slot is. Most slots are written
 * by one call as a whole; these are the values that passes may merge, inline and move.
 */
import type { Buffer, ProgramCall, Slot, View } from '@nabla/backend'
import { isWhole, viewsOf } from '@nabla/backend'
import type { Variable } from '../variable.js'

/** What a slot stands for. */
export type Role =
  | { readonly kind: 'temporary' }
  /** A tensor that the function was given: its position among them. */
  | { readonly kind: 'argument'; readonly position: number }
  /** Variables, one after the other; several once their updates were merged. */
  | { readonly kind: 'variables'; readonly variables: readonly Variable[] }
  /** A tensor from outside that never changes. */
  | { readonly kind: 'constant'; readonly buffer: Buffer }
  /** A tensor that the function returns. */
  | { readonly kind: 'result' }

export interface GraphSlot extends Slot {
  readonly role: Role
}

export interface GraphNode {
  readonly call: ProgramCall
  /** The rehearsal of a checkpoint that it belongs to. Values of different ones are never merged: that would store them. */
  readonly segment: number
}

export interface Graph {
  readonly slots: GraphSlot[]
  nodes: GraphNode[]
  /** For each slot of variables that is assigned: the temporary slot with what it ends with. */
  readonly finals: Map<number, number>
}

export type SlotView = View<number>

/** Names in a label at most: the last ones say what came out. */
const NAMES = 6

/** The label of a call that does what several did, in their order. */
export function joinLabels(...labels: readonly string[]): string {
  const names = [...new Set(labels.flatMap((label) => label.split(', ')))].filter((name) => name !== '…')
  return names.length <= NAMES ? names.join(', ') : ['…', ...names.slice(-NAMES)].join(', ')
}

/** Adds a slot. */
export function addSlot(graph: Graph, slot: GraphSlot): number {
  graph.slots.push(slot)
  return graph.slots.length - 1
}

/** Which nodes read and write each slot, by position. */
export interface Usage {
  readonly writers: readonly number[]
  readonly readers: readonly number[]
}

const NONE: Usage = { writers: [], readers: [] }

/** The uses of all slots. */
export function usesOf({ nodes }: Graph): (slot: number) => Usage {
  const uses = new Map<number, { writers: number[]; readers: number[] }>()
  const entry = (slot: number) => {
    let found = uses.get(slot)
    if (found === undefined) {
      found = { writers: [], readers: [] }
      uses.set(slot, found)
    }
    return found
  }
  nodes.forEach(({ call }, position) => {
    const { reads, writes } = viewsOf(call)
    for (const slot of new Set(reads.map(({ buffer }) => buffer))) entry(slot).readers.push(position)
    for (const slot of new Set(writes.map(({ buffer }) => buffer))) entry(slot).writers.push(position)
  })
  return (slot) => uses.get(slot) ?? NONE
}

/** Whether a view covers all of its slot, row by row. */
export function coversSlot({ slots }: Graph, view: SlotView): boolean {
  return isWhole(view, slots[view.buffer] as Slot)
}

/** The slots whose contents must be there at the end. */
export function wantedSlots({ slots, finals }: Graph): number[] {
  const results = slots.flatMap(({ role }, slot) => (role.kind === 'result' ? [slot] : []))
  return [...results, ...finals.values()]
}
