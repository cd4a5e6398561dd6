/**
 * Monitor: watches one value of the logs, for callbacks that act when it stops improving.
 */
import { ValueError } from '@nabla/core'
import { requireOption, requireWhole } from '../training/checks.js'
import { type EpochLog, LOG_NAMES } from '../training/history.js'

export interface MonitorOptions {
  /** The value to watch; default `validationLoss`. */
  readonly monitor?: string
  /** Epochs without improvement before acting; default 3. */
  readonly patience?: number
  /** The least change that counts as improvement; default 0. */
  readonly minimumDelta?: number
  /** What is better: `'max'` for accuracies and the like, `'min'` for losses; `'auto'`, the default, goes by the name. */
  readonly mode?: 'auto' | 'min' | 'max'
}

/** Names of figures of which more is better. */
function largerIsBetter(name: string): boolean {
  return /accuracy|precision|recall|score|auc|f1/i.test(name)
}

/** A logged value, or an error that lists what there is. */
function valueOf(where: string, log: EpochLog, name: string): number {
  const value = log[name]
  if (value !== undefined) return value
  const names = ['loss', ...Object.keys(log).filter((key) => !LOG_NAMES.includes(key))]
  throw new ValueError(where, {
    expected: `a value to monitor: one of ${names.join(', ')}`,
    received: `"${name}"`,
    fix:
      name.startsWith('validation') && !names.includes('validationLoss')
        ? "pass validationData or validationSplit to fit, or monitor: 'loss'"
        : 'choose one of these names',
  })
}

export class Monitor {
  readonly #where: string
  readonly #name: string
  readonly #patience: number
  readonly #minimumDelta: number
  readonly #sign: 1 | -1
  #best = Number.POSITIVE_INFINITY
  #waited = 0

  /** @param where who watches, for messages */
  constructor(where: string, options: MonitorOptions) {
    const { monitor = 'validationLoss', patience = 3, minimumDelta = 0, mode = 'auto' } = options
    requireWhole(where, 'patience', patience, 0)
    requireOption(where, 'minimumDelta', minimumDelta, minimumDelta >= 0, 'a number of at least 0')
    requireOption(where, 'mode', mode, ['auto', 'min', 'max'].includes(mode), "'auto', 'min' or 'max'")
    this.#where = where
    this.#name = monitor
    this.#patience = Math.max(1, patience)
    this.#minimumDelta = minimumDelta
    this.#sign = mode === 'max' || (mode === 'auto' && largerIsBetter(monitor)) ? -1 : 1
  }

  /** Forgets what it saw. */
  reset(): void {
    this.#best = Number.POSITIVE_INFINITY
    this.#waited = 0
  }

  /**
   * Takes in an epoch; NaN is no improvement.
   *
   * @returns whether the value improved, or has not for `patience` epochs (then counting starts again)
   * @throws ValueError listing the names when there is no such value
   */
  observe(log: EpochLog): 'improved' | 'waiting' | 'stalled' {
    const value = this.#sign * valueOf(this.#where, log, this.#name)
    if (value < this.#best - this.#minimumDelta) {
      this.#best = value
      this.#waited = 0
      return 'improved'
    }
    this.#waited += 1
    if (this.#waited < this.#patience) return 'waiting'
    this.#waited = 0
    return 'stalled'
  }
}
