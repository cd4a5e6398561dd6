/**
 * The workers of a pool from their start to their end. All that goes wrong ends them, and leaves a reason in words.
 */
import { listAt, STATES, type Start, WORKER_BYTES, wordsAt } from './control.js'
import { Hands } from './hands.js'
import { Library } from './library.js'
import { type Spawn, type Spawned, spawnFrom } from './spawn.js'

export interface WorkersOptions {
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
const TICK = 50
/** Calls take milliseconds; a process may be held up for longer. */
const CALL_TIMEOUT = 10_000
/** Milliseconds that a worker looks for work: the host takes 0.005 to 0.05 between kernels, and waking takes as long. */
const PATIENCE = 0.1

type State = 'idle' | 'starting' | 'running' | 'ended'

export class Workers {
  readonly hands: readonly Hands[]
  readonly library: Library
  readonly #options: WorkersOptions
  #spawned: Spawned[] = []
  #state: State = 'idle'
  #reason: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: WorkersOptions) {
    const { threads, memory, address, callTimeout = CALL_TIMEOUT } = options
    this.#options = options
    this.library = new Library(threads - 1)
    this.hands = Array.from({ length: threads - 1 }, (_, i) => {
      return new Hands(i, memory, address + i * WORKER_BYTES, callTimeout, this.library)
    })
  }

  /** Why they ended, if not because they were told to. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Whether they are there. */
  get running(): boolean {
    return this.#state === 'running'
  }

  /** Whether they can be used; asked for the first time, they are started. */
  get ready(): boolean {
    if (this.running) return true
    if (this.#state === 'idle') this.#start()
    if (this.#state !== 'starting' || !this.hands.every((each) => each.ready)) return false
    clearTimeout(this.#timer)
    this.#state = 'running'
    return true
  }

  /** Starts them; they get ready by themselves. */
  #start(): void {
    this.#state = 'starting'
    const { memory, address, spawn: make = spawnFrom(), startTimeout = START_TIMEOUT } = this.#options
    try {
      this.hands.forEach((_, i) => {
        const at = address + i * WORKER_BYTES
        const start: Start = {
          memory,
          words: wordsAt(at),
          list: listAt(at),
          states: STATES,
          patience: PATIENCE,
        }
        this.#spawned.push(make(start, (reason) => this.fail(`a worker failed: ${reason}`)))
      })
    } catch (error) {
      this.fail(`a worker could not be started: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    this.#expect(startTimeout)
  }

  /** Gives them up after some time; in ticks, since they don't get on while this thread is busy and no timer runs. */
  #expect(left: number): void {
    const tick = Math.min(left, TICK)
    this.#timer = setTimeout(() => {
      if (this.ready || this.#state === 'ended') return
      if (left > tick) this.#expect(left - tick)
      else {
        const { startTimeout = START_TIMEOUT } = this.#options
        this.fail(`workers were not ready after ${startTimeout / 1000} s`)
      }
    }, tick)
    // In browsers, where nothing keeps a page, it is a number.
    this.#timer.unref?.()
  }

  /** Resolves when they are ready or given up. */
  async settled(): Promise<void> {
    while (!this.ready && this.#state === 'starting') await new Promise((resolve) => setTimeout(resolve, 1))
  }

  fail(reason: string): void {
    if (this.#state === 'ended') return
    this.#reason = reason
    void this.end()
  }

  async end(): Promise<void> {
    this.#state = 'ended'
    clearTimeout(this.#timer)
    const spawned = this.#spawned
    this.#spawned = []
    await Promise.allSettled(spawned.map((each) => each.terminate()))
  }
}
