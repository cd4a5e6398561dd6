/**
 * The interpreter: runs operations, one after the other, on the worker's backend.
 */
import type { Backend } from '../../backend.js'
import { createTypedArray, type TypedArray } from '../../dtype.js'
import { type KernelCall, viewsOf } from '../../kernel.js'
import type { Binding } from '../../program.js'
import { sizeOf } from '../../shape.js'
import { type Buffer, isContiguous } from '../../view.js'
import { decodeCall } from './decode-call.js'
import { dropped } from './endings.js'
import { buffersOf, Losses } from './losses.js'
import { OPERATION } from './messages.js'
import { NamesReceived } from './names.js'
import { decodeProgram } from './program-words.js'
import { asError, ServedProgram } from './served-program.js'
import type { WordReader } from './words.js'

/** Gives the answer to a request once it is there. */
export type Answer = (request: number, answer: Promise<TypedArray | undefined>) => void

export class Interpreter {
  readonly names = new NamesReceived()
  readonly #buffers = new Map<number, Buffer>()
  readonly #programs = new Map<number, ServedProgram>()
  readonly #losses = new Losses()
  /** The first error that nobody was told of. */
  #failure: Error | undefined
  /** Kernels that were dropped. */
  dropped = 0

  constructor(
    private readonly backend: Backend,
    private readonly answer: Answer,
  ) {}

  /**
   * Runs the next operation. An error in it is kept for the next read or `synchronize`.
   *
   * @param drops whether kernels are dropped
   */
  step(words: WordReader, data: readonly TypedArray[], drops: boolean): void {
    const operation = words.next()
    const end = words.next() + words.position
    try {
      this.#execute(operation, words, data, drops)
    } catch (error) {
      this.#failure ??= asError(error)
    }
    words.position = end
  }

  #execute(operation: number, words: WordReader, data: readonly TypedArray[], drops: boolean): void {
    switch (operation) {
      case OPERATION.allocate:
        this.#allocate(words)
        break
      case OPERATION.release:
        this.#release(words.next())
        break
      case OPERATION.writeHere: {
        const buffer = this.#buffer(words.next())
        const values = words.list()
        const elements = createTypedArray(buffer.dtype, values.length)
        elements.set(values)
        this.#write(buffer, elements)
        break
      }
      case OPERATION.write: {
        const buffer = this.#buffer(words.next())
        this.#write(buffer, data[words.next()] ?? createTypedArray(buffer.dtype, 0))
        break
      }
      case OPERATION.run:
        this.#run(words, drops)
        break
      case OPERATION.prepare:
        this.#programs.set(words.next(), new ServedProgram(this.backend, decodeProgram(words, this.names)))
        break
      case OPERATION.runProgram:
        this.#runProgram(words, drops)
        break
      case OPERATION.disposeProgram: {
        const number = words.next()
        this.#programs.get(number)?.dispose()
        this.#programs.delete(number)
        break
      }
      case OPERATION.warmup:
        this.answer(words.next(), this.#warmup(words.next()))
        break
      case OPERATION.read:
        this.answer(words.next(), this.#read(words.next(), words.next(), words.next()))
        break
      case OPERATION.synchronize:
        this.answer(words.next(), this.#synchronize())
        break
      default:
        throw new RangeError(`worker: there is no operation ${operation}; both sides must have one version`)
    }
  }

  readonly #buffer = (number: number): Buffer => {
    const buffer = this.#buffers.get(number)
    if (buffer === undefined) throw new RangeError(`worker: there is no buffer ${number}`)
    return buffer
  }

  #allocate(words: WordReader): void {
    const number = words.next()
    const dtype = words.dtype()
    const length = words.next()
    try {
      this.#buffers.set(number, this.backend.allocate(dtype, length))
    } catch (error) {
      const missing: Buffer = { id: -1 - number, dtype, length }
      this.#buffers.set(number, missing)
      this.#losses.addMissing(missing, asError(error))
      throw error
    }
  }

  #release(number: number): void {
    const buffer = this.#buffer(number)
    const isMissing = this.#losses.ofMissing(buffer) !== undefined
    this.#buffers.delete(number)
    this.#losses.forget(buffer)
    if (!isMissing) this.backend.release(buffer)
  }

  #write(buffer: Buffer, data: TypedArray): void {
    const reason = this.#losses.ofMissing(buffer)
    if (reason !== undefined) throw reason
    this.backend.write(buffer, data)
    this.#losses.restore(buffer, data.length)
  }

  #run(words: WordReader, drops: boolean): void {
    const scalar = (): number => words.next()
    const call = decodeCall({ words, names: this.names, buffer: this.#buffer, scalar })
    if (drops) this.dropped += 1
    const reason = drops ? dropped(call.label) : this.#lossAmong(call)
    if (reason !== undefined) {
      this.#losses.add(buffersOf(viewsOf(call).writes), reason)
      return
    }
    try {
      this.backend.run(call)
    } catch (error) {
      this.#losses.add(buffersOf(viewsOf(call).writes), asError(error))
      throw error
    }
    if (this.#losses.areNone) return
    for (const view of viewsOf(call).writes)
      if (isContiguous(view)) this.#losses.restore(view.buffer, sizeOf(view.shape))
  }

  #lossAmong(call: KernelCall): Error | undefined {
    if (this.#losses.areNone) return undefined
    const { reads, writes } = viewsOf(call)
    return this.#losses.among(buffersOf(reads), buffersOf(writes))
  }

  #runProgram(words: WordReader, drops: boolean): void {
    const program = this.#programs.get(words.next())
    const bindings: Binding[] = []
    for (let left = words.next(); left > 0; left--)
      bindings.push({ buffer: this.#buffer(words.next()), offset: words.next() })
    const scalars = words.list()
    if (program === undefined) throw new RangeError('worker: a program is run that was not prepared')
    if (drops) this.dropped += program.kernels
    program.run(bindings, scalars, this.#losses, drops ? dropped(program.label) : undefined)
  }

  async #warmup(number: number): Promise<undefined> {
    this.#throwFailure()
    await this.#programs.get(number)?.warmup()
  }

  /** The first error since the last time, which is then known. */
  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  async #read(number: number, offset: number, length: number): Promise<TypedArray> {
    this.#throwFailure()
    const buffer = this.#buffer(number)
    const reason = this.#losses.of(buffer)
    if (reason !== undefined) throw reason
    return this.backend.read(buffer, offset, length)
  }

  async #synchronize(): Promise<undefined> {
    this.#throwFailure()
    await this.backend.synchronize()
  }
}
