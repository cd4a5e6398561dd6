/**
 * Losses for numbers, and the hinge losses.
 */
import { greater, type Tensor, where, withTemporaries } from '@nabla/core'
import { alignTargets } from './check.js'

/** Mean of (prediction − target)². */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() =>
    predictions
      .sub(alignTargets('meanSquaredError', predictions, targets))
      .square()
      .mean(),
  )
}

/** Mean of |prediction − target|. */
export function meanAbsoluteError(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() =>
    predictions
      .sub(alignTargets('meanAbsoluteError', predictions, targets))
      .abs()
      .mean(),
  )
}

/** Quadratic within `delta`, linear beyond (Huber 1964). */
export function huber(predictions: Tensor, targets: Tensor, { delta = 1 }: { delta?: number } = {}): Tensor {
  return withTemporaries(() => {
    const distance = predictions.sub(alignTargets('huber', predictions, targets)).abs()
    const quadratic = distance.square().mul(0.5)
    const linear = distance.sub(delta / 2).mul(delta)
    return where(distance.lessEqual(delta), quadratic, linear).mean()
  })
}

/** Mean of max(0, 1 − target · prediction), with targets −1 and 1 (0 counts as −1). */
export function hinge(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() => {
    const positive = greater(alignTargets('hinge', predictions, targets), 0)
    return where(positive, predictions.neg(), predictions).add(1).maximum(0).mean()
  })
}

/** max(0, 1 + best wrong − right), for one-hot targets. Mean over the batch. */
export function categoricalHinge(predictions: Tensor, targets: Tensor): Tensor {
  return withTemporaries(() => {
    const aligned = alignTargets('categoricalHinge', predictions, targets)
    const right = predictions.mul(aligned).sum(-1)
    const wrong = predictions.mul(aligned.neg().add(1)).max(-1)
    return wrong.sub(right).add(1).maximum(0).mean()
  })
}
