/**
 * Metrics that are a mean over samples.
 */
import type { Tensor } from '@nabla/core'
import { SumsMetric } from './metric.js'

/** Σ figures / number of figures. */
export class MeanMetric extends SumsMetric {
  /** @param perSample the figure of each sample, in a tensor of any shape */
  constructor(name: string, perSample: (predictions: Tensor, targets: Tensor) => Tensor) {
    super(
      name,
      2,
      (predictions, targets) => {
        const figures = perSample(predictions, targets)
        return [figures.cast('float32').sum(), figures.size]
      },
      (total: Tensor, count: Tensor) => total.div(count),
    )
  }
}
