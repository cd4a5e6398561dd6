/**
 * Errors of numbers, as metrics.
 */
import { type Expr, expressions as e } from '@nabla/core'
import { shapeTargets } from '../losses/check.js'
import { SumMetric, sumOf } from './mean-metric.js'
import type { Metric } from './metric.js'

/** The mean of an expression of the difference between predictions and targets. */
function distanceMetric(name: string, figure: (difference: Expr) => Expr): Metric {
  return new SumMetric(name, (predictions, targets) => {
    const term = (p: Expr, t: Expr): Expr => figure(e.subtract(inFloat(p), e.cast(t, inFloat(p).dtype)))
    return sumOf(name, term, [predictions, shapeTargets(name, predictions, targets)])
  })
}

const inFloat = (x: Expr): Expr => e.cast(x, x.dtype === 'float64' ? 'float64' : 'float32')

/** Mean of (prediction − target)² over all elements. */
export function meanSquaredErrorMetric(): Metric {
  return distanceMetric('meanSquaredError', (difference) => e.multiply(difference, difference))
}

/** Mean of |prediction − target| over all elements. */
export function meanAbsoluteErrorMetric(): Metric {
  return distanceMetric('meanAbsoluteError', (difference) => e.absolute(difference))
}
