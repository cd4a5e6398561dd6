/**
 * Lowers the learning rate when a value stops improving.
 */
import { type Names, requireKnown, requireOption } from '../training/checks.js'
import type { Callback } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface ReduceOnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by; default 0.1. */
  readonly factor?: number
  /** The least learning rate; default 0. */
  readonly minimum?: number
}

const OPTIONS: Names<ReduceOnPlateauOptions> = {
  monitor: true,
  patience: true,
  minimumDelta: true,
  mode: true,
  factor: true,
  minimum: true,
}

/**
 * Multiplies the learning rate by `factor` after `patience` epochs without improvement; a schedule ends there.
 *
 * @example fit(inputs, targets, { epochs: 100, validationSplit: 0.1, callbacks: [reduceOnPlateau({ factor: 0.5 })] })
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Callback {
  requireKnown('reduceOnPlateau', options, OPTIONS)
  const { factor = 0.1, minimum = 0 } = options
  requireOption('reduceOnPlateau', 'factor', factor, factor > 0 && factor < 1, 'between 0 and 1')
  requireOption('reduceOnPlateau', 'minimum', minimum, minimum >= 0, 'a learning rate of at least 0')
  const monitor = new Monitor('reduceOnPlateau', options)
  return {
    onTrainBegin: () => monitor.reset(),
    onEpochEnd(_epoch, log, { model }) {
      if (monitor.observe(log) !== 'stalled') return
      const { optimizer } = model.trainer
      const rate = optimizer.learningRate
      optimizer.learningRate = Math.min(rate, Math.max(minimum, rate * factor))
    },
  }
}
