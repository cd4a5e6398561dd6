/**
 * The memory plan of a program: each temporary gets a place in one arena per element type, and temporaries that are not
 * in use at the same time share places. Elementwise calls write over an input that nobody needs afterwards.
 *
 * Places are given by size, the largest first, each at the lowest offset that is free during its whole life (Pisarchyk &
 * Lee, "Efficient memory management for deep neural net inference", 2020: "greedy by size").
 */
import type { DType } from './dtype.js'
import { type KernelCall, viewsOf } from './kernel.js'
import type { Program, Slot } from './program.js'
import { sizeOf } from './shape.js'
import { isContiguous, type View } from './view.js'

/** Elements between the starts of two places: 256 bytes of float32, which every device can bind at. */
const ALIGNMENT = 64

export interface Place {
  readonly arena: number
  readonly offset: number
}

export interface MemoryPlan {
  readonly arenas: readonly Slot[]
  /** Place of each temporary; `undefined` for external slots and for slots that no call uses. */
  readonly places: readonly (Place | undefined)[]
}

/** Temporaries that share one place, since each is written over the one before. */
export interface Tenant {
  readonly dtype: DType
  readonly slots: number[]
  readonly length: number
  /** The first and the last call that uses them. */
  readonly first: number
  last: number
}

/** Whether a view is all of a slot, row by row. */
export function isWhole(
  { offset, shape, ...layout }: Omit<View<unknown>, 'buffer'>,
  { length }: Slot,
): boolean {
  return offset === 0 && sizeOf(shape) === length && isContiguous({ offset, shape, ...layout })
}

/** The slots whose memory the outputs of an elementwise call may take: read there as a whole, and element by element. */
function* replaceable(call: KernelCall<number, unknown>, slots: readonly Slot[]): Generator<number> {
  if (call.kind !== 'map') return
  for (const view of call.inputs) {
    const slot = slots[view.buffer] as Slot
    const others = call.inputs.filter((each) => each.buffer === view.buffer)
    if (others.every((each) => isWhole(each, slot))) yield view.buffer
  }
}

/** The temporaries of a program and when they are in use: for backends that place them in their own way. */
export function tenantsOf({ slots, external, calls }: Program): Tenant[] {
  const bound = new Set(external)
  const lastUse = new Map<number, number>()
  calls.forEach((call, position) => {
    const { reads, writes } = viewsOf(call)
    for (const { buffer } of [...reads, ...writes]) lastUse.set(buffer, position)
  })
  const tenants = new Map<number, Tenant>()
  calls.forEach((call, position) => {
    const free = new Set(
      [...replaceable(call, slots)].filter((each) => !bound.has(each) && lastUse.get(each) === position),
    )
    const { reads, writes } = viewsOf(call)
    // What is read without having been written has no elements, but a place all the same.
    for (const view of [...writes, ...reads]) {
      const { buffer } = view
      if (bound.has(buffer) || tenants.has(buffer)) continue
      const slot = slots[buffer] as Slot
      const last = lastUse.get(buffer) ?? position
      const before = [...free].find((each) => {
        const other = slots[each] as Slot
        return isWhole(view, slot) && other.dtype === slot.dtype && other.length === slot.length
      })
      const tenant = before === undefined ? undefined : tenants.get(before)
      if (before !== undefined && tenant !== undefined) {
        free.delete(before)
        tenant.slots.push(buffer)
        tenant.last = last
        tenants.set(buffer, tenant)
      } else {
        tenants.set(buffer, {
          dtype: slot.dtype,
          slots: [buffer],
          length: slot.length,
          first: position,
          last,
        })
      }
    }
  })
  return [...new Set(tenants.values())]
}

interface Placed {
  readonly tenant: Tenant
  readonly offset: number
  readonly end: number
}

/** The lowest offset where `tenant` fits between those that live at the same time. */
function lowestOffset(tenant: Tenant, placed: readonly Placed[]): number {
  const neighbours = placed
    .filter(({ tenant: other }) => other.first <= tenant.last && tenant.first <= other.last)
    .sort((a, b) => a.offset - b.offset)
  let offset = 0
  for (const neighbour of neighbours) {
    if (neighbour.offset >= offset + tenant.length) break
    offset = Math.max(offset, Math.ceil(neighbour.end / ALIGNMENT) * ALIGNMENT)
  }
  return offset
}

/** Where each temporary of a program goes. */
export function planMemory(program: Program): MemoryPlan {
  const tenants = tenantsOf(program)
  const places = new Array<Place | undefined>(program.slots.length).fill(undefined)
  const dtypes = [...new Set(tenants.map(({ dtype }) => dtype))]
  const arenas = dtypes.map((dtype, arena): Slot => {
    const placed: Placed[] = []
    const own = tenants.filter((tenant) => tenant.dtype === dtype)
    for (const tenant of own.sort((a, b) => b.length - a.length || a.first - b.first)) {
      const offset = lowestOffset(tenant, placed)
      placed.push({ tenant, offset, end: offset + tenant.length })
      for (const slot of tenant.slots) places[slot] = { arena, offset }
    }
    return { dtype, length: placed.reduce((most, { end }) => Math.max(most, end), 0) }
  })
  return { arenas, places }
}
