/**
 * Which temporaries of a program share a block of memory: those that are stored alike and not in use at the same time.
 * Blocks are separate buffers, not places in one, since a shader can't read one part of a buffer and write another under
 * bindings of their own.
 *
 * The largest come first, each into the smallest block that is free during its whole life (Pisarchyk & Lee, "Efficient
 * memory management for deep neural net inference", 2020: "greedy by size" for shared objects). So no block has to grow.
 */
import { type DType, type Program, type Slot, type Tenant, tenantsOf } from '@nabla/backend'

export interface BlockPlan {
  readonly blocks: readonly Slot[]
  /** The block of each temporary; `undefined` for external slots and for slots that no call uses. */
  readonly blockOf: readonly (number | undefined)[]
}

interface Shared extends Slot {
  readonly tenants: Tenant[]
}

function isFree({ tenants }: Shared, { first, last }: Tenant): boolean {
  return tenants.every((other) => other.last < first || last < other.first)
}

/** @param storedAs how elements of a type are stored; those stored alike may share */
export function planBlocks(program: Program, storedAs: (dtype: DType) => string): BlockPlan {
  const blocks: Shared[] = []
  const blockOf = new Array<number | undefined>(program.slots.length).fill(undefined)
  const tenants = tenantsOf(program).sort((a, b) => b.length - a.length || a.first - b.first)
  for (const tenant of tenants) {
    // The last one that is free is the smallest.
    const free = blocks.findLastIndex(
      (block) => storedAs(block.dtype) === storedAs(tenant.dtype) && isFree(block, tenant),
    )
    const { dtype, length } = tenant
    const chosen = free >= 0 ? free : blocks.push({ dtype, length, tenants: [] }) - 1
    blocks[chosen]?.tenants.push(tenant)
    for (const slot of tenant.slots) blockOf[slot] = chosen
  }
  return { blocks: blocks.map(({ dtype, length }) => ({ dtype, length })), blockOf }
}
