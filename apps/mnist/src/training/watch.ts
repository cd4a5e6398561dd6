/**
 * Watching a training from outside of it: the learning curve for the plot, and the figures of an epoch that is
 * interrupted, which `fit` does not log and forgets when it ends. So the interruption comes through here: figures first.
 */
import { type Callback, type DataLoader, lossFrom, type Metric, metrics, type Tensor } from 'nabla'
import type { PartialEpoch } from './rows.js'

export const LOSS = 'sparseCategoricalCrossEntropyFromLogits'

/** A mean over some steps, which ended at this point of the training. */
export interface CurvePoint {
  /** In epochs, e.g. 1.5 for the middle of the second. */
  readonly epoch: number
  readonly loss: number
  readonly accuracy: number
}

/** Points of the curve in all, about. */
const POINTS = 60

/** The mean loss as a metric, since the trainer's own can't be read within an epoch. */
function lossMetric(): Metric {
  const loss = lossFrom(LOSS)
  return new metrics.SumsMetric(
    'watchedLoss',
    2,
    (predictions: Tensor, targets: Tensor) => {
      const count = targets.shape[0] ?? 1
      return [loss(predictions, targets).mul(count).cast('float32'), count]
    },
    (total: Tensor, count: Tensor) => total.div(count),
  )
}

/** The first metric, which keeps the second up to date without its being logged a second time. */
function withSilent(shown: Metric, silent: Metric): Metric {
  return {
    name: shown.name,
    update(predictions: Tensor, targets: Tensor) {
      shown.update(predictions, targets)
      silent.update(predictions, targets)
    },
    result: () => shown.result(),
    reset() {
      shown.reset()
      silent.reset()
    },
    dispose() {
      shown.dispose()
      silent.dispose()
    },
  }
}

async function read(metric: Metric): Promise<number> {
  const result = metric.result()
  const value = Number(await result.item())
  result.dispose()
  return value
}

interface Figures {
  readonly samples: number
  readonly loss: number
  readonly accuracy: number
}

const NOTHING: Figures = { samples: 0, loss: 0, accuracy: 0 }

/** A callback of `fit`; its metric is to be compiled into the model. */
export class Watch implements Callback {
  readonly curve: CurvePoint[] = []
  readonly #loss = lossMetric()
  readonly accuracy: Metric = withSilent(metrics.accuracy({ loss: LOSS }), this.#loss)
  readonly #interval: number
  #epoch = 0
  /** Steps that an earlier training has done of the present epoch. */
  #before: number
  #steps = 0
  #start = performance.now()
  #last = NOTHING
  readonly #stop = new AbortController()
  #partial: PartialEpoch | undefined

  /**
   * @param loader where it stands decides what the first epoch begins with
   * @param epochs how many there will be, a rest of one included
   * @param interruption what `signal` follows
   */
  constructor(
    private readonly loader: DataLoader<'inputs' | 'targets'>,
    epochs: number,
    private readonly interruption: AbortSignal | undefined,
  ) {
    this.#before = loader.state().batch
    this.#interval = Math.max(1, Math.floor(((loader.length ?? 1) * epochs - this.#before) / POINTS))
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch
    this.#steps = 0
    this.#start = performance.now()
    this.#last = NOTHING
  }

  async onBatchEnd(step: number): Promise<void> {
    this.#steps = step
    if (step % this.#interval === 0) await this.#point()
    if (!this.interruption?.aborted) return
    this.#partial = { ...(await this.#figures()), seconds: (performance.now() - this.#start) / 1000 }
    this.#stop.abort()
  }

  onEpochEnd(): void {
    this.#before = 0
    this.#partial = undefined
  }

  /** For `fit`: ends it after the step in progress. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** What was done of the interrupted epoch since it began or was gone on with; nothing between two epochs. */
  get partial(): PartialEpoch | undefined {
    return this.#partial
  }

  async #figures(): Promise<Figures> {
    return { samples: this.#samples(), loss: await read(this.#loss), accuracy: await read(this.accuracy) }
  }

  #samples(): number {
    const { batchSize, samples = 0 } = this.loader
    if (batchSize === 'full') return samples
    const upTo = (steps: number): number => Math.min(samples, steps * batchSize)
    return upTo(this.#before + this.#steps) - upTo(this.#before)
  }

  /** The metrics are means since the epoch's begin; a point is the mean since the last one. */
  async #point(): Promise<void> {
    const now = await this.#figures()
    const last = this.#last
    const since = (name: 'loss' | 'accuracy'): number =>
      (now[name] * now.samples - last[name] * last.samples) / (now.samples - last.samples)
    this.curve.push({
      epoch: this.#epoch - 1 + (this.#before + this.#steps) / (this.loader.length ?? 1),
      loss: since('loss'),
      accuracy: since('accuracy'),
    })
    this.#last = now
  }
}
