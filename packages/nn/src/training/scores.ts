/**
 * Scores: the loss and the metrics of a pass over data. They run on the device and come back in a single read per
 * report.
 */
import { scope, stack, type Tensor, ValueError } from '@nabla/core'
import { type Metric, RunningSums, SumsMetric } from '../metrics/metric.js'
import { LOG_NAMES } from './history.js'

/** Refuses metrics under names that logs have anyway. */
function checkNames(metrics: readonly Metric[]): void {
  const taken = metrics.find(({ name }) => LOG_NAMES.includes(name))
  if (taken === undefined) return
  throw new ValueError('compile', {
    expected: `metrics of other names than ${LOG_NAMES.join(', ')}, which are logged anyway`,
    received: `a metric "${taken.name}"`,
    fix: 'give the metric another name',
  })
}

const isCapturable = (metric: Metric): boolean => metric instanceof SumsMetric

const samplesOf = (targets: Tensor): number => targets.shape[0] ?? 1

export class Scores {
  /** Σ loss of a batch · its samples. */
  readonly #losses = new RunningSums('loss', 1)
  #samples = 0
  #pass: string | undefined

  constructor(private readonly metrics: readonly Metric[]) {
    checkNames(metrics)
  }

  /** Samples seen in this pass. */
  get samples(): number {
    return this.#samples
  }

  /**
   * Starts from nothing, for a pass that `end()` ends.
   *
   * @throws ValueError during another one: metrics count for one at a time.
   */
  begin(pass: string): void {
    if (this.#pass !== undefined) {
      throw new ValueError(pass, {
        expected: 'no other pass over data with this model at the same time',
        received: `a call during ${this.#pass}`,
        fix: `await ${this.#pass} first; callbacks may evaluate in onEpochEnd`,
      })
    }
    this.#reset()
    this.#pass = pass
  }

  /** Forgets the pass; the sums stay, for the next one. */
  end(): void {
    this.#pass = undefined
    this.#reset()
  }

  #reset(): void {
    this.#losses.reset()
    this.#samples = 0
    for (const metric of this.metrics) metric.reset()
  }

  /** Takes in a batch. The loss is its mean over the batch, so the samples are its weight. */
  add(loss: Tensor, predictions: Tensor, targets: Tensor): void {
    this.addOnDevice(loss, predictions, targets)
    this.addOnHost(predictions, targets)
  }

  /** The part of `add` that only changes variables, and so can be captured: the loss, and metrics that are sums. */
  addOnDevice(loss: Tensor, predictions: Tensor, targets: Tensor): void {
    this.#losses.add([loss.mul(samplesOf(targets)).cast('float32')])
    for (const metric of this.metrics) if (isCapturable(metric)) metric.update(predictions, targets)
  }

  /** The rest of `add`. */
  addOnHost(predictions: Tensor | undefined, targets: Tensor): void {
    this.#samples += samplesOf(targets)
    if (predictions === undefined) return
    for (const metric of this.metrics) if (!isCapturable(metric)) metric.update(predictions, targets)
  }

  /** Whether `addOnHost` needs the predictions: for metrics that may do anything with them. */
  get needsPredictions(): boolean {
    return !this.metrics.every(isCapturable)
  }

  /** Loss and metrics so far, by name. */
  async read(): Promise<Record<string, number>> {
    const figures = scope(() => {
      const total = this.#losses.read((sum) => sum.mul(1))
      return total && stack([total, ...this.metrics.map((metric) => this.#figure(metric, total))])
    })
    if (figures === undefined) return { loss: Number.NaN }
    try {
      const [total = Number.NaN, ...others] = await figures.data()
      const named = this.metrics.map(({ name }, position): [string, number] => [
        name,
        others[position] ?? Number.NaN,
      ])
      return { loss: total / this.#samples, ...Object.fromEntries(named) }
    } finally {
      figures.dispose()
    }
  }

  #figure(metric: Metric, { backend }: Tensor): Tensor {
    const figure = metric.result()
    if (figure.size === 1 && figure.backend === backend) return figure.cast('float32').reshape([])
    throw new ValueError(`metric "${metric.name}"`, {
      expected: `a result of one number, on backend "${backend.name}"`,
      received: `[${figure.shape.join()}] on "${figure.backend.name}"`,
      fix: 'update such a metric by hand, with the predictions of model.predict',
    })
  }

  dispose(): void {
    this.#losses.dispose()
    for (const metric of this.metrics) metric.dispose()
  }
}
