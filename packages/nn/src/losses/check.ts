/**
 * What all losses check: that predictions and targets belong together.
 */
import { sameShape, type Shape, ShapeError, type Tensor } from '@nabla/core'

/** Targets in the shape of the predictions: [batch] meets [batch, 1] without silently broadcasting to [batch, batch]. */
export function alignTargets(loss: string, predictions: Tensor, targets: Tensor): Tensor {
  const floats = targets.cast(predictions.dtype)
  if (sameShape(predictions.shape, targets.shape)) return floats
  if (sameShape(withoutLast(predictions.shape), targets.shape) && predictions.shape.at(-1) === 1) {
    return floats.reshape(predictions.shape)
  }
  throw new ShapeError(loss, {
    expected: `targets of the shape of the predictions [${predictions.shape.join()}]`,
    received: `targets [${targets.shape.join()}]`,
    fix: 'reshape the targets, or use a sparse loss for class numbers',
  })
}

function withoutLast(shape: Shape): Shape {
  return shape.slice(0, -1)
}

/** Class numbers for predictions [batch, …, classes]: [batch, …], or [batch, …, 1]. */
export function alignClasses(loss: string, predictions: Tensor, targets: Tensor): Tensor {
  const expected = withoutLast(predictions.shape)
  const classes = targets.cast('int32')
  if (predictions.ndim > 0 && sameShape(expected, targets.shape)) return classes
  if (predictions.ndim > 0 && targets.shape.at(-1) === 1 && sameShape(expected, withoutLast(targets.shape))) {
    return classes.reshape(expected)
  }
  throw new ShapeError(loss, {
    expected: `class numbers [${expected.join()}] for predictions [${predictions.shape.join()}]`,
    received: `targets [${targets.shape.join()}]`,
    fix: 'pass one whole number per sample, or use categoricalCrossEntropy for one-hot targets',
  })
}
