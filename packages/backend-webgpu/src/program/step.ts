/**
 * One call of a program: what it becomes on the buffers that it is bound to, kept for the buffers that it was bound to
 * before, since batches arrive in a few buffers by turns.
 */
import { type Buffer, mapViews, type ProgramCall, viewsOf } from '@nabla/backend'
import type { Block } from '../memory/block.js'
import type { Dispatch, KernelPlan, PlannedCall, Scratch } from '../plan/plan.js'
import { wordsOf } from '../queue/pipelines.js'
import type { Prepared, Queue } from '../queue/queue.js'
import { writeWords } from '../queue/words.js'
import type { ScratchMemory } from './scratch.js'
import type { Place, Uniforms } from './uniforms.js'

/** Bindings that are remembered for each call. */
const REMEMBERED = 16

/** What a slot stands for. */
export interface Bound {
  readonly buffer: Buffer
  readonly block: Block
  readonly offset: number
}

/** A scalar among uniform words that is given at each run. */
export interface GivenScalar {
  readonly place: Place
  readonly word: number
  readonly slot: number
  readonly dtype: Dispatch['scalars'][number]['dtype']
}

/** A call on certain buffers. */
interface Variant {
  readonly dispatches: readonly Prepared[]
  readonly scalars: readonly GivenScalar[]
  readonly places: readonly Place[]
  /** Under which its dispatches report faults. */
  readonly codes: readonly number[]
}

/** What the steps of a program share. */
export interface StepContext {
  readonly queue: Queue
  readonly uniforms: Uniforms
  readonly scratch: ScratchMemory
  plan(call: PlannedCall): KernelPlan
  /** What a slot stands for in this run. */
  bound(slot: number): Bound
}

export class Step {
  readonly #call: ProgramCall
  readonly #context: StepContext
  /** The external slots that it uses. */
  readonly slots: readonly number[]
  /** The ones used last at the end. */
  readonly #variants = new Map<string, Variant>()
  #current: Variant | undefined

  constructor(call: ProgramCall, isExternal: (slot: number) => boolean, context: StepContext) {
    this.#call = call
    this.#context = context
    const { reads, writes } = viewsOf(call)
    this.slots = [...new Set([...reads, ...writes].map(({ buffer }) => buffer))].filter(isExternal)
  }

  get dispatches(): readonly Prepared[] {
    return this.#current?.dispatches ?? []
  }

  get scalars(): readonly GivenScalar[] {
    return this.#current?.scalars ?? []
  }

  /** Makes it ready for what its slots are bound to now. */
  bind(): void {
    let key = ''
    for (const slot of this.slots) {
      const { block, offset } = this.#context.bound(slot)
      key += `${block.id}:${offset},`
    }
    const known = this.#variants.get(key)
    if (known !== undefined) this.#variants.delete(key)
    const variant = known ?? this.#make()
    this.#variants.set(key, variant)
    this.#current = variant
    if (this.#variants.size > REMEMBERED) this.#forgetOldest()
  }

  #make(): Variant {
    const { queue, scratch, bound } = this.#context
    const blocks = new Map<Buffer, Block>()
    const call = mapViews(this.#call, (view) => {
      const { buffer, block, offset } = bound(view.buffer)
      blocks.set(buffer, block)
      return { ...view, buffer, offset: view.offset + offset }
    })
    const scratchOf = scratch.forPlan()
    const memory: MemoryOf = {
      buffer: (buffer) => blocks.get(buffer) as Block,
      scratch: scratchOf,
      faults: () => queue.faultWords,
    }
    const dispatches: Prepared[] = []
    const scalars: GivenScalar[] = []
    const places: Place[] = []
    const codes: number[] = []
    for (const dispatch of this.#context.plan(call)) {
      if (dispatch.groups === 0) continue
      const code = dispatch.fault === undefined ? 0 : queue.faults.always(dispatch.fault)
      if (code !== 0) codes.push(code)
      const { place, prepared } = this.#prepare(dispatch, code, memory)
      places.push(place)
      dispatches.push(prepared)
      for (const { word, slot, dtype } of dispatch.scalars)
        scalars.push({ place, word: place.at + word, slot, dtype })
    }
    return { dispatches, scalars, places, codes }
  }

  #prepare(dispatch: Dispatch, code: number, memory: MemoryOf): { place: Place; prepared: Prepared } {
    const { queue, uniforms } = this.#context
    const pipeline = queue.pipelines.of(dispatch)
    const place = uniforms.take(pipeline.layout.uniformBytes)
    const { page, at } = place
    writeWords(page.words, at, dispatch, code)
    page.changed(at, at + wordsOf(dispatch))
    const blocks = dispatch.bindings.map(({ place: of }) =>
      of.kind === 'buffer'
        ? memory.buffer(of.buffer)
        : of.kind === 'scratch'
          ? memory.scratch(of)
          : memory.faults(),
    )
    const group = queue.bind(dispatch.label, pipeline.layout, page.block, blocks)
    const { label } = dispatch
    return { place, prepared: { label, pipeline, group, offset: 4 * at, groups: queue.fold(dispatch) } }
  }

  #forgetOldest(): void {
    const [oldest] = this.#variants
    if (oldest === undefined) return
    const [key, { places, codes }] = oldest
    this.#variants.delete(key)
    for (const place of places) this.#context.uniforms.give(place)
    this.#context.queue.faults.retire(codes)
  }

  dispose(): void {
    for (const { codes } of this.#variants.values()) this.#context.queue.faults.retire(codes)
    this.#variants.clear()
    this.#current = undefined
  }
}

interface MemoryOf {
  buffer(buffer: Buffer): Block
  scratch(scratch: Scratch): Block
  faults(): Block
}
