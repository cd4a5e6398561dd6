/**
 * Errors of numbers, as metrics.
 */
import { alignTargets } from '../losses/check.js'
import { MeanMetric } from './mean-metric.js'
import type { Metric } from './metric.js'

/** Mean of (prediction − target)² over all elements. */
export function meanSquaredErrorMetric(): Metric {
  return new MeanMetric('meanSquaredError', (predictions, targets) =>
    predictions.sub(alignTargets('meanSquaredError', predictions, targets)).square(),
  )
}

/** Mean of |prediction − target| over all elements. */
export function meanAbsoluteErrorMetric(): Metric {
  return new MeanMetric('meanAbsoluteError', (predictions, targets) =>
    predictions.sub(alignTargets('meanAbsoluteError', predictions, targets)).abs(),
  )
}
