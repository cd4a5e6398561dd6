/**
 * Lowers the learning rate when a value stops improving.
 */
import { type Callback, largerIsBetter, monitored } from './callback.js'

export interface ReduceOnPlateauOptions {
  /** The value to watch; default `validationLoss`. */
  readonly monitor?: string
  /** What the learning rate is multiplied by; default 0.1. */
  readonly factor?: number
  /** Epochs without improvement before that; default 3. */
  readonly patience?: number
  /** The least learning rate; default 0. */
  readonly minimum?: number
}

/** Multiplies the learning rate by `factor` after `patience` epochs without improvement. */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Callback {
  const { monitor = 'validationLoss', factor = 0.1, patience = 3, minimum = 0 } = options
  const sign = largerIsBetter(monitor) ? -1 : 1
  let best = Number.POSITIVE_INFINITY
  let waited = 0
  return {
    onEpochEnd(_epoch, log, { model }) {
      const value = sign * monitored('reduceOnPlateau', log, monitor)
      if (value < best) {
        best = value
        waited = 0
        return
      }
      waited += 1
      if (waited < patience) return
      const { optimizer } = model.trainer
      optimizer.learningRate = Math.max(minimum, optimizer.learningRate * factor)
      waited = 0
    },
  }
}
