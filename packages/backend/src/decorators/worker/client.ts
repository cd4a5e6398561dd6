/**
 * The calling side of a backend in a worker: every request becomes an operation of a batch, and only what the worker alone
 * knows is waited for.
 */
import type { Backend, Capabilities, MemoryStats } from '../../backend.js'
import { bytesPerElement, createTypedArray, type DType, type TypedArray } from '../../dtype.js'
import { BackendError, CancelledError, ValueError } from '../../errors.js'
import type { KernelCall } from '../../kernel.js'
import { planMemory } from '../../memory-plan.js'
import type { Binding, Executable, Program } from '../../program.js'
import type { Buffer } from '../../view.js'
import { encodeCall } from './encode-call.js'
import { fromErrorData } from './error-data.js'
import { type CreatedMessage, type FromWorker, OPERATION, type ToWorker } from './messages.js'
import { type Backlog, Outbox } from './outbox.js'
import type { Port } from './port.js'
import { encodeProgram } from './program-words.js'
import { ownBuffer, RemoteBuffer } from './remote-buffer.js'
import { Requests } from './requests.js'

/** A backend in a worker. */
export interface WorkerBackend extends Backend {
  /** Why backends that were preferred to it can't be had in the worker. */
  readonly passedOver: CreatedMessage['passedOver']
  /**
   * Drops kernels that were asked for and not begun, and makes pending reads fail with a `CancelledError`. Resolves when the
   * worker has come to it, which is after the kernel that it is at. What dropped kernels would have computed has no values,
   * and reading it is an error; a captured program is dropped as a whole, so variables that it updates stay as they were.
   */
  cancel(): Promise<{ readonly kernels: number }>
  /** What was asked for and is not known to be done. It grows where nothing is awaited: await `synchronize()` then. */
  backlog(): Backlog
  room(): Promise<void> | undefined
}

/** Arrays of so many elements go along as words: memory of their own would cost more. */
const FEW_ELEMENTS = 32
/** Milliseconds that the worker has for ending in good order. */
const END_TIMEOUT = 1000

const bytesOf = ({ dtype, length }: { readonly dtype: DType; readonly length: number }): number =>
  length * bytesPerElement(dtype)

export class RemoteBackend implements WorkerBackend {
  readonly name: string
  readonly passedOver: CreatedMessage['passedOver']
  #capabilities: Capabilities
  readonly #port: Port<FromWorker, ToWorker>
  readonly #outbox: Outbox
  readonly #reads: Requests<TypedArray | undefined>
  readonly #cancels: Requests<number>
  /** Kinds of requests that wait. */
  #awaited = 0
  #next = 0
  #memory = { buffers: 0, bytes: 0, peakBytes: 0, pooledBytes: 0 }
  /** What is wrong with every further request. */
  #ended: ((where: string) => Error) | undefined
  #disposed: Promise<void> | undefined
  #isOver: () => void = () => {}

  constructor(
    port: Port<FromWorker, ToWorker>,
    { name, capabilities, passedOver }: Omit<CreatedMessage, 'kind'>,
  ) {
    this.name = `worker(${name})`
    this.passedOver = passedOver
    this.#capabilities = inWorker(capabilities)
    this.#port = port
    this.#outbox = new Outbox((message, transfer) => port.post(message, transfer))
    const hold = (areAny: boolean): void => {
      this.#awaited += areAny ? 1 : -1
      port.hold(this.#awaited > 0)
    }
    this.#reads = new Requests(hold)
    this.#cancels = new Requests(hold)
  }

  get capabilities(): Capabilities {
    return this.#capabilities
  }

  /** Begins an operation, if that still makes sense. */
  #begin(operation: number, where: string): Outbox['words'] {
    if (this.#ended !== undefined) throw this.#ended(where)
    return this.#outbox.begin(operation)
  }

  #count(buffers: number, bytes: number): void {
    const memory = this.#memory
    memory.buffers += buffers
    memory.bytes += bytes
    if (memory.bytes > memory.peakBytes) memory.peakBytes = memory.bytes
  }

