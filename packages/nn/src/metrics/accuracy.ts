/**
 * Accuracies: the fraction of predictions that are right, for the three ways that targets are written.
 */
import {
  argmax,
  constant,
  type Expr,
  expressions as e,
  index,
  input,
  reduceMapped,
  sameShape,
  type Tensor,
  ValueError,
} from '@nabla/core'
import { shapeClasses, shapeTargets } from '../losses/check.js'
import type { LossLike, LossName } from '../losses/index.js'
import { isAbove, type SampleSum, SumMetric, sumOf } from './mean-metric.js'
import type { Metric } from './metric.js'

export interface ThresholdOptions {
  /** Predictions above it count as yes; default 0.5, which is right for probabilities (0 for logits). */
  readonly threshold?: number
}

export interface TopKAccuracyOptions {
  /** Default 5. */
  readonly k?: number
}

/** How many samples of a batch are right, and of how many. */
type Hits = (predictions: Tensor, targets: Tensor) => SampleSum

/** Both in one type, so that they can be compared. */
const isEqual = (a: Expr, b: Expr): Expr => e.equal(a, e.cast(b, a.dtype))

const sparseHits: Hits = (predictions, targets) => {
  const name = 'sparseCategoricalAccuracy'
  return sumOf(name, isEqual, [argmax(predictions, -1), shapeClasses(name, predictions, targets)])
}

const categoricalHits: Hits = (predictions, targets) => {
  const name = 'categoricalAccuracy'
  const shaped = shapeTargets(name, predictions, targets)
  return sumOf(name, isEqual, [argmax(predictions, -1), argmax(shaped, -1)])
}

const binaryHits =
  (threshold: number): Hits =>
  (predictions, targets) => {
    const name = 'binaryAccuracy'
    const right = (p: Expr, t: Expr): Expr => e.not(e.xor(isAbove(p, threshold), isAbove(t, 0.5)))
    return sumOf(name, right, [predictions, shapeTargets(name, predictions, targets)])
  }

/** Fraction of samples whose largest prediction is the class that the target names. */
export function sparseCategoricalAccuracy(): Metric {
  return new SumMetric('sparseCategoricalAccuracy', sparseHits)
}

/** Fraction of samples whose largest prediction is where the (one-hot) target is largest. */
export function categoricalAccuracy(): Metric {
  return new SumMetric('categoricalAccuracy', categoricalHits)
}

/** Fraction of yes/no predictions on the right side of the threshold. */
export function binaryAccuracy({ threshold = 0.5 }: ThresholdOptions = {}): Metric {
  return new SumMetric('binaryAccuracy', binaryHits(threshold))
}

/** Class numbers, from class numbers or from one-hot targets. */
function classesOf(name: string, predictions: Tensor, targets: Tensor): Tensor {
  return isSparse(predictions, targets) ? shapeClasses(name, predictions, targets) : argmax(targets, -1)
}

/** How many of the predictions of each sample are above that of its class, as int32. */
function rankOf(name: string, predictions: Tensor, classes: Tensor): Tensor {
  const axis = predictions.ndim - 1
  const column = classes.expandDims(-1)
  const a = input(0, predictions.dtype)
  const isOwn = e.equal(index(axis), e.cast(input(1, column.dtype), 'int32'))
  const none = constant(0, predictions.dtype)
  const own = reduceMapped(name, 'sum', e.select(isOwn, a, none), [predictions, column], {
    axes: [axis],
    keepdims: true,
  })
  const isAboveOwn = e.cast(e.less(input(1, own.dtype), a), 'int32')
  return reduceMapped(name, 'sum', isAboveOwn, [predictions, own], { axes: [axis] })
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
  const name = 'topKAccuracy'
  return new SumMetric(name, (predictions, targets) => {
    const rank = rankOf(name, predictions, classesOf(name, predictions, targets))
    return sumOf(name, (above) => e.less(above, k), [rank])
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
  return new SumMetric('accuracy', typeof loss === 'string' ? HITS[loss] : byShape(0.5))
}
