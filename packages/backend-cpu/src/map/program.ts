/**
 * A compiled expression list that runs block by block. `bind` connects it with the buffers of one call and picks the
 * loop of each instruction; `runTile` then computes one tile. All state is reused from call to call.
 */
import { roundToType } from '@nabla/backend'
import type { Storage } from '../buffer.js'
import { BLOCK, type Nest, type Tiling } from '../nest.js'
import type { Block, Lane, Loop, Place, Rounding, ScratchBlock } from './loop.js'
import type { Plan, PlannedStep } from './plan.js'

/** One instruction, bound: the loop for how its operands lie in this call. */
interface BoundStep<A> {
  readonly planned: PlannedStep
  readonly result: number
  readonly rounding: Rounding<A> | undefined
  valuesLoop: Loop<A> | undefined
  wordsLoop: Loop<Int32Array> | undefined
  /** Whether it computes one element that stands for the whole block. */
  uniform: boolean
  /** Values read by the loop; those that were uniform and have no loop of their own are spread into blocks. */
  readonly reads: [number, number, number, number]
  readonly spreads: number[]
}

interface BoundLeaf {
  /** View number in the nest. */
  readonly view: number
  readonly storage: Storage | undefined
  readonly place: Place
  /** Whether it is read from the buffer without a copy. */
  readonly direct: boolean
  lastAt: number
  lastRows: number
  lastColumns: number
}

interface BoundTarget {
  readonly view: number
  readonly value: number
  readonly storage: Storage
  readonly place: Place
  readonly direct: boolean
}

const SPREAD_BLOCKS = 4

export class BlockProgram<A extends Block> {
  readonly plan: Plan
  readonly #lane: Lane<A>
  readonly #scratch: (position: number) => ScratchBlock<A>
  readonly #steps: BoundStep<A>[]
  readonly #fixed: ScratchBlock<A>
  /** Per value: its array, the same as words, the position of its first element, and whether that is all. */
  readonly arrays: A[] = []
  readonly #words: Int32Array[] = []
  readonly at: number[] = []
  readonly uniform: boolean[] = []
  readonly #needsWords: boolean[] = []
  #leaves: BoundLeaf[] = []
  #targets: BoundTarget[] = []

