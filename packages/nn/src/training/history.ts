/**
 * History: what a training was like, epoch by epoch.
 */

/** One epoch: loss and metrics by name (validation ones as `validationLoss`, `validationAccuracy` …), and its speed. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number
  /** The mean over the samples of the epoch, as the weights were when each was seen; with regularization. */
  readonly loss: number
  /** Time of training, without validation. */
  readonly seconds: number
  readonly samplesPerSecond: number
  /** Of the step to come. */
  readonly learningRate: number
  readonly [metric: string]: number
}

/** Names that a log has anyway, so that no metric may have them. */
export const LOG_NAMES: readonly string[] = ['epoch', 'loss', 'seconds', 'samplesPerSecond', 'learningRate']

/** Why training ended: all epochs done, a callback asked for it, the signal did, or an error (callbacks see that). */
export type StopReason = 'completed' | 'callback' | 'aborted' | 'failed'

export class History {
  /** Whole epochs; one that was aborted is not among them. */
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
