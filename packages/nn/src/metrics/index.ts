/**
 * Metrics by name, and all of them.
 */
import { ValueError } from '@nabla/core'
import type { LossLike } from '../losses/index.js'
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKAccuracy,
} from './accuracy.js'
import { f1, precision, recall } from './detection.js'
import type { Metric } from './metric.js'
import { meanAbsoluteErrorMetric, meanSquaredErrorMetric } from './regression.js'

export * from './accuracy.js'
export { type ConfusionMatrixOptions, confusionMatrix } from './confusion-matrix.js'
export * from './detection.js'
export { MeanMetric } from './mean-metric.js'
export { type Metric, RunningSums, SumsMetric } from './metric.js'
export * from './regression.js'

const METRICS = {
  accuracy: (loss?: LossLike) => accuracy(loss === undefined ? {} : { loss }),
  sparseCategoricalAccuracy: () => sparseCategoricalAccuracy(),
  categoricalAccuracy: () => categoricalAccuracy(),
  binaryAccuracy: () => binaryAccuracy(),
  topKAccuracy: () => topKAccuracy(),
  precision: () => precision(),
  recall: () => recall(),
  f1: () => f1(),
  meanSquaredError: () => meanSquaredErrorMetric(),
  meanAbsoluteError: () => meanAbsoluteErrorMetric(),
} as const satisfies Record<string, (loss?: LossLike) => Metric>

export type MetricName = keyof typeof METRICS
/** The name of a metric, or a metric. */
export type MetricLike = MetricName | Metric

/**
 * A metric by name.
 *
 * @param loss decides what `accuracy` means
 * @throws ValueError naming the known ones
 */
export function metricFrom(metric: MetricLike, loss?: LossLike): Metric {
  if (typeof metric !== 'string') return metric
  if (Object.hasOwn(METRICS, metric)) return METRICS[metric](loss)
  throw new ValueError('metric', {
    expected: `one of ${Object.keys(METRICS).join(', ')}`,
    received: String(metric),
    fix: 'choose one of these names, or pass a metric such as topKAccuracy({ k: 3 })',
  })
}

/** Metrics of names, for `compile`. @throws ValueError when two have one name. */
export function metricsFrom(metrics: readonly MetricLike[], loss?: LossLike): Metric[] {
  const made = metrics.map((metric) => metricFrom(metric, loss))
  const names = made.map(({ name }) => name)
  const repeated = names.find((name, position) => names.indexOf(name) !== position)
  if (repeated === undefined) return made
  throw new ValueError('compile', {
    expected: 'metrics of different names',
    received: names.join(', '),
    fix: `leave the second "${repeated}" out, or put it into a metric of another name`,
  })
}
