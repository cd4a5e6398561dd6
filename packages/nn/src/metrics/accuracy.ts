/**
 * Accuracies: the fraction of predictions that are right, for the three ways that targets are written.
 */
import { argmax, greater, oneHot, sameShape, type Tensor, ValueError, where } from '@nabla/core'
import { alignClasses, alignTargets } from '../losses/check.js'
import type { LossLike, LossName } from '../losses/index.js'
import { MeanMetric } from './mean-metric.js'
import type { Metric } from './metric.js'

export interface ThresholdOptions {
  /** Predictions above it count as yes; default 0.5, which is right for probabilities (0 for logits). */
  readonly threshold?: number
}

export interface TopKAccuracyOptions {
  /** Default 5. */
  readonly k?: number
}

type Hits = (predictions: Tensor, targets: Tensor) => Tensor

const sparseHits: Hits = (predictions, targets) =>
  argmax(predictions, -1).equal(alignClasses('sparseCategoricalAccuracy', predictions, targets))

const categoricalHits: Hits = (predictions, targets) =>
  argmax(predictions, -1).equal(argmax(alignTargets('categoricalAccuracy', predictions, targets), -1))

const binaryHits =
  (threshold: number): Hits =>
  (predictions, targets) =>
    greater(predictions, threshold).equal(greater(alignTargets('binaryAccuracy', predictions, targets), 0.5))

/** Fraction of samples whose largest prediction is the class that the target names. */
export function sparseCategoricalAccuracy(): Metric {
  return new MeanMetric('sparseCategoricalAccuracy', sparseHits)
}

/** Fraction of samples whose largest prediction is where the (one-hot) target is largest. */
export function categoricalAccuracy(): Metric {
  return new MeanMetric('categoricalAccuracy', categoricalHits)
}

/** Fraction of yes/no predictions on the right side of the threshold. */
export function binaryAccuracy({ threshold = 0.5 }: ThresholdOptions = {}): Metric {
  return new MeanMetric('binaryAccuracy', binaryHits(threshold))
}

/** Class numbers, from class numbers or from one-hot targets. */
function classesOf(name: string, predictions: Tensor, targets: Tensor): Tensor {
  return isSparse(predictions, targets) ? alignClasses(name, predictions, targets) : argmax(targets, -1)
}

/**
 * Fraction of samples whose class is among the `k` with the largest predictions; ties count in its favour. Targets are
 * class numbers or one-hot.
 */
export function topKAccuracy({ k = 5 }: TopKAccuracyOptions = {}): Metric {
  if (!Number.isInteger(k) || k < 1) {
    throw new ValueError('topKAccuracy', {
      expected: 'k to be a whole number, at least 1',
      received: String(k),
      fix: 'pass e.g. { k: 5 }',
    })
  }
  return new MeanMetric('topKAccuracy', (predictions, targets) => {
    const classes = classesOf('topKAccuracy', predictions, targets)
    const chosen = oneHot(classes, predictions.shape.at(-1) ?? 1, { dtype: 'bool' })
    const own = where(chosen, predictions, 0).sum(-1, { keepdims: true })
    return greater(predictions, own).cast('int32').sum(-1).less(k)
  })
}

/** Whether targets have one class number where predictions have a score per class. */
function isSparse(predictions: Tensor, targets: Tensor): boolean {
  const positions = predictions.shape.slice(0, -1)
  return sameShape(targets.shape, positions) || sameShape(targets.shape, [...positions, 1])
}

const byShape =
  (threshold: number): Hits =>
  (predictions, targets) => {
    if (predictions.shape.at(-1) === 1 || predictions.ndim === 1)
      return binaryHits(threshold)(predictions, targets)
    return isSparse(predictions, targets)
      ? sparseHits(predictions, targets)
      : categoricalHits(predictions, targets)
  }

/** The accuracy that goes with each loss; for losses that don't say, it follows from the shapes. */
const HITS: Record<LossName, Hits> = {
  meanSquaredError: byShape(0.5),
  meanAbsoluteError: byShape(0.5),
  huber: byShape(0.5),
  klDivergence: byShape(0.5),
  hinge: binaryHits(0),
  categoricalHinge: categoricalHits,
  binaryCrossEntropy: binaryHits(0.5),
  binaryCrossEntropyFromLogits: binaryHits(0),
  categoricalCrossEntropy: categoricalHits,
  categoricalCrossEntropyFromLogits: categoricalHits,
  sparseCategoricalCrossEntropy: sparseHits,
  sparseCategoricalCrossEntropyFromLogits: sparseHits,
}

/**
 * The accuracy that fits: by the loss where that is given by name, else by the shapes of predictions and targets.
 *
 * @example accuracy({ loss: 'sparseCategoricalCrossEntropy' })
 */
export function accuracy({ loss }: { readonly loss?: LossLike } = {}): Metric {
  return new MeanMetric('accuracy', typeof loss === 'string' ? HITS[loss] : byShape(0.5))
}
