/**
 * The pool: a fixed number of threads between which the calling one divides kernels.
 */
import { BackendError } from '@nabla/backend'
import type { Kernel } from '../assembler/index.js'
import type { Hands } from './hands.js'
import type { Library } from './library.js'
import { Workers, type WorkersOptions } from './workers.js'

/**
 * On a machine that others keep busy, a worker is stopped in the middle of its part for milliseconds, which costs more than
 * dividing gains: a step of mlp-adam took 9 ms in two threads on two cores with a load of 4, and 6 in one. A worker is late
 * that takes twice as long as the caller, and so many milliseconds; then kernels are not divided for a while, at most so many.
 */
const LATE = 0.05
const MOST_SKIPPED = 64

export class Pool {
  /** The calling thread is one of them. */
  readonly threads: number
  readonly #workers: Workers
  /** The thread whose range is being written down; 0 is the calling one. */
  #thread = 0
  readonly #givesWay: boolean
  /** How many kernels are not divided because a worker was late, and how many of them are left. */
  #skipped = 0
  #left = 0

  constructor(options: WorkersOptions & { readonly givesWay?: boolean }) {
    this.threads = options.threads
    this.#givesWay = options.givesWay ?? true
    this.#workers = new Workers(options)
  }

  /** Kernels that workers can run. */
  get library(): Library {
    return this.#workers.library
  }

  /** Why there is only one thread, if so. */
  get reason(): string | undefined {
    return this.#workers.reason
  }

  /** Whether the next kernel is to be divided; asked for the first time, the workers are started. */
  get ready(): boolean {
    if (this.#left === 0 || !this.#givesWay) return this.#workers.ready
    this.#left -= 1
    return false
  }

  /** Whether the workers are there. */
  get running(): boolean {
    return this.#workers.running
  }

  /** Starts the workers now instead of with the first kernel that asks for them. */
  start(): void {
    void this.#workers.ready
  }

  /** Starts the workers, and resolves when they are ready or given up. */
  settled(): Promise<void> {
    return this.#workers.settled()
  }

  /** Whether workers can run a kernel. */
  has(kernel: Kernel): boolean {
    return this.library.find(kernel) !== undefined
  }

  /**
   * Divides `count` steps, at multiples of `unit`, into one range for each thread. What `body` does for the first is done at
   * once; for the others, it says by `call` and `callRange` what is to be done.
   *
   * @throws BackendError if a worker stopped within its part.
   */
  divide(count: number, unit: number, body: (thread: number, from: number, to: number) => void): void {
    const part = this.partOf(count, unit)
    const begun: Hands[] = []
    let lost: BackendError | undefined
    let late = 0
    const attempt = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        lost ??= lostError(error)
      }
    }
    try {
      for (let thread = this.threads - 1; thread > 0; thread--) {
        const from = thread * part
        const hands = this.#workers.hands[thread - 1]
        if (from >= count || hands === undefined) continue
        attempt(() => {
          this.#thread = thread
          body(thread, from, Math.min(count, from + part))
          hands.start()
          begun.push(hands)
        })
      }
      this.#thread = 0
      const start = performance.now()
      body(0, 0, Math.min(count, part))
      const own = performance.now()
      late = own + (own - start) + LATE
    } finally {
      this.#thread = 0
      for (const hands of begun) attempt(() => hands.finish())
    }
    this.#skipped = performance.now() > late ? Math.min(MOST_SKIPPED, 2 * this.#skipped + 4) : 0
    this.#left = this.#skipped
    if (lost === undefined) return
    this.#workers.fail('a worker stopped within a kernel')
    throw lost
  }

  /** Steps of each range but the last. */
  partOf(count: number, unit: number): number {
    return Math.ceil(count / this.threads / unit) * unit
  }

  /** Calls a kernel on the thread that `divide` is at. */
  call(kernel: Kernel, parameters: readonly number[]): void {
    const hands = this.#workers.hands[this.#thread - 1]
    const entry = hands && this.library.find(kernel)
    if (entry === undefined) kernel(...parameters)
    else hands?.add(kernel, entry, parameters.length, parameters)
  }

  /** The same for some steps, `most` at a time. */
  callRange(kernel: Kernel, args: number, from: number, to: number, most: number): void {
    const hands = this.#workers.hands[this.#thread - 1]
    const entry = hands && this.library.find(kernel)
    if (entry === undefined)
      for (let step = from; step < to; step += most) kernel(args, step, Math.min(to, step + most))
    else hands?.add(kernel, entry, -1, [args, from, to, most])
  }

  /** Ends all workers; from then on there is one thread. */
  end(): Promise<void> {
    return this.#workers.end()
  }
}

function lostError(error: unknown): BackendError {
  return new BackendError('wasm', {
    expected: 'all threads to finish their part of a kernel',
    received: `a worker that stopped in it (${error instanceof Error ? error.message : String(error)})`,
    fix: 'compute again what was being computed: the backend goes on with one thread',
  })
}
