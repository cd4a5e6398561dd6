/**
 * A compiled expression list that runs block by block. Binding connects it with the memory of one call and picks the
 * loop of each instruction; `runTile` then computes one tile. All state is reused from call to call, so that small
 * calls allocate nothing.
 */
import { roundToType } from '@nabla/backend'
import type { Storage } from '../buffer.js'
import { BoundSteps } from './bound-steps.js'
import type { Block, Lane, Place, ScratchBlock } from './loop.js'
import type { Plan } from './plan.js'
import { Values } from './values.js'

/** One leaf: where it comes from, and what its block holds. */
interface BoundLeaf {
  storage: Storage | undefined
  readonly place: Place
  /** Whether it is read from the buffer without a copy. */
  direct: boolean
  blockAt: number
  blockRows: number
  blockColumns: number
}

interface BoundTarget {
  storage: Storage | undefined
  readonly place: Place
  /** Whether the last instruction writes to the buffer without a copy. */
  direct: boolean
}

export class BlockProgram<A extends Block> {
  readonly plan: Plan
  /** The values of the current tile. */
  readonly values: Values<A>
  /** For callers: positions of the leaves' and the targets' first elements in the current tile. */
  readonly starts: number[]
  readonly #lane: Lane<A>
  readonly #steps: BoundSteps<A>
  readonly #leaves: BoundLeaf[]
  readonly #targets: BoundTarget[]
  readonly #from: Place = { at: 0, row: 0, column: 0 }
  #targetCount = 0
  #rows = 1
  #columns = 1
  #wholeRows = true

