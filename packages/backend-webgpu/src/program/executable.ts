/**
 * A program made ready: temporaries in blocks that are allocated once, calls planned, compiled and bound once for each set of
 * buffers. A run after the first writes the numbers that it is given, encodes one pass, and submits it.
 */
import { type Binding, type Buffer, type Executable, isWhole, type Program, viewsOf } from '@nabla/backend'
import { WebgpuBuffer } from '../buffer.js'
import type { Block } from '../memory/block.js'
import type { KernelPlan, PlannedCall } from '../plan/plan.js'
import type { Failures } from '../queue/failures.js'
import type { Prepared, Queue } from '../queue/queue.js'
import { bitsOf } from '../wgsl/bits.js'
import { planBlocks } from './blocks.js'
import { planProgram } from './plan-program.js'
import { ScratchMemory } from './scratch.js'
import { type Bound, type GivenScalar, Step } from './step.js'
import { Uniforms } from './uniforms.js'

/** What a program needs of its backend. */
export interface ProgramHost {
  readonly queue: Queue
  readonly failures: Failures
  plan(call: PlannedCall): KernelPlan
  storedAs(dtype: Buffer['dtype']): string
  allocate(dtype: Buffer['dtype'], length: number): WebgpuBuffer
  release(buffer: Buffer): void
  /** The buffer as the backend's own, and its memory. */
  own(buffer: Buffer): { readonly buffer: WebgpuBuffer; readonly block: Block }
}

/** What a program does with its external slots, by position. */
interface Uses {
  /** Read before all of them is written. */
  readonly read: ReadonlySet<number>
  readonly written: ReadonlySet<number>
  /** Written as a whole. */
  readonly replaced: ReadonlySet<number>
}

function usesOf({ slots, external, calls }: Program): Uses {
  const positions = new Map(external.map((slot, position) => [slot, position]))
  const [read, written, replaced] = [new Set<number>(), new Set<number>(), new Set<number>()]
  for (const call of calls) {
    const { reads, writes } = viewsOf(call)
    for (const { buffer } of reads) {
      const position = positions.get(buffer)
      if (position !== undefined && !replaced.has(position)) read.add(position)
    }
    for (const view of writes) {
      const position = positions.get(view.buffer)
      const slot = slots[view.buffer]
      if (position === undefined || slot === undefined) continue
      written.add(position)
      const isConditional = call.kind === 'map' && call.when !== undefined
      if (isWhole(view, slot) && !isConditional) replaced.add(position)
    }
  }
  return { read, written, replaced }
}

export class ProgramExecutable implements Executable {
  readonly #host: ProgramHost
  readonly #program: Program
  readonly #temporaries: readonly WebgpuBuffer[]
  readonly #scratch: ScratchMemory
  readonly #uniforms: Uniforms
  readonly #steps: readonly Step[]
  readonly #uses: Uses
  /** What each slot stands for: temporaries always, external ones in this run. */
  readonly #bound: (Bound | undefined)[]
  /** Of all steps, for what they are bound to. */
  #dispatches: readonly Prepared[] = []
  #scalars: readonly GivenScalar[] = []
  #blocks: readonly Block[] = []
  #isBound = false
  #isDisposed = false

