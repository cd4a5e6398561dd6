/**
 * Metrics that are a mean over samples.
 */
import { full, scope, type Tensor, tensor } from '@nabla/core'
import { type Metric, RunningSums } from './metric.js'

/** The mean over all samples of a figure per sample. */
export class MeanMetric implements Metric {
  readonly #sums: RunningSums

  /** @param perSample the figure of each sample: a tensor whose first axis is the batch, or one value per batch */
  constructor(
    readonly name: string,
    private readonly perSample: (predictions: Tensor, targets: Tensor) => Tensor,
  ) {
    this.#sums = new RunningSums(name, 2)
  }

  update(predictions: Tensor, targets: Tensor): void {
    const parts = scope(() => {
      const figures = this.perSample(predictions, targets).cast('float32')
      return [figures.sum(), full([], figures.size, { backend: figures.backend })]
    })
    this.#sums.add(parts)
  }

  result(): Tensor {
    return this.#sums.read((total, count) => (total as Tensor).div(count as Tensor)) ?? tensor(Number.NaN)
  }

  reset(): void {
    this.#sums.reset()
  }

  dispose(): void {
    this.#sums.dispose()
  }
}
