/**
 * Losses for classes: cross-entropies from probabilities or, better, from logits, and the Kullback–Leibler divergence.
 */
import { logSoftmax, softplus, type Tensor, takeAlongAxis, withTemporaries } from '@nabla/core'
import { alignClasses, alignTargets } from './check.js'

export interface CrossEntropyOptions {
  /** Whether predictions are logits (before softmax or sigmoid) rather than probabilities; default false. */
  readonly fromLogits?: boolean
}

/** Probabilities are kept this far from 0 and 1, as in Keras. */
const EPSILON = 1e-7

/** log p for each class, from either form. */
function logProbabilities(predictions: Tensor, fromLogits: boolean): Tensor {
  if (fromLogits) return logSoftmax(predictions, -1)
  const normalized = predictions.div(predictions.sum(-1, { keepdims: true }))
  return normalized.clip(EPSILON, 1 - EPSILON).log()
}

/** −Σ target · log p, for targets that are probabilities (one-hot, say). Mean over the batch. */
export function categoricalCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  return withTemporaries(() => {
    const aligned = alignTargets('categoricalCrossEntropy', predictions, targets)
    return aligned.mul(logProbabilities(predictions, fromLogits)).sum(-1).neg().mean()
  })
}

/**
 * −log p of the right class, for targets that are class numbers. Mean over the batch.
 *
 * @throws IndexError for a class number that the predictions have no score for
 */
export function sparseCategoricalCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  return withTemporaries(() => {
    const classes = alignClasses('sparseCategoricalCrossEntropy', predictions, targets).expandDims(-1)
    return takeAlongAxis(logProbabilities(predictions, fromLogits), classes, -1).neg().mean()
  })
}

/** −(t · log p + (1 − t) · log(1 − p)), for independent yes/no targets. */
export function binaryCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  { fromLogits = false }: CrossEntropyOptions = {},
): Tensor {
  return withTemporaries(() => {
    const aligned = alignTargets('binaryCrossEntropy', predictions, targets)
    // log(1 + exp(z)) − t · z is the same for logits, and never overflows.
    if (fromLogits) return softplus(predictions).sub(aligned.mul(predictions)).mean()
    // Each side has its own clip: 1 − 1e-7 is not a number in float32.
    const yes = aligned.mul(predictions.maximum(EPSILON).log())
    const no = aligned.neg().add(1).mul(predictions.neg().add(1).maximum(EPSILON).log())
    return yes.add(no).neg().mean()
  })
}

/** Σ target · log(target / prediction), both probabilities. Mean over the batch. */
export function klDivergence(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() => {
    const aligned = alignTargets('klDivergence', predictions, targets).clip(EPSILON, 1)
    return aligned
      .mul(aligned.div(predictions.clip(EPSILON, 1)).log())
      .sum(-1)
      .mean()
  })
}
