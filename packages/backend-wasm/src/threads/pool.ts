/**
 * The pool: a fixed number of workers between which the calling thread divides kernels. All that goes wrong leads back to
 * one thread, with the reason in words.
 */
import { BackendError } from '@nabla/backend'
import type { Kernel } from '../assembler/index.js'
import { listAt, STATES, type Start, WORKER_BYTES, wordsAt } from './control.js'
import { Hands } from './hands.js'
import { Library } from './library.js'
import { type Spawn, type Spawned, spawn } from './spawn.js'

export interface PoolOptions {
  /** The calling thread is one of them. */
  readonly threads: number
  readonly memory: WebAssembly.Memory
  /** Of `WORKER_BYTES` for each worker. */
  readonly address: number
  readonly spawn?: Spawn
  /** Milliseconds after which workers that aren't ready are given up. */
  readonly startTimeout?: number
  /** Milliseconds without progress after which a worker that has begun is taken for dead. */
  readonly callTimeout?: number
}

const START_TIMEOUT = 2000
/** Calls take milliseconds; a process may be held up for longer. */
const CALL_TIMEOUT = 10_000
/** A worker looks for work so long: the host takes 5 to 50 µs between kernels, and waking takes as long. */
const PATIENCE = 0.1

type State = 'idle' | 'starting' | 'running' | 'ended'

export class Pool {
  readonly threads: number
  readonly library: Library
  readonly #options: PoolOptions
  readonly #hands: readonly Hands[]
  #spawned: Spawned[] = []
  #state: State = 'idle'
  #reason: string | undefined
  #recording = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: PoolOptions) {
    this.threads = options.threads
    this.#options = options
    const { memory, address, callTimeout = CALL_TIMEOUT } = options
    this.library = new Library(options.threads - 1)
    this.#hands = Array.from({ length: options.threads - 1 }, (_, i) => {
      return new Hands(i, memory, address + i * WORKER_BYTES, callTimeout, this.library)
    })
  }

  /** Why there is only one thread, if so. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Starts the workers, which get ready by themselves. */
  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'starting'
    const { memory, address } = this.#options
    const make = this.#options.spawn ?? spawn
    try {
      this.#hands.forEach((_, i) => {
        const at = address + i * WORKER_BYTES
        const start: Start = {
          memory,
          words: wordsAt(at),
          list: listAt(at),
          states: STATES,
          patience: PATIENCE,
        }
        this.#spawned.push(make(start, (reason) => this.#fail(`a worker failed: ${reason}`)))
      })
    } catch (error) {
      this.#fail(`a worker could not be started: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    const timeout = this.#options.startTimeout ?? START_TIMEOUT
    this.#timer = setTimeout(() => {
      if (!this.ready) this.#fail(`workers were not ready after ${timeout / 1000} s`)
    }, timeout)
    const { unref }: { unref?: unknown } = Object(this.#timer)
    if (typeof unref === 'function') unref.call(this.#timer)
  }

  /** Whether kernels are divided now; asked for the first time, the workers are started. */
  get ready(): boolean {
    if (this.#state === 'running') return true
    if (this.#state === 'idle') this.start()
    if (this.#state !== 'starting' || !this.#hands.every((each) => each.ready)) return false
    clearTimeout(this.#timer)
    this.#state = 'running'
    return true
  }

  /** Starts workers, and resolves when they are ready or given up, or after some milliseconds. */
  async settled(milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const until = performance.now() + milliseconds
    while (!this.ready && this.#state === 'starting' && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Whether workers can run a kernel. */
  has(kernel: Kernel): boolean {
    return this.library.find(kernel) !== undefined
  }

  /**
   * Divides `count` steps, at multiples of `unit`, into one range for each thread. What `body` does for the first is done at
   * once; for the others, it says by `call` and `callRange` what is to be done.
   */
  divide(count: number, unit: number, body: (thread: number, from: number, to: number) => void): void {
    const part = this.partOf(count, unit)
    const begun: Hands[] = []
    let lost: BackendError | undefined
    const settle = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        this.#fail('a worker stopped within a kernel')
        lost ??= lostError(error)
      }
    }
    try {
      for (let thread = this.threads - 1; thread > 0; thread--) {
        const from = thread * part
        const hands = this.#hands[thread - 1]
        if (from >= count || hands === undefined) continue
        this.#recording = thread
        body(thread, from, Math.min(count, from + part))
        settle(() => hands.start())
        begun.push(hands)
      }
      this.#recording = 0
      body(0, 0, Math.min(count, part))
    } finally {
      this.#recording = 0
      for (const hands of begun) settle(() => hands.finish())
    }
    if (lost !== undefined) throw lost
  }

  /** Steps of each range but the last. */
  partOf(count: number, unit: number): number {
    return Math.ceil(count / this.threads / unit) * unit
  }

  /** Calls a kernel on the thread that `divide` is at. */
  call(kernel: Kernel, parameters: readonly number[]): void {
    const hands = this.#hands[this.#recording - 1]
    const entry = hands && this.library.find(kernel)
    if (entry === undefined) kernel(...parameters)
    else hands?.add(kernel, entry, parameters.length, parameters)
  }

  /** The same for some steps, `most` at a time. */
  callRange(kernel: Kernel, args: number, from: number, to: number, most: number): void {
    const hands = this.#hands[this.#recording - 1]
    const entry = hands && this.library.find(kernel)
    if (entry === undefined)
      for (let step = from; step < to; step += most) kernel(args, step, Math.min(to, step + most))
    else hands?.add(kernel, entry, -1, [args, from, to, most])
  }

  #fail(reason: string): void {
    if (this.#state === 'ended') return
    this.#reason = reason
    void this.end()
  }

  /** Ends all workers; from then on there is one thread. */
  async end(): Promise<void> {
    this.#state = 'ended'
    clearTimeout(this.#timer)
    const spawned = this.#spawned
    this.#spawned = []
    await Promise.allSettled(spawned.map((each) => each.terminate()))
  }
}

function lostError(error: unknown): BackendError {
  return new BackendError('wasm', {
    expected: 'all threads to finish their part of a kernel',
    received: `a worker that stopped in it (${error instanceof Error ? error.message : String(error)})`,
    fix: 'compute again what was being computed: the backend goes on with one thread',
  })
}
