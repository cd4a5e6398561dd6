/**
 * The outbox: where operations wait until a batch of them is posted. A batch goes at once when somebody waits for an answer,
 * when it is full, or, at the end of the current microtask, when the worker would soon be idle; else with the next answer, so
 * that messages are few where the worker is the slower side.
 */
import type { TypedArray } from '../../dtype.js'
import { type BatchMessage, transferable } from './messages.js'
import { NamesSent } from './names.js'
import { WordWriter } from './words.js'

/** A batch is full with so many operations, or bytes of host data. */
const FULL_OPERATIONS = 256
const FULL_BYTES = 2 ** 20
/** The worker has enough to do: the batch that it is at, and the next. */
const ENOUGH_BATCHES = 2
/** Loops that ask for room are held up at so many: less would leave the worker idle, more would only be waiting. */
const ROOM_BATCHES = 4
/** No more than so many are on their way; what comes after waits here. */
const MOST_BATCHES = 16

/** What was asked for and is not known to be done. */
export interface Backlog {
  readonly kernels: number
  /** Of host data that was written. */
  readonly bytes: number
}

interface Contents {
  operations: number
  kernels: number
  bytes: number
  /** The label of the last kernel. */
  last: string | undefined
}

const nothing = (): Contents => ({ operations: 0, kernels: 0, bytes: 0, last: undefined })

export class Outbox {
  readonly words = new WordWriter()
  readonly names = new NamesSent()
  #data: TypedArray[] = []
  #contents = nothing()
  /** Where the operation begins that is being written. */
  #begin = 0
  #isScheduled = false
  readonly #unanswered: Contents[] = []
  #waiting: (() => void)[] = []

  constructor(private readonly post: (message: BatchMessage, transfer: readonly ArrayBuffer[]) => void) {}

  /** Begins an operation: what is written to `words` until `end` belongs to it. */
  begin(operation: number): WordWriter {
    const { words } = this
    this.#begin = words.length
    words.push(operation)
    words.push(0)
    return words
  }

  /** Takes back what was written since `begin`. */
  abandon(): void {
    this.words.rewind(this.#begin)
  }

  /** @param label of the kernel, or the last of `kernels`, that the operation runs */
  end(label?: string, kernels = 1): void {
    const contents = this.#contents
    this.words.set(this.#begin + 1, this.words.length - this.#begin - 2)
    contents.operations += 1
    if (label !== undefined) {
      contents.kernels += kernels
      contents.last = label
    }
    if (contents.operations >= FULL_OPERATIONS || contents.bytes >= FULL_BYTES) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      queueMicrotask(this.#onMicrotask)
    }
  }

  /** Adds data that goes along; returns its place. */
  attach(data: TypedArray): number {
    this.#contents.bytes += data.byteLength
    return this.#data.push(data) - 1
  }

  /** Posts what there is, as far as not too much is on its way already. */
  flush(most = MOST_BATCHES): void {
    const contents = this.#contents
    if (contents.operations === 0 || this.#unanswered.length >= most) return
    const words = this.words.take()
    const names = this.names.take()
    const data = this.#data
    this.#data = []
    this.#contents = nothing()
    this.#unanswered.push(contents)
    this.post(
      { kind: 'batch', words, ...(data.length > 0 && { data }), ...(names !== undefined && { names }) },
      [words.buffer, ...data.flatMap(transferable)],
    )
  }

  /** The oldest batch was answered. */
  answered(): void {
    this.#unanswered.shift()
    this.flush(this.#waiting.length > 0 ? ROOM_BATCHES : ENOUGH_BATCHES)
    this.release()
  }

  /** Resolves when there is room for more; nothing where there is now. The end of a step, so what there is goes. */
  room(): Promise<void> | undefined {
    if (this.#unanswered.length >= ROOM_BATCHES) return new Promise((resolve) => this.#waiting.push(resolve))
    this.flush()
    return undefined
  }

  /** Lets go who waits for room, after an answer or at the end. */
  release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  backlog(): Backlog {
    const all = [...this.#unanswered, this.#contents]
    const sum = (key: 'kernels' | 'bytes'): number => all.reduce((total, each) => total + each[key], 0)
    return { kernels: sum('kernels'), bytes: sum('bytes') }
  }

  /** The label of the last kernel that was posted and is not known to be finished, and of how many it is the last. */
  lastUnanswered(): { readonly label: string; readonly kernels: number } | undefined {
    const label = this.#unanswered.findLast(({ last }) => last !== undefined)?.last
    const kernels = this.#unanswered.reduce((sum, each) => sum + each.kernels, 0)
    return label === undefined ? undefined : { label, kernels }
  }

  readonly #onMicrotask = (): void => {
    this.#isScheduled = false
    this.flush(ENOUGH_BATCHES)
  }
}
