/** Memory that the plans of a program's calls borrow, one call after the other. */
import type { Block } from '../memory/block.js'
import type { Memory } from '../memory/memory.js'
import type { Scratch } from '../plan/plan.js'

export class ScratchMemory {
  readonly #memory: Memory
  readonly #blocks: Block[] = []

  constructor(memory: Memory) {
    this.#memory = memory
  }

  get bytes(): number {
    return this.#blocks.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** A function that finds the memory of one plan: each scratch has a block of its own for as long as the plan runs. */
  forPlan(): (scratch: Scratch) => Block {
    const known = new Map<Scratch, Block>()
    return (scratch) => {
      const before = known.get(scratch)
      if (before !== undefined) return before
      const taken = new Set(known.values())
      let block = this.#blocks.find((each) => !taken.has(each) && each.bytes >= 4 * scratch.words)
      if (block === undefined) {
        block = this.#memory.takeWords(scratch.words)
        this.#blocks.push(block)
      }
      known.set(scratch, block)
      return block
    }
  }

  dispose(): void {
    for (const block of this.#blocks.splice(0)) this.#memory.give(block)
  }
}
