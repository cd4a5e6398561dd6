/**
 * The queue: plans become commands, which wait until there are enough of them, until somebody reads, or until the host has
 * nothing else to do; then they are submitted together.
 */
import type { Buffer, DeviceTime } from '@nabla/backend'
import type { Block } from '../memory/block.js'
import { Memory } from '../memory/memory.js'
import type { Dispatch, KernelPlan } from '../plan/plan.js'
import { BindGroups } from './bind-groups.js'
import { Commands } from './commands.js'
import { deviceError, type Failures } from './failures.js'
import { Faults } from './faults.js'
import type { Layout } from './layouts.js'
import { type Pipeline, Pipelines } from './pipelines.js'
import { MOST_WAITING, PlanEncoder } from './plan-encoder.js'
import { Readback } from './readback.js'
import { Timings } from './timings.js'
import type { UniformPage } from './uniform-page.js'
import { foldGroups } from './words.js'

/** What was done so far. */
export interface Statistics {
  readonly submits: number
  readonly dispatches: number
  /** GPUBuffers, bind groups and pipelines that were made. */
  readonly buffers: number
  readonly bindGroups: number
  readonly pipelines: number
}

/** A dispatch with all that it needs, ready to be encoded again and again. */
export interface Prepared {
  readonly label: string
  readonly pipeline: Pipeline
  readonly group: GPUBindGroup
  /** Where its uniform words are, in bytes. */
  readonly offset: number
  readonly groups: readonly [number, number]
}

export class Queue {
  readonly #device: GPUDevice
  readonly #failures: Failures
  readonly #commands: Commands
  readonly #groups: BindGroups
  readonly #readback: Readback
  readonly #plans: PlanEncoder
  readonly pipelines: Pipelines
  readonly memory: Memory
  readonly faults: Faults
  #timings: Timings | undefined
  #submits = 0
  #isScheduled = false

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device
    this.#failures = failures
    this.#commands = new Commands(device)
    this.#groups = new BindGroups(device)
    this.pipelines = new Pipelines(device, failures)
    this.faults = new Faults(failures)
    this.memory = new Memory(device, failures, {
      isPending: (block) => this.#commands.uses(block),
      forget: (block) => this.#groups.drop(block),
    })
    this.#readback = new Readback(device, failures, this.memory, this.faults)
    this.#plans = new PlanEncoder({
      failures,
      commands: this.#commands,
      groups: this.#groups,
      pipelines: this.pipelines,
      memory: this.memory,
      faults: this.faults,
      mostGroups: device.limits.maxComputeWorkgroupsPerDimension,
      faultWords: () => this.faultWords,
      flush: () => this.flush(),
    })
  }

  get statistics(): Statistics {
    return {
      submits: this.#submits,
      dispatches: this.#commands.dispatches,
      buffers: this.memory.made,
      bindGroups: this.#groups.made,
      pipelines: this.pipelines.count,
    }
  }

  /** Bytes that are kept for reuse. */
  get keptBytes(): number {
    return this.memory.keptBytes + this.#readback.keptBytes
  }

  /**
   * Queues a plan.
   *
   * @param date of the call
   * @param blockOf the memory of a buffer
   */
  run(plan: KernelPlan, date: number, blockOf: (buffer: Buffer) => Block): void {
    this.#plans.encode(plan, date, blockOf)
    this.flushSoon()
  }

  /** The same, and resolves with when the device did it. */
  timed(plan: KernelPlan, date: number, blockOf: (buffer: Buffer) => Block): Promise<DeviceTime> {
    this.#timings ??= new Timings(this.#device, this.memory, this.#readback.staging)
    // In one submission, as long as it isn't too long.
    if (this.#commands.waiting + plan.length > MOST_WAITING || this.#timings.isFull) this.flush()
    const { timestampWrites, time } = this.#timings.begin()
    this.#commands.beginPass(date, { timestampWrites })
    try {
      this.run(plan, date, blockOf)
    } finally {
      this.#commands.endPass()
      this.flushSoon()
    }
    return time
  }

  /** Workgroups of a dispatch in two dimensions. */
  fold({ groups }: Dispatch): readonly [number, number] {
    return foldGroups(groups, this.#device.limits.maxComputeWorkgroupsPerDimension)
  }

  /** A bind group that its owner keeps. */
  bind(label: string, layout: Layout, uniforms: Block, blocks: readonly Block[]): GPUBindGroup {
    return this.#failures.guard(
      this.#failures.date,
      () => this.#groups.create(layout, uniforms, blocks),
      (caught) => deviceError(label, caught),
    )
  }

  /** Where shaders report faults. */
  get faultWords(): Block {
    return this.#readback.faultWords
  }

  /**
   * Runs prepared dispatches, and submits them.
   *
   * @param pages where their uniform words are
   * @param blocks which they use, of those that others may use too
   */
  runPrepared(
    date: number,
    dispatches: readonly Prepared[],
    pages: readonly UniformPage[],
    blocks: Iterable<Block>,
  ): void {
    // Nothing that waits uses these words: each run ends with a submission.
    for (const page of pages) page.write(this.#device.queue)
    for (const block of blocks) this.#commands.use(block)
    for (const { label, pipeline, group, offset, groups } of dispatches)
      this.#commands.dispatch(date, label, pipeline, group, offset, groups)
    this.flush()
  }

  /** Submits what waits. */
  flush(): void {
    if (this.#commands.isEmpty) return
    this.#plans.write(this.#device.queue)
    const label = this.#commands.describe()
    const date = this.#commands.firstDate
    const readTimes = this.#timings?.finish(() => this.#commands.encoder(date))
    this.#submits += 1
    this.#failures.guard(
      date,
      () => this.#device.queue.submit([this.#commands.finish()]),
      (caught) => deviceError(label, caught),
    )
    readTimes?.()
  }

  /** Submits what waits as soon as the host has done what it is doing. */
  flushSoon(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  /** Writes to a block, behind all that was queued. */
  write(block: Block, data: Uint8Array<ArrayBuffer>, offset = 0): void {
    if (this.#commands.uses(block)) this.flush()
    block.isTouched = true
    if (data.byteLength > 0) this.#device.queue.writeBuffer(block.gpu, offset, data)
  }

  /** Reads from a block; all that was queued is done then. @throws what went wrong up to now */
  async read(block: Block, offset: number, bytes: number): Promise<ArrayBuffer> {
    const date = this.#failures.begin()
    const encoder = this.#commands.encoder(date)
    this.#commands.use(block)
    const finish = this.#readback.copy(encoder, block, offset, bytes)
    // Reads that follow at once share the submission.
    await Promise.resolve()
    this.flush()
    return finish(date)
  }

  /** Resolves when all that was queued is done. @throws what went wrong up to now */
  async synchronize(): Promise<void> {
    if (this.faults.isPossible) await this.read(this.faultWords, 0, 0)
    else {
      this.flush()
      await this.#readback.idle(this.#failures.date)
    }
  }
}
