/**
 * One worker as the calling thread sees it: its list is written, started, and waited for. A list that the worker hasn't
 * begun when the caller is done with its own part is done by the caller, so a worker that sleeps costs no time, and one that
 * is gone nothing but speed.
 */
import type { Kernel } from '../assembler/index.js'
import { LIST_WORDS, listAt, STATES, type Words, wordsAt } from './control.js'
import { type Entry, type Library, MOST_FORGOTTEN, type Source } from './library.js'
import { execute } from './serve.js'

/** How often the caller looks before it sleeps: some 20 µs. */
const LOOKS = 8000
/** Milliseconds that it sleeps at most before it looks again. */
const NAP = 1

export class Hands {
  readonly #worker: number
  readonly #control: Int32Array
  readonly #words: Words
  readonly #list: number
  readonly #timeout: number
  readonly #library: Library
  #length = 0
  #generation = 0
  /** The kernels of the list, call by call, and the modules that it defines. */
  #kernels: Kernel[] = []
  #defined: Source[] = []

  constructor(
    worker: number,
    memory: WebAssembly.Memory,
    address: number,
    timeout: number,
    library: Library,
  ) {
    this.#worker = worker
    this.#control = new Int32Array(memory.buffer)
    this.#words = wordsAt(address)
    this.#list = listAt(address)
    this.#timeout = timeout
    this.#library = library
    this.#control.fill(0, address / 4, this.#list)
  }

  get ready(): boolean {
    return Atomics.load(this.#control, this.#words.state) === STATES.ready
  }

  /** One more call. If the list is full, what it holds is done first. */
  add(kernel: Kernel, { number, source }: Entry, count: number, parameters: readonly number[]): void {
    const needed = 5 + 2 * MOST_FORGOTTEN + parameters.length + Math.ceil(source.bytes.length / 4)
    if (this.#length + needed > LIST_WORDS) {
      this.start()
      this.finish()
    }
    if (!source.known.has(this.#worker)) this.#define(source)
    const list = this.#control
    let at = this.#list + this.#length
    list[at++] = number
    list[at++] = count
    for (const parameter of parameters) list[at++] = parameter
    this.#length = at - this.#list
    this.#kernels.push(kernel)
  }

  #define(source: Source): void {
    const { bytes, first } = source
    for (const number of this.#library.forgotten(this.#worker)) {
      this.#control.set([-2, number], this.#list + this.#length)
      this.#length += 2
    }
    const at = this.#list + this.#length
    this.#control.set([-1, first, bytes.length], at)
    new Uint8Array(this.#control.buffer).set(bytes, 4 * (at + 3))
    this.#length += 3 + Math.ceil(bytes.length / 4)
    this.#defined.push(source)
    source.known.add(this.#worker)
  }

  /** Hands the list over. Waking a worker takes 5 µs, so only one that sleeps is woken. */
  start(): void {
    const { generation, length, sleeping } = this.#words
    this.#control[length] = this.#length
    this.#generation = (this.#generation + 1) | 0
    Atomics.store(this.#control, generation, this.#generation)
    if (Atomics.load(this.#control, sleeping) === 1) Atomics.notify(this.#control, generation)
  }

  /**
   * Returns when the list is done.
   *
   * @throws RangeError if it was begun and won't be finished.
   */
  finish(): void {
    const { claimed, done } = this.#words
    const before = (this.#generation - 1) | 0
    try {
      if (Atomics.compareExchange(this.#control, claimed, before, this.#generation) === before) this.#doIt()
      else if (Atomics.load(this.#control, done) !== this.#generation) this.#wait()
      if (Atomics.load(this.#control, this.#words.state) === STATES.failed)
        throw new RangeError('a call of it failed')
    } finally {
      this.#length = 0
      this.#kernels = []
      this.#defined = []
    }
  }

  #doIt(): void {
    for (const source of this.#defined) source.known.delete(this.#worker)
    execute(this.#control, this.#list, this.#length, {
      kernel: (_, call) => this.#kernels[call],
      define() {},
      forget() {},
      progress() {},
    })
  }

  #wait(): void {
    const { done, progress } = this.#words
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(this.#control, done) === this.#generation) return
    let before = Atomics.load(this.#control, progress)
    let since = performance.now()
    while (Atomics.load(this.#control, done) !== this.#generation) {
      this.#nap()
      const now = Atomics.load(this.#control, progress)
      if (now !== before) {
        before = now
        since = performance.now()
      } else if (performance.now() - since > this.#timeout) {
        throw new RangeError(`nothing was done for ${this.#timeout / 1000} s`)
      }
    }
  }

  /** Sleeps until the worker is done, for a short time; where sleeping is not allowed, looks on. */
  #nap(): void {
    const { done, waiting } = this.#words
    const seen = Atomics.load(this.#control, done)
    if (seen === this.#generation) return
    Atomics.store(this.#control, waiting, 1)
    try {
      Atomics.wait(this.#control, done, seen, NAP)
    } catch {
      // The main thread of a browser.
      for (let i = 0; i < LOOKS && Atomics.load(this.#control, done) === seen; i++);
    }
    Atomics.store(this.#control, waiting, 0)
  }
}