  allocate(dtype: DType, length: number): Buffer {
    const words = this.#begin(OPERATION.allocate, 'allocate')
    const buffer = new RemoteBuffer(this.#next++, dtype, length, this)
    words.push(buffer.id)
    words.dtype(dtype)
    words.push(length)
    this.#outbox.end()
    this.#count(1, bytesOf(buffer))
    return buffer
  }

  release(buffer: Buffer): void {
    const own = ownBuffer(buffer, this, 'release')
    own.isReleased = true
    this.#count(-1, -bytesOf(own))
    // Whoever frees what is gone anyway has nothing to hear of it.
    if (this.#ended !== undefined) return
    this.#begin(OPERATION.release, 'release').push(own.id)
    this.#outbox.end()
  }

  write(buffer: Buffer, data: TypedArray): void {
    const own = ownBuffer(buffer, this, 'write')
    if (data.length > own.length) {
      throw new ValueError('write', {
        expected: `at most ${own.length} elements for buffer ${own.id}`,
        received: `${data.length} elements`,
        fix: 'allocate a longer buffer or write a part of the data',
      })
    }
    const isSmall = data.length <= FEW_ELEMENTS
    const words = this.#begin(isSmall ? OPERATION.writeHere : OPERATION.write, 'write')
    words.push(own.id)
    if (isSmall) words.list(data)
    else {
      const copy = createTypedArray(own.dtype, data.length)
      copy.set(data)
      words.push(this.#outbox.attach(copy))
    }
    this.#outbox.end()
  }

  async read(buffer: Buffer, offset = 0, length = buffer.length - offset): Promise<TypedArray> {
    const own = ownBuffer(buffer, this, 'read')
    if (offset < 0 || length < 0 || offset + length > own.length) {
      throw new ValueError('read', {
        expected: `a range within the ${own.length} elements of buffer ${own.id}`,
        received: `${length} elements from ${offset}`,
        fix: 'read fewer elements or start earlier',
      })
    }
    const words = this.#begin(OPERATION.read, 'read')
    const { number, answer } = this.#reads.open()
    words.push(number)
    words.push(own.id)
    words.push(offset)
    words.push(length)
    this.#outbox.end()
    this.#outbox.flush()
    return (await answer) ?? createTypedArray(own.dtype, 0)
  }

  async synchronize(): Promise<void> {
    const words = this.#begin(OPERATION.synchronize, 'synchronize')
    const { number, answer } = this.#reads.open()
    words.push(number)
    this.#outbox.end()
    this.#outbox.flush()
    await answer
  }

  run(call: KernelCall): void {
    const words = this.#begin(OPERATION.run, call.label)
    try {
      encodeCall(call, {
        words,
        names: this.#outbox.names,
        buffer: (buffer) => ownBuffer(buffer, this, call.label).id,
        scalar: (scalar) => words.push(scalar),
      })
    } catch (error) {
      this.#outbox.abandon()
      throw error
    }
    this.#outbox.end(call.label)
  }

  prepare(program: Program): Executable {
    const number = this.#next++
    const words = this.#begin(OPERATION.prepare, 'prepare')
    words.push(number)
    encodeProgram(program, words, this.#outbox.names)
    this.#outbox.end()
    // The same plan as the worker's, if its backend has no better one.
    const { arenas } = planMemory(program)
    const temporaryBytes = arenas.reduce((sum, arena) => sum + bytesOf(arena), 0)
    this.#count(arenas.length, temporaryBytes)
    const label = program.calls.at(-1)?.label ?? 'an empty program'
    let isDisposed = false
    return {
      temporaryBytes,
      run: (bindings, scalars) => this.#runProgram(number, bindings, scalars, label, program.calls.length),
      dispose: () => {
        if (isDisposed) return
        isDisposed = true
        this.#count(-arenas.length, -temporaryBytes)
        if (this.#ended !== undefined) return
        this.#begin(OPERATION.disposeProgram, 'dispose').push(number)
        this.#outbox.end()
      },
    }
  }

  #runProgram(
    number: number,
    bindings: readonly Binding[],
    scalars: readonly number[],
    label: string,
    kernels: number,
  ): void {
    const words = this.#begin(OPERATION.runProgram, label)
    words.push(number)
    words.push(bindings.length)
    try {
      for (const { buffer, offset } of bindings) {
        words.push(ownBuffer(buffer, this, label).id)
        words.push(offset)
      }
    } catch (error) {
      this.#outbox.abandon()
      throw error
    }
    words.list(scalars)
    this.#outbox.end(label, kernels)
  }

  async cancel(): Promise<{ readonly kernels: number }> {
    if (this.#ended !== undefined) throw this.#ended('cancel')
    this.#reads.rejectAll(
      () =>
        new CancelledError('cancel', {
          expected: 'reads that nobody gives up',
          received: 'cancel() while this one was pending',
          fix: 'read again what is still of interest; what was not computed by then says so',
        }),
    )
    this.#outbox.flush(Number.POSITIVE_INFINITY)
    const { number, answer } = this.#cancels.open()
    this.#port.post({ kind: 'cancel', request: number }, [])
    return { kernels: await answer }
  }

  room(): Promise<void> | undefined {
    return this.#ended === undefined ? this.#outbox.room() : undefined
  }

  backlog(): Backlog {
    return this.#outbox.backlog()
  }

  memory(): MemoryStats {
    return { ...this.#memory }
  }

  /** @internal A message of the worker. */
  receive(message: FromWorker): void {
    switch (message.kind) {
      case 'done':
        this.#memory.pooledBytes = message.pooledBytes
        if (message.capabilities !== undefined) this.#capabilities = inWorker(message.capabilities)
        this.#outbox.answered()
        break
      case 'answer':
        this.#reads.resolve(message.request, message.data)
        break
      case 'failure':
        this.#reads.reject(message.request, fromErrorData(message.error))
        break
      case 'cancelled':
        this.#cancels.resolve(message.request, message.kernels)
        break
      case 'broken':
        this.fail(message.error.message)
        break
      case 'disposed':
        this.#isOver()
        break
      case 'created':
      case 'refused':
        break
    }
  }

  /** @internal The worker is gone. */
  fail(reason: string): void {
    this.#isOver()
    if (this.#ended !== undefined) return
    const last = this.#outbox.lastUnanswered()
    const under = last === undefined ? 'no kernel under way' : underWay(last)
    this.#end((where) => {
      return new BackendError(where, {
        expected: `a worker that runs "${this.name}"`,
        received: `its end (${reason}), with ${under}`,
        fix: 'make another backend and put the data there anew; where memory ran out, use smaller batches or fewer tensors at a time',
      })
    })
    this.#port.close()
  }

  #end(error: (where: string) => Error): void {
    this.#ended = error
    this.#outbox.release()
    this.#reads.rejectAll(() => error('read'))
    this.#cancels.rejectAll(() => error('cancel'))
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose()
    return this.#disposed
  }

  async #dispose(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#end((where) => {
      return new BackendError(where, {
        expected: 'a backend in use',
        received: 'one that was disposed',
        fix: 'make another, for example with createWorkerBackend()',
      })
    })
    this.#memory = { ...this.#memory, buffers: 0, bytes: 0, pooledBytes: 0 }
    this.#port.hold(true)
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#isOver = resolve
      timer = setTimeout(resolve, END_TIMEOUT)
      this.#port.post({ kind: 'dispose' }, [])
    })
    clearTimeout(timer)
    this.#port.hold(false)
    this.#port.close()
  }
}

const underWay = ({ label, kernels }: { readonly label: string; readonly kernels: number }): string =>
  kernels === 1
    ? `the kernel "${label}" under way`
    : `${kernels} kernels under way or waiting, the last of them "${label}"`

/** Capabilities of the worker's backend as the calling side has them. */
function inWorker(capabilities: Capabilities): Capabilities {
  const description = `${capabilities.description}, in a worker`
  return { ...capabilities, synchronousRead: false, description }
}
