/**
 * For `--profile`: looks on at a training on a profiled backend and keeps the kernel calls of its last epoch. By then
 * the loops are compiled and the pools are filled, so it says what the steps of a long training cost.
 */
import type { Callback, ProfiledBackend, ProfileEntry } from 'nabla'

/** The calls of one epoch. */
export interface ProfiledEpoch {
  readonly epoch: number
  readonly entries: readonly ProfileEntry[]
}

export class EpochProfile implements Callback {
  #running: number | undefined
  #last: ProfiledEpoch | undefined

  constructor(private readonly backend: ProfiledBackend) {}

  onEpochBegin(epoch: number): void {
    this.#running = epoch
    this.backend.resetProfile()
  }

  onEpochEnd(): void {
    this.#keep()
  }

  /** The epoch may have been interrupted. */
  onTrainEnd(): void {
    this.#keep()
  }

  /** The last epoch, as far as it went; nothing before there was one. */
  get last(): ProfiledEpoch | undefined {
    return this.#last
  }

  /** A reset leaves what is kept alone, so that saving and testing don't count. */
  #keep(): void {
    if (this.#running === undefined) return
    this.#last = { epoch: this.#running, entries: this.backend.entries() }
    this.#running = undefined
    this.backend.resetProfile()
  }
}
