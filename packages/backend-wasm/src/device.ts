/**
 * What kernels run on: the memory, the choices that the backend was made with, and the way from written code to a function.
 */
import { sizeOf, ValueError } from '@nabla/backend'
import { type Kernel, type Local, ModuleBuilder } from './assembler/index.js'
import { type Choices, Kit } from './emit/kit.js'
import { FUNCTIONS } from './math/host.js'
import { ARGUMENT_BYTES, ARGUMENTS, type LinearMemory } from './memory/linear-memory.js'
import type { Nest } from './nest.js'
import type { Pool } from './threads/pool.js'
import { LEAST_WORK, type LeastWork } from './threads/thresholds.js'

/** Writes a kernel `(args, from, to)`: its arguments lie at `args`, and it does the steps `from` to `to` of its work. */
export type WriteKernel = (kit: Kit, args: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>) => void

/** Elements after which a call is divided: V8 exchanges a slow first version of a function only between calls. */
const ELEMENTS_PER_CALL = 65536

/** What is known of a kernel's work. */
export interface Work {
  /** How many steps there are, and how many elements each is, about. */
  readonly steps: number
  readonly elementsPerStep: number
  /** What an element costs, in additions; default 1. */
  readonly operations?: number
  /** At multiples of how many steps work may be divided between threads, or that it may not; default 1. */
  readonly unit?: number | 'none'
}

/** Elements after which a row is divided: threads that write the same cache line wait for each other. */
const ELEMENTS_UNIT = 64

export class Device {
  readonly memory: LinearMemory
  readonly choices: Choices
  /** Other threads, if there are any. */
  readonly pool: Pool | undefined
  /** How much work is divided. */
  readonly least: LeastWork
  readonly #kernels = new Map<string, Kernel>()
  #writer: ArgumentWriter | undefined
  #registers: number | undefined
  #recording: (() => void)[] | undefined

  constructor(memory: LinearMemory, choices: Choices, pool?: Pool, least: LeastWork = LEAST_WORK) {
    this.memory = memory
    this.choices = choices
    this.pool = pool
    this.least = least
  }

  compile(write: WriteKernel): Kernel {
    const module = new ModuleBuilder()
    module.define(
      ['i32', 'i32', 'i32'],
      (f, args, from, to) => write(new Kit(f, module, this.choices), args, from, to),
      'run',
    )
    const { memory, shared } = this.memory
    return module.instantiate({ memory, shared, functions: FUNCTIONS, library: this.pool?.library })('run')
  }

  /** Where the host writes the arguments of the next kernel; no memory may be taken until they are written. */
  arguments(): ArgumentWriter {
    this.#writer = new ArgumentWriter(this.memory.views.i32, this.memory.views.f64)
    return this.#writer
  }

  /** Runs all steps of a kernel with the arguments written last. */
  run(kernel: Kernel, work: Work): void {
    if (this.#recording !== undefined) {
      const words = this.#writer?.written() ?? new Int32Array()
      this.#recording.push(() => {
        this.memory.views.i32.set(words, ARGUMENTS >> 2)
        this.#launch(kernel, work)
      })
    }
    this.#launch(kernel, work)
  }

  #launch(kernel: Kernel, { steps, elementsPerStep, operations = 1, unit = 1 }: Work): void {
    // Steps may be of nothing.
    const most = Math.min(steps, Math.max(4, Math.ceil(ELEMENTS_PER_CALL / elementsPerStep / 4) * 4))
    const { pool } = this
    const isLong =
      unit !== 'none' && steps > unit && steps * elementsPerStep * operations >= this.least.elements
    if (isLong && pool?.has(kernel) && pool.ready) {
      pool.divide(steps, unit, (_, from, to) => pool.callRange(kernel, ARGUMENTS, from, to, most))
    } else
      for (let from = 0; from < steps; from += most) kernel(ARGUMENTS, from, Math.min(steps, from + most))
  }

  /** What the host has to do for a call besides running kernels, again each time that the call is run again. */
  perform(action: () => void): void {
    const recording = this.#recording
    recording?.push(action)
    // Kernels that it runs belong to it.
    this.#recording = undefined
    try {
      action()
    } finally {
      this.#recording = recording
    }
  }

  /**
   * Runs a call, and returns what to do to run it again with the same views and scalars, if that is possible: what borrows
   * memory finds it elsewhere the next time.
   */
  record(call: () => void): (() => void)[] | undefined {
    const { borrowed } = this.memory
    const recording: (() => void)[] = []
    this.#recording = recording
    try {
      call()
    } finally {
      this.#recording = undefined
    }
    return this.memory.borrowed === borrowed ? recording : undefined
  }

  /** Memory that every kernel may use while it runs: for each thread a block, always of `bytes`. */
  registers(bytes: number): number {
    this.#registers ??= this.memory.take(bytes * (this.pool?.threads ?? 1)).address
    return this.#registers
  }

  /** How many of a kernel's steps a thread does, if it is divided. */
  stepsPerThread(steps: number): number {
    return this.pool?.partOf(steps, 1) ?? steps
  }

  /** Runs a kernel that walks over all of a nest. */
  runWalk(kernel: Kernel, { lengths }: Nest, more: Pick<Work, 'operations' | 'unit'> = {}): void {
    const inner = lengths.at(-1) as number
    if (lengths.length === 1)
      this.run(kernel, { unit: ELEMENTS_UNIT, ...more, steps: inner, elementsPerStep: 1 })
    else this.run(kernel, { ...more, steps: sizeOf(lengths.slice(0, -1)), elementsPerStep: inner })
  }

  /** Kernels that depend on nothing but a key, made when they are first asked for. */
  kernel(key: string, write: WriteKernel): Kernel {
    let kernel = this.#kernels.get(key)
    if (kernel === undefined) {
      kernel = this.compile(write)
      this.#kernels.set(key, kernel)
    }
    return kernel
  }
}

/** Writes the words that `ArgumentReader` reads. */
export class ArgumentWriter {
  readonly #words: Int32Array
  readonly #numbers: Float64Array
  #next = ARGUMENTS >> 2

  constructor(words: Int32Array, numbers: Float64Array) {
    this.#words = words
    this.#numbers = numbers
  }

  word(value: number): void {
    if (this.#next >= (ARGUMENTS + ARGUMENT_BYTES) >> 2) {
      throw new ValueError('kernel', {
        expected: `arguments of at most ${ARGUMENT_BYTES} bytes`,
        received: 'more views or axes than that',
        fix: 'split the operation into several',
      })
    }
    this.#words[this.#next++] = value
  }

  /** A copy of what was written. */
  written(): Int32Array {
    return this.#words.slice(ARGUMENTS >> 2, this.#next)
  }

  words(values: readonly number[]): void {
    for (const value of values) this.word(value)
  }

  /** A scalar, in eight bytes: as float64, or as int32. */
  scalar(value: number, isFloat: boolean): void {
    if (this.#next & 1) this.word(0)
    if (isFloat) this.#numbers[this.#next >> 1] = value
    else this.#words[this.#next] = value
    this.word(this.#words[this.#next] ?? 0)
    this.word(this.#words[this.#next] ?? 0)
  }
}
