/**
 * The confusion matrix: how often each class was taken for each other, counted on the device.
 */
import { argmax, greater, oneHot, type Tensor, ValueError } from '@nabla/core'
import { alignClasses } from '../losses/check.js'
import { type Metric, SumsMetric } from './metric.js'

export interface ConfusionMatrixOptions {
  readonly classes: number
  /** For two classes predicted as one probability: above it is class 1; default 0.5. */
  readonly threshold?: number
}

/** Class numbers as a flat list: of scores per class, or of one probability. */
function predictedClasses(predictions: Tensor, threshold: number): Tensor {
  return predictions.shape.at(-1) === 1
    ? greater(predictions, threshold).cast('int32').reshape([-1])
    : argmax(predictions, -1).reshape([-1])
}

/**
 * Counts [classes, classes]: row = true class, column = predicted class. Targets are class numbers. Not for `compile`,
 * whose metrics are single numbers: update it with predictions, and read the result.
 *
 * @example
 * const matrix = confusionMatrix({ classes: 10 })
 * matrix.update(model.call(images), labels)
 * await matrix.result().array()
 */
export function confusionMatrix({ classes, threshold = 0.5 }: ConfusionMatrixOptions): Metric {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new ValueError('confusionMatrix', {
      expected: 'classes to be a whole number, at least 2',
      received: String(classes),
      fix: 'pass the number of classes, e.g. { classes: 10 }',
    })
  }
  return new SumsMetric(
    'confusionMatrix',
    1,
    (predictions, targets) => {
      const actual = alignClasses('confusionMatrix', predictions, targets).reshape([-1])
      const rows = oneHot(actual, classes, { dtype: 'float32' })
      const columns = oneHot(predictedClasses(predictions, threshold), classes, { dtype: 'float32' })
      return [rows.transpose().matmul(columns)]
    },
    (counts: Tensor) => counts.mul(1),
  )
}
