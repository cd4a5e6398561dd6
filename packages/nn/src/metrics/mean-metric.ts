/**
 * Metrics that are a mean over samples.
 */
import { constant, type Expr, expressions as e, input, reduceMapped, type Tensor } from '@nabla/core'
import { SumsMetric } from './metric.js'

/** A sum over samples as a float32 scalar, and how many samples it is over. */
export type SampleSum = readonly [sum: Tensor, samples: number]

/** Σ figures / number of figures, where a batch gives its sum at once. */
export class SumMetric extends SumsMetric {
  /** @param measure the sum of the figures of a batch, and their number */
  constructor(name: string, measure: (predictions: Tensor, targets: Tensor) => SampleSum) {
    super(
      name,
      2,
      (predictions, targets) => [...measure(predictions, targets)],
      (total: Tensor, count: Tensor) => total.div(count),
    )
  }
}

/** Σ figures / number of figures. */
export class MeanMetric extends SumMetric {
  /** @param perSample the figure of each sample, in a tensor of any shape */
  constructor(name: string, perSample: (predictions: Tensor, targets: Tensor) => Tensor) {
    super(name, (predictions, targets) => {
      const figures = perSample(predictions, targets)
      return sumOf(name, (figure) => figure, [figures])
    })
  }
}

/** The sum of an expression of tensors of one shape, in one kernel; truth values count 1. */
export function sumOf(
  name: string,
  figure: (...elements: Expr[]) => Expr,
  inputs: readonly [Tensor, ...Tensor[]],
): SampleSum {
  const expression = e.cast(figure(...inputs.map(({ dtype }, slot) => input(slot, dtype))), 'float32')
  return [reduceMapped(name, 'sum', expression, inputs), inputs[0].size]
}

/** Whether a number of any type is above a limit, which is rounded to the type of the number first. */
export function isAbove(x: Expr, limit: number): Expr {
  const dtype = x.dtype === 'float16' || x.dtype === 'float64' ? x.dtype : 'float32'
  return e.less(e.cast(constant(limit, 'float64'), dtype), e.cast(x, dtype))
}
