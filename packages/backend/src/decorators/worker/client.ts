/**
 * The calling side of a backend in a worker: every request becomes an operation of a batch, and only what the worker alone
 * knows is waited for.
 */
import type { Backend, Capabilities, MemoryStats } from '../../backend.js'
import { bytesPerElement, createTypedArray, type DType, type TypedArray } from '../../dtype.js'
import { ValueError } from '../../errors.js'
import type { KernelCall } from '../../kernel.js'
import type { Executable, Program } from '../../program.js'
import type { Buffer } from '../../view.js'
import { Connection } from './connection.js'
import { encodeCall } from './encode-call.js'
import { type CreatedMessage, type FromWorker, OPERATION, type ToWorker } from './messages.js'
import type { Backlog } from './outbox.js'
import type { Port } from './port.js'
import { ownBuffer, RemoteBuffer } from './remote-buffer.js'
import { RemoteProgram } from './remote-program.js'

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

const bytesOf = ({ dtype, length }: Buffer): number => length * bytesPerElement(dtype)

/** Capabilities of the worker's backend as the calling side has them. */
function inWorker(capabilities: Capabilities): Capabilities {
  const description = `${capabilities.description}, in a worker`
  return { ...capabilities, synchronousRead: false, description }
}

export class RemoteBackend implements WorkerBackend {
  readonly name: string
  readonly passedOver: CreatedMessage['passedOver']
  /** @internal */
  readonly connection: Connection
  /** What the worker told, and the same as the calling side has it. */
  #stated: { readonly inner: Capabilities; readonly own: Capabilities } | undefined
  #next = 0
  #memory = { buffers: 0, bytes: 0, peakBytes: 0 }
  #disposed: Promise<void> | undefined

  constructor(
    port: Port<FromWorker, ToWorker>,
    { name, capabilities, passedOver }: Omit<CreatedMessage, 'kind'>,
  ) {
    this.name = `worker(${name})`
    this.passedOver = passedOver
    this.connection = new Connection(port, this.name, capabilities)
  }

  /** Asked for by every operation. */
  get capabilities(): Capabilities {
    const inner = this.connection.capabilities
    if (this.#stated?.inner !== inner) this.#stated = { inner, own: inWorker(inner) }
    return this.#stated.own
  }

  #count(buffers: number, bytes: number): void {
    const memory = this.#memory
    memory.buffers += buffers
    memory.bytes += bytes
    if (memory.bytes > memory.peakBytes) memory.peakBytes = memory.bytes
  }

  allocate(dtype: DType, length: number): Buffer {
    const words = this.connection.begin(OPERATION.allocate, 'allocate')
    const buffer = new RemoteBuffer(this.#next++, dtype, length, this)
    words.push(buffer.id)
    words.dtype(dtype)
    words.push(length)
    this.connection.outbox.end()
    this.#count(1, bytesOf(buffer))
    return buffer
  }

  release(buffer: Buffer): void {
    const own = ownBuffer(buffer, this, 'release')
    own.isReleased = true
    this.#count(-1, -bytesOf(own))
    // Whoever frees what is gone anyway has nothing to hear of it.
    if (this.connection.isOver) return
    this.connection.begin(OPERATION.release, 'release').push(own.id)
    this.connection.outbox.end()
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
    const { outbox } = this.connection
    const isSmall = data.length <= FEW_ELEMENTS
    const words = this.connection.begin(isSmall ? OPERATION.writeHere : OPERATION.write, 'write')
    words.push(own.id)
    if (isSmall) words.list(data)
    else {
      const copy = createTypedArray(own.dtype, data.length)
      copy.set(data)
      words.push(outbox.attach(copy))
    }
    outbox.end()
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
    const data = await this.connection.request(OPERATION.read, 'read', [own.id, offset, length])
    return data ?? createTypedArray(own.dtype, 0)
  }

  async synchronize(): Promise<void> {
    await this.connection.request(OPERATION.synchronize, 'synchronize', [])
  }

  run(call: KernelCall): void {
    const { outbox } = this.connection
    const words = this.connection.begin(OPERATION.run, call.label)
    try {
      encodeCall(call, {
        words,
        names: outbox.names,
        buffer: (buffer) => ownBuffer(buffer, this, call.label).id,
        scalar: (scalar) => words.push(scalar),
      })
    } catch (error) {
      outbox.abandon()
      throw error
    }
    outbox.end(call.label)
  }

  prepare(program: Program): Executable {
    const freed = (): void => this.#count(-prepared.arenas, -prepared.temporaryBytes)
    const prepared = new RemoteProgram(program, this.#next++, this.connection, this, freed)
    this.#count(prepared.arenas, prepared.temporaryBytes)
    return prepared
  }

  async cancel(): Promise<{ readonly kernels: number }> {
    return { kernels: await this.connection.cancel() }
  }

  room(): Promise<void> | undefined {
    return this.connection.isOver ? undefined : this.connection.outbox.room()
  }

  backlog(): Backlog {
    return this.connection.outbox.backlog()
  }

  memory(): MemoryStats {
    return { ...this.#memory, pooledBytes: this.connection.pooledBytes }
  }

  dispose(): Promise<void> {
    if (this.#disposed === undefined) {
      this.#memory = { ...this.#memory, buffers: 0, bytes: 0 }
      this.#disposed = this.connection.dispose()
    }
    return this.#disposed
  }
}
