/**
 * The `trace` decorator: a backend that computes nothing and writes down what it is asked to do, as the calls of a
 * program. Buffers that it hands out are numbered slots without memory; buffers of the traced backend become slots when
 * a call first uses them. What `jit` records functions with.
 */
import type { Backend, Capabilities, MemoryStats } from '../backend.js'
import type { DType, TypedArray } from '../dtype.js'
import { BackendError, type Explanation, NablaError } from '../errors.js'
import { type KernelCall, mapBuffers, mapScalars } from '../kernel.js'
import type { ProgramCall, ProgramScalar, Slot } from '../program.js'
import type { Buffer } from '../view.js'

/** A value was to be read of a tensor that has none yet. */
export class TracingError extends NablaError {
  override readonly name = 'TracingError'
}

/** A recorded call, and which rehearsal of a checkpoint it belongs to (0: none). */
export interface TracedCall {
  readonly call: ProgramCall
  readonly segment: number
}

/** What was recorded so far. */
export interface Recording {
  readonly slots: readonly Slot[]
  readonly calls: readonly TracedCall[]
  /** Buffers of the traced backend that calls use, by slot. */
  readonly buffers: ReadonlyMap<number, Buffer>
  /** Host data that was written, by slot. */
  readonly uploads: ReadonlyMap<number, TypedArray>
}

class TracedBuffer implements Buffer {
  constructor(
    readonly id: number,
    readonly dtype: DType,
    readonly length: number,
    readonly trace: TraceBackend,
  ) {}
}

const READING: Explanation = {
  expected: 'no reading of values while a function is traced: they exist only when the captured program runs',
  received: 'a read of a tensor inside a function given to jit',
  fix: 'return the tensor and read it outside, use where(condition, a, b) instead of an if over values, or leave the function without jit (for models: compile({ …, jit: false }))',
}

/** Why a tensor of a trace can't be read. @param operation what reads, e.g. `item` */
export function readingWhileTracing(operation: string): TracingError {
  return new TracingError(operation, READING)
}

export class TraceBackend implements Backend {
  readonly name: string
  readonly capabilities: Capabilities
  /** Calls from here on belong to this rehearsal. */
  segment = 0
  #closed = false
  readonly #slots: Slot[] = []
  readonly #calls: TracedCall[] = []
  readonly #found = new Map<Buffer, number>()
  readonly #buffers = new Map<number, Buffer>()
  readonly #uploads = new Map<number, TypedArray>()

  constructor(readonly inner: Backend) {
    this.name = inner.name
    this.capabilities = { ...inner.capabilities, synchronousRead: false }
  }

  #requireOpen(where: string): void {
    if (!this.#closed) return
    throw new TracingError(where, {
      expected: 'tensors that have values',
      received: 'a tensor that was made while a function was traced by jit, which has none',
      fix: 'return tensors from the function instead of keeping them in an outer variable; what is to last belongs in a Variable',
    })
  }

  allocate(dtype: DType, length: number): Buffer {
    this.#requireOpen('allocate')
    this.#slots.push({ dtype, length })
    return new TracedBuffer(this.#slots.length - 1, dtype, length, this)
  }

  release(): void {}

  write(buffer: Buffer, data: TypedArray): void {
    this.#requireOpen('write')
    this.#uploads.set(this.slotOf(buffer), data.slice())
  }

  async read(): Promise<TypedArray> {
    this.#requireOpen('read')
    throw readingWhileTracing('read')
  }

  /** There for the message alone: nothing can be read. */
  readSync(): TypedArray {
    this.#requireOpen('read')
    throw readingWhileTracing('readSync')
  }

  /** The slot of a buffer, a new one for a buffer of the traced backend that wasn't seen before. */
  slotOf(buffer: Buffer): number {
    if (buffer instanceof TracedBuffer) {
      if (buffer.trace !== this) buffer.trace.#requireOpen('jit')
      return buffer.id
    }
    const known = this.#found.get(buffer)
    if (known !== undefined) return known
    const slot = this.#slots.length
    this.#slots.push({ dtype: buffer.dtype, length: buffer.length })
    this.#found.set(buffer, slot)
    this.#buffers.set(slot, buffer)
    return slot
  }

  run(call: KernelCall<Buffer, ProgramScalar>): void {
    this.#requireOpen(call.label)
    this.#calls.push({ call: mapBuffers(call, (buffer) => this.slotOf(buffer)), segment: this.segment })
  }

  /** The recording so far; it grows with the trace. */
  recording(): Recording {
    return {
      slots: this.#slots,
      calls: this.#calls,
      buffers: this.#buffers,
      uploads: this.#uploads,
    }
  }

  /** Ends the trace: tensors that were made in it can't be used any more. */
  close(): void {
    this.#closed = true
  }

  async synchronize(): Promise<void> {}

  memory(): MemoryStats {
    return this.inner.memory()
  }

  async dispose(): Promise<void> {
    throw new BackendError('dispose', {
      expected: 'no disposal of a backend while a function is traced on it',
      received: 'dispose()',
      fix: 'dispose it outside of the function',
    })
  }
}

/**
 * Records calls instead of running them.
 *
 * @example
 * const traced = trace(backend)
 * // … compute on it …
 * traced.recording().calls
 */
export function trace(inner: Backend): TraceBackend {
  return new TraceBackend(inner)
}

/** A recorded call with numbers in place of its scalar slots. */
export function withScalars(call: ProgramCall, values: readonly number[]): KernelCall<number> {
  return mapScalars(call, (scalar) =>
    typeof scalar === 'number' ? scalar : (values[scalar.slot] ?? Number.NaN),
  )
}
