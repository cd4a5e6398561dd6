/**
 * Early stopping: ends training when it no longer helps, and brings the best weights back.
 */
import { stopGradient, type Tensor, type Variable } from '@nabla/core'
import type { Module } from '../module.js'
import { type Names, requireKnown } from '../training/checks.js'
import type { Callback } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Brings back the weights of the best epoch whenever training ends, also by a signal or an error; default true. */
  readonly restoreBest?: boolean
}

const OPTIONS: Names<EarlyStoppingOptions> = {
  monitor: true,
  patience: true,
  minimumDelta: true,
  mode: true,
  restoreBest: true,
}

type Snapshot = Map<Variable, Tensor>

/** Variables replace their tensors and never write into them, so keeping the old ones is a snapshot without a copy. */
function snapshot(model: Module): Snapshot {
  return new Map(model.variables.map((variable) => [variable, stopGradient(variable.value).keep()]))
}

/**
 * Stops when a monitored value has not improved for `patience` epochs (Prechelt, "Early stopping — but when?", 1998).
 *
 * @throws ValueError listing the logged names when the monitored one is not among them
 * @example fit(inputs, targets, { epochs: 100, validationSplit: 0.1, callbacks: [earlyStopping({ patience: 5 })] })
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  requireKnown('earlyStopping', options, OPTIONS)
  const { restoreBest = true } = options
  const monitor = new Monitor('earlyStopping', options)
  let best: Snapshot = new Map()
  const forget = (): void => {
    for (const value of best.values()) value.dispose()
    best = new Map()
  }
  return {
    onTrainBegin() {
      monitor.reset()
      forget()
    },
    onEpochEnd(_epoch, log, control) {
      const outcome = monitor.observe(log)
      if (outcome === 'stalled') control.stop()
      if (outcome !== 'improved' || !restoreBest) return
      forget()
      best = snapshot(control.model)
    },
    onTrainEnd() {
      for (const [variable, value] of best) variable.assign(value)
      best = new Map()
    },
  }
}
