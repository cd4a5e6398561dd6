/**
 * Plans become commands, one after the other: for each dispatch its pipeline, its buffers, and its uniform words in a page
 * that is written once with each submission.
 */
import type { Buffer } from '@nabla/backend'
import type { Block } from '../memory/block.js'
import type { Memory } from '../memory/memory.js'
import type { Dispatch, KernelPlan, Place } from '../plan/plan.js'
import type { BindGroups } from './bind-groups.js'
import type { Commands } from './commands.js'
import { deviceError, type Failures } from './failures.js'
import type { Faults } from './faults.js'
import type { Layout } from './layouts.js'
import { type Pipelines, wordsOf } from './pipelines.js'
import { UniformPage } from './uniform-page.js'
import { foldGroups, writeWords } from './words.js'

/** Dispatches that wait at most: the GPU has something to do while the host puts together the next ones. */
export const MOST_WAITING = 64

/** Bytes of the page: the most that a shader can have. */
const PAGE_BYTES = 65536

/** What a plan is encoded with. */
export interface EncoderParts {
  readonly failures: Failures
  readonly commands: Commands
  readonly groups: BindGroups
  readonly pipelines: Pipelines
  readonly memory: Memory
  readonly faults: Faults
  /** Workgroups along one dimension. */
  readonly mostGroups: number
  /** Where shaders report faults. */
  faultWords(): Block
  /** Submits what waits. */
  flush(): void
}

export class PlanEncoder {
  readonly #parts: EncoderParts
  readonly #page: UniformPage

  constructor(parts: EncoderParts) {
    this.#parts = parts
    this.#page = new UniformPage(parts.memory.takeUniforms(PAGE_BYTES))
  }

  /**
   * Encodes a plan.
   *
   * @param date of the call
   * @param blockOf the memory of a buffer
   */
  encode(plan: KernelPlan, date: number, blockOf: (buffer: Buffer) => Block): void {
    const { memory } = this.#parts
    const scratch = new Map<Place, Block>()
    const memoryOf = (place: Place): Block => {
      if (place.kind === 'buffer') return blockOf(place.buffer)
      if (place.kind === 'faults') return this.#parts.faultWords()
      const known = scratch.get(place)
      if (known !== undefined) return known
      const block = memory.takeWords(place.words)
      scratch.set(place, block)
      return block
    }
    try {
      for (const dispatch of plan) if (dispatch.groups > 0) this.#encode(dispatch, date, memoryOf)
    } finally {
      // Whoever takes them next comes behind this call.
      for (const block of scratch.values()) memory.give(block)
    }
  }

  #encode(dispatch: Dispatch, date: number, memoryOf: (place: Place) => Block): void {
    const { pipelines, commands, groups, faults, failures, mostGroups } = this.#parts
    const pipeline = pipelines.of(dispatch)
    const blocks = dispatch.bindings.map(({ place }) => memoryOf(place))
    if (commands.waiting >= MOST_WAITING) this.#parts.flush()
    const at = this.#placeOf(pipeline.layout)
    const code = dispatch.fault === undefined ? 0 : faults.once(dispatch.fault, date)
    writeWords(this.#page.words, at, dispatch, code)
    this.#page.changed(at, at + wordsOf(dispatch))
    const group = groups.of(pipeline.layout, this.#page.block, blocks, (make) =>
      failures.guard(date, make, (caught) => deviceError(dispatch.label, caught)),
    )
    for (const block of blocks) commands.use(block)
    const folded = foldGroups(dispatch.groups, mostGroups)
    commands.dispatch(date, dispatch.label, pipeline, group, 4 * at, folded)
  }

  /** A place for uniform words. */
  #placeOf({ uniformBytes }: Layout): number {
    const place = this.#page.take(uniformBytes)
    if (place !== undefined) return place
    this.#parts.flush()
    return this.#page.take(uniformBytes) ?? 0
  }

  /** Writes the words of what was encoded, right before it is submitted. */
  write(queue: GPUQueue): void {
    this.#page.write(queue)
    this.#page.clear()
  }
}
