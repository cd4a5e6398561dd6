/**
 * Precision, recall and their harmonic mean, for yes/no predictions: from running counts, so they are those of the whole
 * data and not means over batches.
 */
import { type Expr, expressions as e, type Tensor } from '@nabla/core'
import { shapeTargets } from '../losses/check.js'
import type { ThresholdOptions } from './accuracy.js'
import { isAbove, sumOf } from './mean-metric.js'
import { type Metric, SumsMetric } from './metric.js'

/** How many were right, predicted and true: the positives of each kind. */
function counts(name: string, threshold: number): (predictions: Tensor, targets: Tensor) => Tensor[] {
  return (predictions, targets) => {
    const shaped = shapeTargets(name, predictions, targets)
    const isBoth = (p: Expr, t: Expr): Expr => e.and(isAbove(p, threshold), isAbove(t, 0.5))
    const [right] = sumOf(name, isBoth, [predictions, shaped])
    const [predicted] = sumOf(name, (p) => isAbove(p, threshold), [predictions])
    const [actual] = sumOf(name, (t) => isAbove(t, 0.5), [shaped])
    return [right, predicted, actual]
  }
}

function detection(
  name: string,
  threshold: number,
  combine: (right: Tensor, predicted: Tensor, actual: Tensor) => Tensor,
): Metric {
  return new SumsMetric(name, 3, counts(name, threshold), combine)
}

/** The part of the predicted positives that are true; 0 where nothing was predicted. */
export function precision({ threshold = 0.5 }: ThresholdOptions = {}): Metric {
  return detection('precision', threshold, (right, predicted) => right.div(predicted.maximum(1)))
}

/** The part of the true positives that were predicted; 0 where there are none. */
export function recall({ threshold = 0.5 }: ThresholdOptions = {}): Metric {
  return detection('recall', threshold, (right, _predicted, actual) => right.div(actual.maximum(1)))
}

/** The harmonic mean of precision and recall. */
export function f1({ threshold = 0.5 }: ThresholdOptions = {}): Metric {
  return detection('f1', threshold, (right, predicted, actual) =>
    right.mul(2).div(predicted.add(actual).maximum(1)),
  )
}
