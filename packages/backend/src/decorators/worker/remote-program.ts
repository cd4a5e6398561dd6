/**
 * A program as the calling side has it: a number, which goes over with bindings and scalars at each run.
 */
import { bytesPerElement } from '../../dtype.js'
import { planMemory } from '../../memory-plan.js'
import type { Binding, Executable, Program } from '../../program.js'
import type { Connection } from './connection.js'
import { OPERATION } from './messages.js'
import { encodeProgram } from './program-words.js'
import { ownBuffer } from './remote-buffer.js'

export class RemoteProgram implements Executable {
  readonly temporaryBytes: number
  /** Arenas that its temporaries take. */
  readonly arenas: number
  readonly #label: string
  readonly #kernels: number
  #isDisposed = false

  /**
   * @param owner of the buffers that it runs on
   * @param freed called when it is disposed
   */
  constructor(
    program: Program,
    private readonly number: number,
    private readonly connection: Connection,
    private readonly owner: object,
    private readonly freed: () => void,
  ) {
    const words = connection.begin(OPERATION.prepare, 'prepare')
    words.push(number)
    encodeProgram(program, words, connection.outbox.names)
    connection.outbox.end()
    // The same plan as the worker's, where its backend has no better one.
    const { arenas } = planMemory(program)
    this.arenas = arenas.length
    this.temporaryBytes = arenas.reduce((sum, { dtype, length }) => sum + length * bytesPerElement(dtype), 0)
    this.#label = program.calls.at(-1)?.label ?? 'an empty program'
    this.#kernels = program.calls.length
  }

  run(bindings: readonly Binding[], scalars: readonly number[]): void {
    const { outbox } = this.connection
    const words = this.connection.begin(OPERATION.runProgram, this.#label)
    words.push(this.number)
    words.push(bindings.length)
    try {
      for (const { buffer, offset } of bindings) {
        words.push(ownBuffer(buffer, this.owner, this.#label).id)
        words.push(offset)
      }
    } catch (error) {
      outbox.abandon()
      throw error
    }
    words.list(scalars)
    outbox.end(this.#label, this.#kernels)
  }

  async warmup(): Promise<void> {
    await this.connection.request(OPERATION.warmup, 'warmup', [this.number])
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.freed()
    if (this.connection.isOver) return
    this.connection.begin(OPERATION.disposeProgram, 'dispose').push(this.number)
    this.connection.outbox.end()
  }
}
