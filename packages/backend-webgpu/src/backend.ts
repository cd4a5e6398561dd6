/**
 * The WebGPU backend: buffers in the memory of a GPU, and kernel calls that are planned here and done there.
 */
import {
  type Backend,
  type Buffer,
  type Capabilities,
  type DeviceTime,
  type DType,
  isWhole,
  type KernelCall,
  type MemoryStats,
  type Program,
  type TypedArray,
  ValueError,
  type View,
  viewsOf,
} from '@nabla/backend'
import { blockOf, ownBuffer, WebgpuBuffer } from './buffer.js'
import { capabilitiesOf } from './capabilities.js'
import { factsOf } from './device/facts.js'
import { planCall } from './kernels/plan-call.js'
import type { Block } from './memory/block.js'
import { planHalf } from './plan/half.js'
import type { DeviceFacts, PlannedCall, Planner } from './plan/plan.js'
import { ProgramExecutable } from './program/executable.js'
import { disposedError, Failures } from './queue/failures.js'
import { Queue, type Statistics } from './queue/queue.js'
import { fromStored, toStored } from './transfer.js'
import { storedBytes, storedType } from './wgsl/types.js'

export class WebgpuBackend implements Backend {
  readonly name = 'webgpu'
  readonly capabilities: Capabilities
  /** Where the device has a clock (`timestamp-query`). */
  readonly timed?: NonNullable<Backend['timed']>
  readonly #device: GPUDevice
  readonly #plan: Planner<PlannedCall>
  readonly #facts: DeviceFacts
  readonly #failures: Failures
  readonly #queue: Queue
  readonly #live = new Set<WebgpuBuffer>()
  #nextId = 0

  /**
   * @param device from here on belongs to the backend, which destroys it at the end
   * @param plan how calls are planned; other than the default for tests
   */
  constructor(device: GPUDevice, plan: Planner<PlannedCall> = planCall) {
    this.#device = device
    this.#plan = plan
    this.#facts = factsOf(device)
    this.#failures = new Failures(device)
    this.#queue = new Queue(device, this.#failures)
    this.capabilities = capabilitiesOf(device, this.#facts)
    if (device.features.has('timestamp-query')) this.timed = (call) => this.#runTimed(call)
  }

  #blockOf = (buffer: Buffer): Block => blockOf(buffer, this, 'run')

  allocate(dtype: DType, length: number): WebgpuBuffer {
    this.#failures.requireAlive()
    const block = this.#queue.memory.takeFor(dtype, length, storedBytes(dtype, this.#facts))
    const buffer = new WebgpuBuffer(this.#nextId++, dtype, length, this, block)
    this.#live.add(buffer)
    return buffer
  }

  release(buffer: Buffer): void {
    const own = ownBuffer(buffer, this, 'release')
    if (own.block !== undefined) this.#queue.memory.give(own.block)
    own.block = undefined
    this.#live.delete(own)
  }

  write(buffer: Buffer, data: TypedArray): void {
    this.#failures.requireAlive()
    const block = blockOf(buffer, this, 'write')
    if (data.length > buffer.length) {
      throw new ValueError('write', {
        expected: `at most ${buffer.length} elements for buffer ${buffer.id}`,
        received: `${data.length} elements`,
        fix: 'allocate a longer buffer or write a part of the data',
      })
    }
    const { dtype } = buffer
    const bytesEach = storedBytes(dtype, this.#facts)
    // What is written is words; the element beside a last half is to be kept.
    const halves = bytesEach === 2 && data.length < buffer.length ? data.length % 2 : 0
    const whole = data.length - halves
    this.#queue.write(block, toStored(dtype, data.subarray(0, whole), bytesEach))
    if (halves > 0)
      this.#queue.run(planHalf(buffer, whole, data[whole] ?? 0), this.#failures.begin(), this.#blockOf)
    if (data.length === buffer.length) ownBuffer(buffer, this, 'write').written = 0
  }

  async read(buffer: Buffer, offset = 0, length = buffer.length - offset): Promise<TypedArray> {
    this.#failures.requireAlive()
    const own = ownBuffer(buffer, this, 'read')
    const block = blockOf(own, this, 'read')
    if (offset < 0 || length < 0 || offset + length > own.length) {
      throw new ValueError('read', {
        expected: `a range within the ${own.length} elements of buffer ${own.id}`,
        received: `${length} elements from ${offset}`,
        fix: 'read fewer elements or start earlier',
      })
    }
    const { dtype, written } = own
    this.#failures.requireSound(written)
    const bytesEach = storedBytes(dtype, this.#facts)
    const stored = await this.#queue.read(block, offset * bytesEach, length * bytesEach)
    this.#failures.requireSound(written)
    return fromStored(dtype, length, stored, bytesEach)
  }

  run(call: KernelCall): void {
    this.#begin(call, (date) => this.#queue.run(this.#plan(call, this.#facts), date, this.#blockOf))
  }

  #runTimed(call: KernelCall): Promise<DeviceTime> {
    return this.#begin(call, (date) => this.#queue.timed(this.#plan(call, this.#facts), date, this.#blockOf))
  }

  /** Checks the buffers of a call, and notes that it writes them. */
  #begin<T>(call: KernelCall, run: (date: number) => T): T {
    this.#failures.requireAlive()
    const { reads, writes } = viewsOf(call)
    for (const { buffer } of reads) {
      blockOf(buffer, this, call.label)
      this.#failures.requireSound(ownBuffer(buffer, this, call.label).written)
    }
    for (const { buffer } of writes) blockOf(buffer, this, call.label)
    const date = this.#failures.begin()
    // First, so that it holds of a call that fails half-way.
    const isConditional = call.kind === 'map' && call.when !== undefined
    for (const view of writes) this.#note(view, date, isConditional)
    return run(date)
  }

  /** Notes that a view is written. What can't be trusted stays so where it is only written in part. */
  #note(view: View, date: number, isConditional: boolean): void {
    const buffer = ownBuffer(view.buffer, this, 'run')
    const isReplaced = !isConditional && isWhole(view, buffer)
    if (isReplaced || this.#failures.doubtOf(buffer.written) === undefined) buffer.written = date
  }

  prepare(program: Program): ProgramExecutable {
    this.#failures.requireAlive()
    return new ProgramExecutable(
      {
        queue: this.#queue,
        failures: this.#failures,
        plan: (call) => this.#plan(call, this.#facts),
        storedAs: (dtype) => storedType(dtype, this.#facts),
        allocate: (dtype, length) => this.allocate(dtype, length),
        release: (buffer) => this.release(buffer),
        own: (buffer) => ({
          buffer: ownBuffer(buffer, this, 'program'),
          block: blockOf(buffer, this, 'program'),
        }),
      },
      program,
    )
  }

  async synchronize(): Promise<void> {
    this.#failures.requireAlive()
    await this.#queue.synchronize()
  }

  memory(): MemoryStats {
    const { usedBytes, peakBytes } = this.#queue.memory
    return { buffers: this.#live.size, bytes: usedBytes, peakBytes, pooledBytes: this.#queue.keptBytes }
  }

  /** What was done on the device so far. */
  statistics(): Statistics {
    return this.#queue.statistics
  }

  async dispose(): Promise<void> {
    if (this.#failures.isEnded) return
    this.#failures.end(disposedError())
    for (const buffer of this.#live) buffer.block = undefined
    this.#live.clear()
    // Dawn aborts a thread that ends while something waits for an answer.
    await this.#failures.settle()
    this.#device.destroy()
  }
}
