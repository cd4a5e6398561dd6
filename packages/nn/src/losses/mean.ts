/**
 * What most losses are: an elementwise expression of predictions and targets, summed and divided by a count, in one
 * kernel forward and one backward.
 */
import { type Expr, expressions as e, input, reduceMapped, type Tensor } from '@nabla/core'

/** The type that a loss is computed in: sums would overflow float16, and integers have no logarithms. */
const summable = ({ dtype }: Tensor): 'float32' | 'float64' => (dtype === 'float64' ? dtype : 'float32')

/** Runs a loss on predictions in a type that sums can be formed in; float16 predictions get a float16 loss. */
export function inSummable(predictions: Tensor, run: (wide: Tensor) => Tensor): Tensor {
  const dtype = summable(predictions)
  const loss = run(predictions.dtype === dtype ? predictions : predictions.cast(dtype))
  return predictions.dtype === 'float16' ? loss.cast('float16') : loss
}

export interface MeanOptions {
  /** What the sum is divided by; default the number of predictions. */
  readonly divisor?: number
  /** Numbers for the scalar slots of the expression. */
  readonly scalars?: readonly number[]
}

/** Σ term(prediction, target) / divisor, for targets in the shape of the predictions. */
export function meanOver(
  name: string,
  term: (prediction: Expr, target: Expr) => Expr,
  predictions: Tensor,
  targets: Tensor,
  { divisor = predictions.size, scalars = [] }: MeanOptions = {},
): Tensor {
  const dtype = summable(predictions)
  const [prediction, target] = [predictions, targets].map((each, slot) =>
    e.cast(input(slot, each.dtype), dtype),
  ) as [Expr, Expr]
  const loss = reduceMapped(name, 'sum', term(prediction, target), [predictions, targets], {
    divisor,
    scalars,
  })
  return predictions.dtype === 'float16' ? loss.cast('float16') : loss
}

/** The number of samples whose predictions have a last axis of classes. */
export function samplesIn({ size, shape }: Tensor): number {
  return size / (shape.at(-1) ?? 1)
}
