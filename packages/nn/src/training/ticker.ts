/**
 * Ticker: counts the steps of a pass, measures its time, and says when a report is due.
 */
const REPORT_MILLISECONDS = 100

export class Ticker {
  /** Steps done. */
  steps = 0
  readonly #start = performance.now()
  #reported = this.#start

  /** @param every steps between reports; default: as many as take about 100 ms */
  constructor(private readonly every?: number) {}

  /** Counts a step. @returns whether a report is due after it */
  tick(): boolean {
    this.steps += 1
    if (this.every !== undefined) return this.steps % this.every === 0
    const now = performance.now()
    if (now - this.#reported < REPORT_MILLISECONDS) return false
    this.#reported = now
    return true
  }

  /** Time since the start; never zero, so that it can be divided by. */
  get seconds(): number {
    return Math.max(performance.now() - this.#start, 0.001) / 1000
  }
}