  constructor(host: ProgramHost, program: Program) {
    this.#host = host
    this.#program = program
    const { blocks, blockOf } = planBlocks(program, (dtype) => host.storedAs(dtype))
    this.#temporaries = blocks.map(({ dtype, length }) => host.allocate(dtype, length))
    this.#scratch = new ScratchMemory(host.queue.memory)
    this.#uniforms = new Uniforms(host.queue.memory, program.calls.length)
    this.#bound = program.slots.map((_, slot) => {
      const buffer = this.#temporaries[blockOf[slot] ?? -1]
      return buffer && { ...host.own(buffer), offset: 0 }
    })
    this.#uses = usesOf(program)
    const external = new Set(program.external)
    const context = {
      queue: host.queue,
      uniforms: this.#uniforms,
      scratch: this.#scratch,
      plan: (call: PlannedCall) => host.plan(call),
      bound: (slot: number) => this.#boundTo(slot),
    }
    this.#steps = program.calls.map((call) => new Step(call, (slot) => external.has(slot), context))
  }

  #boundTo(slot: number): Bound {
    const bound = this.#bound[slot]
    if (bound !== undefined) return bound
    throw new RangeError(`program: slot ${slot} is not bound to a buffer`)
  }

  get temporaryBytes(): number {
    const own = this.#temporaries.reduce((sum, { block }) => sum + (block?.bytes ?? 0), 0)
    return own + this.#scratch.bytes
  }

  run(bindings: readonly Binding[], scalars: readonly number[]): void {
    const { queue, failures } = this.#host
    failures.requireAlive()
    if (this.#isDisposed) throw new RangeError('program: it was disposed')
    const date = failures.begin()
    const changed = this.#bind(bindings)
    if (changed.size > 0 || !this.#isBound) this.#rebind(changed)
    this.#give(scalars)
    for (const position of this.#uses.written) this.#note(position, date)
    queue.runPrepared(date, this.#dispatches, this.#uniforms.pages, this.#blocks)
  }

  /** Notes what the external slots are bound to; returns those that changed. */
  #bind(bindings: readonly Binding[]): Set<number> {
    const changed = new Set<number>()
    this.#program.external.forEach((slot, position) => {
      const binding = bindings[position]
      if (binding === undefined) {
        this.#bound[slot] = undefined
        this.#isBound = false
        return
      }
      const { buffer, block } = this.#host.own(binding.buffer)
      if (this.#uses.read.has(position)) this.#host.failures.requireSound(buffer.written)
      const before = this.#bound[slot]
      if (before?.block !== block || before.offset !== binding.offset) changed.add(slot)
      if (before?.buffer !== buffer || changed.has(slot))
        this.#bound[slot] = { buffer, block, offset: binding.offset }
    })
    return changed
  }

  /** Makes the steps ready that use changed slots, or all of them if that failed the last time. */
  #rebind(changed: ReadonlySet<number>): void {
    const all = !this.#isBound
    this.#isBound = false
    for (const step of this.#steps) if (all || step.slots.some((slot) => changed.has(slot))) step.bind()
    this.#dispatches = this.#steps.flatMap(({ dispatches }) => dispatches)
    this.#scalars = this.#steps.flatMap(({ scalars }) => scalars)
    const external = this.#program.external.map((slot) => this.#boundTo(slot).block)
    const temporary = this.#temporaries.flatMap(({ block }) => block ?? [])
    this.#blocks = [...external, ...temporary, ...this.#scratch.blocks]
    this.#isBound = true
  }

  /** Puts the given numbers among the uniform words. */
  #give(scalars: readonly number[]): void {
    for (const { place, word, slot, dtype } of this.#scalars) {
      const value = scalars[slot]
      if (value === undefined) throw new RangeError(`program: scalar ${slot} was not given`)
      const bits = bitsOf(value, dtype)
      if (place.page.words[word] === bits) continue
      place.page.words[word] = bits
      place.page.changed(word, word + 1)
    }
  }

  #note(position: number, date: number): void {
    const buffer = this.#bound[this.#program.external[position] ?? -1]?.buffer
    if (!(buffer instanceof WebgpuBuffer)) return
    // What can't be trusted stays so where it is only written in part.
    const isReplaced = this.#uses.replaced.has(position)
    if (isReplaced || this.#host.failures.doubtOf(buffer.written) === undefined) buffer.written = date
  }

  /** Resolves when its shaders are compiled, in the background and many at a time. */
  async warmup(): Promise<void> {
    const dispatches = planProgram(
      this.#program,
      (call) => this.#host.plan(call),
      (slot) => this.#bound[slot]?.buffer,
    )
    await this.#host.queue.pipelines.warm(dispatches)
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    for (const step of this.#steps) step.dispose()
    for (const buffer of this.#temporaries) this.#host.release(buffer)
    this.#scratch.dispose()
    this.#uniforms.dispose()
    this.#dispatches = []
  }
}
