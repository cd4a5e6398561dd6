/**
 * Losses for numbers, and the hinge losses.
 */
import {
  type Expr,
  expressions as e,
  input,
  map,
  reduceMapped,
  scalar,
  type Tensor,
  withTemporaries,
} from '@nabla/core'
import { alignTargets, shapeTargets } from './check.js'
import { inSummable, meanOver } from './mean.js'

/** The mean of a term per element. */
function elementwiseLoss(
  name: string,
  term: (prediction: Expr, target: Expr) => Expr,
  predictions: Tensor,
  targets: Tensor,
  scalars: readonly number[] = [],
): Tensor {
  return withTemporaries(() =>
    meanOver(name, term, predictions, shapeTargets(name, predictions, targets), { scalars }),
  )
}

function squared(p: Expr, t: Expr): Expr {
  const distance = e.subtract(p, t)
  return e.multiply(distance, distance)
}

const absolute = (p: Expr, t: Expr): Expr => e.absolute(e.subtract(p, t))

function quadraticWithin(p: Expr, t: Expr): Expr {
  const delta = scalar(0, p.dtype)
  const distance = absolute(p, t)
  const quadratic = e.multiply(e.multiply(distance, distance), 0.5)
  const linear = e.multiply(e.subtract(distance, e.multiply(delta, 0.5)), delta)
  return e.select(e.lessEqual(distance, delta), quadratic, linear)
}

const oneSided = (p: Expr, t: Expr): Expr => e.maximum(e.add(e.select(e.greater(t, 0), e.negate(p), p), 1), 0)

/** Mean of (prediction − target)². @example meanSquaredError(tensor([1, 3]), tensor([1, 1])) // 2 */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  return elementwiseLoss('meanSquaredError', squared, predictions, targets)
}

/** Mean of |prediction − target|. @example meanAbsoluteError(tensor([1, 3]), tensor([1, 1])) // 1 */
export function meanAbsoluteError(predictions: Tensor, targets: Tensor): Tensor {
  return elementwiseLoss('meanAbsoluteError', absolute, predictions, targets)
}

/** Quadratic within `delta` (default 1), linear beyond (Huber 1964). */
export function huber(predictions: Tensor, targets: Tensor, { delta = 1 }: { delta?: number } = {}): Tensor {
  return elementwiseLoss('huber', quadraticWithin, predictions, targets, [delta])
}

/** Mean of max(0, 1 − target · prediction), with targets −1 and 1 (0 counts as −1). */
export function hinge(predictions: Tensor, targets: Tensor): Tensor {
  return elementwiseLoss('hinge', oneSided, predictions, targets)
}

/** max(0, 1 + best wrong − right), for one-hot targets. Mean over the batch. */
export function categoricalHinge(predictions: Tensor, targets: Tensor): Tensor {
  const name = 'categoricalHinge'
  return withTemporaries(() =>
    inSummable(predictions, (wide) => {
      const aligned = alignTargets(name, wide, targets)
      const [a, b] = [input(0, wide.dtype), input(1, wide.dtype)]
      const axes = [wide.ndim - 1]
      const right = reduceMapped(name, 'sum', e.multiply(a, b), [wide, aligned], { axes })
      const wrong = map(name, e.multiply(a, e.subtract(1, b)), [wide, aligned]).max(-1)
      const loss = e.maximum(e.add(e.subtract(a, b), 1), 0)
      return reduceMapped(name, 'sum', loss, [wrong, right], { divisor: wrong.size })
    }),
  )
}