  /** @param scratch the blocks that all programs of a lane share, by number. */
  constructor(plan: Plan, lane: Lane<A>, scratch: (position: number) => ScratchBlock<A>) {
    this.plan = plan
    this.#lane = lane
    this.#scratch = scratch
    this.#fixed = lane.createScratch(Math.max(1, plan.fixed.length))
    const firstResult = plan.leaves.length + plan.fixed.length
    this.#steps = plan.steps.map((planned, step) => ({
      planned,
      result: firstResult + step,
      rounding: lane.roundingAfter(planned.node),
      valuesLoop: undefined,
      wordsLoop: undefined,
      uniform: false,
      reads: [0, 0, 0, 0],
      spreads: [],
    }))
    const values = firstResult + plan.steps.length
    for (let value = 0; value < values + SPREAD_BLOCKS; value++) {
      this.at.push(0)
      this.uniform.push(false)
      this.#needsWords.push(false)
    }
    this.#placeScratch(values)
  }

  #placeScratch(values: number): void {
    const { leaves, fixed, steps, registers } = this.plan
    const firstResult = leaves.length + fixed.length
    const place = (value: number, block: ScratchBlock<A>): void => {
      this.arrays[value] = block.values
      this.#words[value] = block.words
    }
    leaves.forEach((_, leaf) => {
      place(leaf, this.#scratch(registers + SPREAD_BLOCKS + leaf))
    })
    fixed.forEach((node, position) => {
      place(leaves.length + position, this.#fixed)
      this.at[leaves.length + position] = position
      this.uniform[leaves.length + position] = true
      if (node.kind === 'constant') this.#fixed.values[position] = roundToType(node.value, node.dtype)
    })
    steps.forEach((step, position) => {
      place(firstResult + position, this.#scratch(step.register))
      const code = this.#lane.codeFor(step.node)
      if (code.on !== 'words') return
      for (const value of [...step.operands, firstResult + position]) this.#needsWords[value] = true
    })
    for (let spread = 0; spread < SPREAD_BLOCKS; spread++) place(values + spread, this.#scratch(registers + spread))
  }

  /**
   * Connects the program with one call. Views of the nest: the leaves in the plan's order, then the targets.
   *
   * @param sources the memory of each leaf, `undefined` for coordinates
   * @param targets the memory of each result, or none where the caller takes the blocks itself
   */
  bind(nest: Nest, tiling: Tiling, sources: readonly (Storage | undefined)[], targets: readonly Storage[], scalars: readonly number[]): void {
    this.plan.fixed.forEach((node, position) => {
      if (node.kind === 'scalar') {
        this.#fixed.values[position] = roundToType(scalars[node.slot] ?? Number.NaN, node.dtype)
      }
    })
    this.#leaves = sources.map((source, leaf) => this.#bindLeaf(nest, tiling, leaf, source, targets.length > 1))
    for (const step of this.#steps) this.#bindStep(step)
    for (const value of this.plan.results) this.#resetResult(value)
    this.#targets = targets.map((target, position) => this.#bindTarget(nest, tiling, position, target, targets))
  }

  #place(nest: Nest, tiling: Tiling, view: number): Place {
    const strides = nest.strides[view] as readonly number[]
    return {
      at: 0,
      row: tiling.rowAxis < 0 || tiling.rows === 1 ? 0 : (strides[tiling.rowAxis] as number),
      column: strides[strides.length - 1] as number,
    }
  }

  #bindLeaf(nest: Nest, tiling: Tiling, leaf: number, storage: Storage | undefined, several: boolean): BoundLeaf {
    const place = this.#place(nest, tiling, leaf)
    const uniform = (place.row === 0 || tiling.rows === 1) && (place.column === 0 || tiling.columns === 1)
    this.uniform[leaf] = uniform
    // With several results, one that is a leaf must not change while others are stored.
    const protect = several && this.plan.lastUse[leaf] === Number.POSITIVE_INFINITY
    const native = storage === undefined || protect ? undefined : this.#lane.asNative(storage.data)
    const direct = native !== undefined && (uniform || liesInRows(place, tiling, nest))
    if (direct) {
      this.arrays[leaf] = native
      if (this.#needsWords[leaf]) this.#words[leaf] = storage!.words
    } else {
      const block = this.#scratch(this.plan.registers + SPREAD_BLOCKS + leaf)
      this.arrays[leaf] = block.values
      this.#words[leaf] = block.words
      this.at[leaf] = 0
    }
    return { view: leaf, storage, place, direct, lastAt: -1, lastRows: 0, lastColumns: 0 }
  }

  #bindStep(step: BoundStep<A>): void {
    const { operands, node } = step.planned
    let mask = 0
    operands.forEach((value, position) => {
      if (this.uniform[value]) mask |= 1 << position
      step.reads[position] = value
    })
    step.uniform = mask === (1 << operands.length) - 1
    this.uniform[step.result] = step.uniform
    const code = this.#lane.codeFor(node)
    const special = !step.uniform && mask !== 0 && code.variants[mask] !== undefined
    step.valuesLoop = code.on === 'values' ? code.variants[special ? mask : 0] : undefined
    step.wordsLoop = code.on === 'words' ? code.variants[special ? mask : 0] : undefined
    step.spreads.length = 0
    if (special || step.uniform || mask === 0) return
    const firstSpread = this.at.length - SPREAD_BLOCKS
    operands.forEach((value, position) => {
      if (!this.uniform[value]) return
      step.spreads.push(position)
      step.reads[position] = firstSpread + position
    })
  }

  /** Back to its register, wherever it went in an earlier call. */
  #resetResult(value: number): void {
    const { leaves, fixed, steps } = this.plan
    const step = steps[value - leaves.length - fixed.length]
    if (step === undefined) return
    const block = this.#scratch(step.register)
    this.arrays[value] = block.values
    this.#words[value] = block.words
    this.at[value] = 0
  }

  /** A result goes straight into the output where it can; the scratch block it has otherwise is stored after the steps. */
  #bindTarget(nest: Nest, tiling: Tiling, position: number, storage: Storage, targets: readonly Storage[]): BoundTarget {
    const { leaves, fixed, results, lastUse } = this.plan
    const view = leaves.length + position
    const value = results[position] as number
    const step = value - leaves.length - fixed.length
    const place = this.#place(nest, tiling, view)
    const native = this.#lane.asNative(storage.data)
    const direct =
      native !== undefined &&
      step >= 0 &&
      !this.uniform[value] &&
      results.indexOf(value) === position &&
      liesInRows(place, tiling, nest) &&
      !this.#leaves.some((leaf, number) => leaf.storage === storage && (lastUse[number] as number) > step) &&
      targets.indexOf(storage) === position
    if (direct) {
      this.arrays[value] = native
      if (this.#needsWords[value]) this.#words[value] = storage.words
    }
    return { view, value, storage, place, direct }
  }

  /** Computes the tile whose first elements lie at `at`, by view number of the nest. */
  runTile(at: readonly number[], rows: number, columns: number): void {
    for (const leaf of this.#leaves) this.#fetch(leaf, at[leaf.view] as number, rows, columns)
    for (const target of this.#targets) if (target.direct) this.at[target.value] = at[target.view] as number
    const n = rows * columns
    for (const step of this.#steps) this.#runStep(step, n)
    for (const target of this.#targets) if (!target.direct) this.#store(target, at[target.view] as number, rows, columns)
  }

  #fetch(leaf: BoundLeaf, at: number, rows: number, columns: number): void {
    if (leaf.direct) {
      this.at[leaf.view] = at
      return
    }
    // Blocks that repeat along the outer axes, such as a bias, are read once.
    if (leaf.lastAt === at && leaf.lastRows === rows && leaf.lastColumns === columns) return
    leaf.lastAt = at
    leaf.lastRows = rows
    leaf.lastColumns = columns
    leaf.place.at = at
    const block = this.arrays[leaf.view] as A
    const uniform = this.uniform[leaf.view]
    if (uniform) {
      rows = 1
      columns = 1
    }
    if (leaf.storage === undefined) this.#lane.count(block, leaf.place, rows, columns)
    else this.#lane.load(block, leaf.storage.data, leaf.place, rows, columns)
  }

  #runStep(step: BoundStep<A>, n: number): void {
    const { arrays, at, uniform } = this
    const [a, b, c, d] = step.reads
    const out = step.result
    for (const position of step.spreads) {
      const value = step.planned.operands[position] as number
      const block = at.length - SPREAD_BLOCKS + position
      this.#lane.spread(n, arrays[block]!, 0, arrays[value]!, at[value]!, arrays[a]!, 0, arrays[a]!, 0, arrays[a]!, 0)
    }
    const count = uniform[out] ? 1 : n
    if (step.wordsLoop !== undefined) {
      const words = this.#words
      step.wordsLoop(count, words[out]!, at[out]!, words[a]!, at[a]!, words[b]!, at[b]!, words[c]!, at[c]!, words[d]!, at[d]!)
    } else {
      step.valuesLoop!(count, arrays[out]!, at[out]!, arrays[a]!, at[a]!, arrays[b]!, at[b]!, arrays[c]!, at[c]!, arrays[d]!, at[d]!)
    }
    step.rounding?.(count, arrays[out]!, at[out]!)
  }

  #store(target: BoundTarget, at: number, rows: number, columns: number): void {
    target.place.at = at
    const uniform = this.uniform[target.value]
    const from: Place = { at: this.at[target.value]!, row: uniform ? 0 : columns, column: uniform ? 0 : 1 }
    this.#lane.store(target.storage.data, target.place, this.arrays[target.value]!, from, rows, columns)
  }

  /** Lets go of the buffers of the call. */
  unbind(): void {
    this.#leaves = []
    this.#targets = []
  }
}

/** Whether the tiles of a view are row by row without gaps in memory. */
function liesInRows(place: Place, tiling: Tiling, { lengths }: Nest): boolean {
  if (tiling.columns > 1 && place.column !== 1) return false
  return tiling.rows === 1 || (place.row === tiling.columns && tiling.columns === lengths[lengths.length - 1])
}
