/**
 * How long a download is waited for. Silence ends it, and so does a trickle: a network that lets a few bytes through
 * and then nothing is as dead as one that lets none through. Steady progress may take as long as it needs.
 */

/** Slower than this, in bytes per millisecond, counts as no progress (16 kB/s: MNIST in 12 minutes). */
const LEAST_RATE = 16

/**
 * One deadline over many transfers. It ends `milliseconds` after the start if nothing comes; bytes extend it, to at
 * most `milliseconds` after the last of them, and no further than the least rate explains.
 */
export class Patience {
  readonly milliseconds: number
  readonly #onEnd: () => void
  readonly #start = performance.now()
  #last = this.#start
  #bytes = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param onEnd called once if patience ends before `stop` */
  constructor(milliseconds: number, onEnd: () => void) {
    this.milliseconds = milliseconds
    this.#onEnd = onEnd
    this.#wait()
  }

  /** Reports that bytes have come. */
  progress(bytes: number): void {
    this.#last = performance.now()
    this.#bytes += bytes
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Only ever looks again when the deadline that was known comes: progress is then taken into account. */
  #wait(): void {
    const left = this.#deadline() - performance.now()
    // Timers may fire a fraction of a millisecond early.
    if (left < 1) this.#onEnd()
    else this.#timer = setTimeout(() => this.#wait(), left)
  }

  #deadline(): number {
    const silence = this.#last + this.milliseconds
    const trickle = this.#start + this.milliseconds + this.#bytes / LEAST_RATE
    return Math.min(silence, trickle)
  }
}
