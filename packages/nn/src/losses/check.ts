/**
 * What all losses and metrics check: that predictions and targets belong together.
 */
import { formatShape, type Shape, ShapeError, sameShape, type Tensor } from '@nabla/core'

function withoutLast(shape: Shape): Shape {
  return shape.slice(0, -1)
}

/** Whether two shapes differ in a last axis of length 1 only. */
function differInLastOne(longer: Shape, shorter: Shape): boolean {
  return longer.at(-1) === 1 && longer.length > 1 && sameShape(withoutLast(longer), shorter)
}

/**
 * Targets in the shape of the predictions, in whichever type they have: [batch] meets [batch, 1] without silently
 * broadcasting to [batch, batch].
 */
export function shapeTargets(name: string, predictions: Tensor, targets: Tensor): Tensor {
  const { shape } = predictions
  if (sameShape(shape, targets.shape)) return targets
  if (differInLastOne(shape, targets.shape) || differInLastOne(targets.shape, shape)) {
    return targets.reshape(shape)
  }
  const sparse = sameShape(withoutLast(shape), targets.shape)
  throw new ShapeError(name, {
    expected: `targets of the shape of the predictions ${formatShape(shape)}`,
    received: `targets ${formatShape(targets.shape)}`,
    fix: sparse
      ? 'use the sparse form, which takes class numbers, or oneHot the targets'
      : 'reshape the targets',
  })
}

/** Targets in the type and shape of the predictions. @see shapeTargets */
export function alignTargets(name: string, predictions: Tensor, targets: Tensor): Tensor {
  const shaped = shapeTargets(name, predictions, targets)
  return shaped.dtype === predictions.dtype ? shaped : shaped.cast(predictions.dtype)
}

/** Class numbers in whichever type, for predictions [batch, …, classes]: [batch, …], or [batch, …, 1]. */
export function shapeClasses(name: string, predictions: Tensor, targets: Tensor): Tensor {
  const expected = withoutLast(predictions.shape)
  if (
    predictions.ndim > 0 &&
    (sameShape(expected, targets.shape) || sameShape([...expected, 1], targets.shape))
  ) {
    return sameShape(expected, targets.shape) ? targets : targets.reshape(expected)
  }
  throw new ShapeError(name, {
    expected: `class numbers ${formatShape(expected)} for predictions ${formatShape(predictions.shape)}`,
    received: `targets ${formatShape(targets.shape)}`,
    fix: sameShape(predictions.shape, targets.shape)
      ? 'use the categorical form, which takes one-hot targets'
      : 'pass one whole number per sample',
  })
}

/** The same as int32. */
export function alignClasses(name: string, predictions: Tensor, targets: Tensor): Tensor {
  const shaped = shapeClasses(name, predictions, targets)
  return shaped.dtype === 'int32' ? shaped : shaped.cast('int32')
}