  /** @param scratch the blocks that all programs of a lane share, by number. */
  constructor(plan: Plan, lane: Lane<A>, scratch: (position: number) => ScratchBlock<A>) {
    this.plan = plan
    this.#lane = lane
    this.values = new Values(plan, lane, scratch)
    this.#steps = new BoundSteps(plan, lane, this.values)
    this.starts = [...plan.leaves, ...plan.results].map(() => 0)
    this.#leaves = plan.leaves.map(() => ({
      storage: undefined,
      place: { at: 0, row: 0, column: 0 },
      direct: false,
      blockAt: -1,
      blockRows: 0,
      blockColumns: 0,
    }))
    this.#targets = plan.results.map(() => ({
      storage: undefined,
      place: { at: 0, row: 0, column: 0 },
      direct: false,
    }))
  }

  /**
   * Starts binding.
   *
   * @param wholeRows whether each tile has all columns that there are
   */
  begin(rows: number, columns: number, wholeRows: boolean, scalars: readonly number[]): void {
    this.#rows = rows
    this.#columns = columns
    this.#wholeRows = wholeRows
    this.#targetCount = 0
    const { fixed, leaves } = this.plan
    for (let position = 0; position < fixed.length; position++) {
      const node = fixed[position]!
      if (node.kind === 'scalar') {
        const value = roundToType(scalars[node.slot] ?? Number.NaN, node.dtype)
        this.values.arrays[leaves.length + position]![position] = value
      }
    }
  }

  /**
   * Connects a leaf with memory, `undefined` for coordinates.
   *
   * @param several whether the call has several results
   */
  bindLeaf(leaf: number, storage: Storage | undefined, row: number, column: number, several: boolean): void {
    const { values } = this
    const bound = this.#leaves[leaf]!
    const uniform = (row === 0 || this.#rows === 1) && (column === 0 || this.#columns === 1)
    values.uniform[leaf] = uniform
    bound.storage = storage
    bound.place.row = row
    bound.place.column = column
    bound.blockAt = -1
    // With several results, one that is a leaf must not change while others are stored.
    const guarded = several && this.plan.lastUse[leaf] === Number.POSITIVE_INFINITY
    const native = storage === undefined || guarded ? undefined : this.#lane.asNative(storage.data)
    bound.direct = native !== undefined && (uniform || this.#inOnePiece(row, column))
    if (bound.direct) values.borrow(leaf, native!, storage!)
    else values.own(leaf)
  }

  /** To be called when all leaves are bound, before the targets. */
  bindSteps(): void {
    this.#steps.bind()
  }

  /** Connects a result with the memory it goes to; where it can, its last instruction writes there directly. */
  bindTarget(position: number, storage: Storage, row: number, column: number): void {
    const { leaves, fixed, results } = this.plan
    const value = results[position]!
    const step = value - leaves.length - fixed.length
    const bound = this.#targets[position]!
    bound.storage = storage
    bound.place.row = row
    bound.place.column = column
    const native = this.#lane.asNative(storage.data)
    bound.direct =
      native !== undefined &&
      step >= 0 &&
      !this.values.uniform[value] &&
      this.#inOnePiece(row, column) &&
      results.indexOf(value) === position &&
      !this.#isReadAfter(step, storage) &&
      !this.#isTarget(storage)
    if (bound.direct) this.values.borrow(value, native!, storage)
    this.#targetCount = position + 1
  }

  /** Computes the tile that `starts` points to. */
  runTile(rows: number, columns: number): void {
    const { starts, values } = this
    const leafCount = this.#leaves.length
    for (let leaf = 0; leaf < leafCount; leaf++) {
      if (this.#leaves[leaf]!.direct) values.at[leaf] = starts[leaf]!
      else this.#fetch(leaf, this.#leaves[leaf]!, starts[leaf]!, rows, columns)
    }
    for (let target = 0; target < this.#targetCount; target++) {
      if (this.#targets[target]!.direct) values.at[this.plan.results[target]!] = starts[leafCount + target]!
    }
    this.#steps.run(rows * columns)
    for (let target = 0; target < this.#targetCount; target++) {
      if (!this.#targets[target]!.direct) this.#store(target, starts[leafCount + target]!, rows, columns)
    }
  }

  /** Lets go of the memory of the call. */
  unbind(): void {
    for (let leaf = 0; leaf < this.#leaves.length; leaf++) {
      const bound = this.#leaves[leaf]!
      if (bound.direct) this.values.own(leaf)
      bound.storage = undefined
    }
    for (let target = 0; target < this.#targetCount; target++) {
      const bound = this.#targets[target]!
      if (bound.direct) this.values.own(this.plan.results[target]!)
      bound.storage = undefined
    }
  }

  /** Whether the tiles of a view lie row by row without gaps. */
  #inOnePiece(row: number, column: number): boolean {
    if (this.#columns > 1 && column !== 1) return false
    return this.#rows === 1 || (row === this.#columns && this.#wholeRows)
  }

  #isReadAfter(step: number, storage: Storage): boolean {
    for (let leaf = 0; leaf < this.#leaves.length; leaf++) {
      if (this.#leaves[leaf]!.storage === storage && this.plan.lastUse[leaf]! > step) return true
    }
    return false
  }

  #isTarget(storage: Storage): boolean {
    for (let target = 0; target < this.#targetCount; target++) {
      if (this.#targets[target]!.storage === storage) return true
    }
    return false
  }

  #fetch(leaf: number, bound: BoundLeaf, at: number, rows: number, columns: number): void {
    // Blocks that repeat along the outer axes, such as a bias, are read once.
    if (bound.blockAt === at && bound.blockRows === rows && bound.blockColumns === columns) return
    bound.blockAt = at
    bound.blockRows = rows
    bound.blockColumns = columns
    bound.place.at = at
    const block = this.values.arrays[leaf]!
    const uniform = this.values.uniform[leaf]!
    if (bound.storage === undefined)
      this.#lane.count(block, bound.place, uniform ? 1 : rows, uniform ? 1 : columns)
    else this.#lane.load(block, bound.storage.data, bound.place, uniform ? 1 : rows, uniform ? 1 : columns)
  }

  #store(position: number, at: number, rows: number, columns: number): void {
    const { values } = this
    const value = this.plan.results[position]!
    const { storage, place } = this.#targets[position]!
    place.at = at
    this.#from.at = values.at[value]!
    this.#from.row = values.uniform[value] ? 0 : columns
    this.#from.column = values.uniform[value] ? 0 : 1
    this.#lane.store(storage!.data, place, values.arrays[value]!, this.#from, rows, columns)
  }
}
