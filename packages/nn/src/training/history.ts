/**
 * History: what a training was like, epoch by epoch.
 */

/** One epoch: loss and metrics by name (validation ones as `validationLoss`, `validationAccuracy` …), and its speed. */
export interface EpochLog {
  readonly epoch: number
  readonly loss: number
  readonly seconds: number
  readonly samplesPerSecond: number
  readonly learningRate: number
  readonly [metric: string]: number
}

/** Why training ended: all epochs done, a callback asked for it, or the signal did. */
export type StopReason = 'completed' | 'callback' | 'aborted'

export class History {
  readonly epochs: EpochLog[] = []
  stopped: StopReason = 'completed'

  /** One value per epoch. @example history.values('validationLoss') */
  values(name: string): number[] {
    return this.epochs.map((log) => log[name] ?? Number.NaN)
  }

  /** The last epoch. */
  get last(): EpochLog | undefined {
    return this.epochs.at(-1)
  }
}
