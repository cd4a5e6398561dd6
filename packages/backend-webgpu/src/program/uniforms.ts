/** The uniform words of a program: pages that are its own, and grow in number with what it is bound to. */
import type { Memory } from '../memory/memory.js'
import { SLOT_BYTES } from '../queue/layouts.js'
import { UniformPage } from '../queue/uniform-page.js'

/** A place for the words of one dispatch. */
export interface Place {
  readonly page: UniformPage
  /** The first word. */
  readonly at: number
  readonly bytes: number
}

export class Uniforms {
  readonly #memory: Memory
  readonly #pageBytes: number
  readonly pages: UniformPage[] = []

  /** @param calls of the program, which mostly need one or two slots each */
  constructor(memory: Memory, calls: number) {
    this.#memory = memory
    this.#pageBytes = SLOT_BYTES * Math.max(64, 2 ** Math.ceil(Math.log2(2 * calls + 1)))
  }

  take(bytes: number): Place {
    for (const page of this.pages) {
      const at = page.take(bytes)
      if (at !== undefined) return { page, at, bytes }
    }
    const page = new UniformPage(this.#memory.takeUniforms(Math.max(bytes, this.#pageBytes)))
    this.pages.push(page)
    return { page, at: page.take(bytes) ?? 0, bytes }
  }

  give({ page, at, bytes }: Place): void {
    page.give(at, bytes)
  }

  dispose(): void {
    for (const { block } of this.pages.splice(0)) this.#memory.giveUniforms(block)
  }
}
