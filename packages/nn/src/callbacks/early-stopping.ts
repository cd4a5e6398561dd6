/**
 * Early stopping: ends training when it no longer helps, and brings the best weights back.
 */
import { stopGradient, type Tensor } from '@nabla/core'
import type { Module } from '../module.js'
import { type Callback, largerIsBetter, monitored } from './callback.js'

export interface EarlyStoppingOptions {
  /** The value to watch; default `validationLoss`. */
  readonly monitor?: string
  /** Epochs without improvement before stopping; default 3. */
  readonly patience?: number
  /** The least change that counts as improvement; default 0. */
  readonly minimumDelta?: number
  /** Brings back the weights of the best epoch whenever training ends; default true. */
  readonly restoreBest?: boolean
}

function snapshot(model: Module): Tensor[] {
  return model.variables.map(({ value }) => stopGradient(value).keep())
}

/**
 * Stops when a monitored value has not improved for `patience` epochs.
 *
 * @example fit(data, { validationSplit: 0.1, callbacks: [earlyStopping({ patience: 5 })] })
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { monitor = 'validationLoss', patience = 3, minimumDelta = 0, restoreBest = true } = options
  const sign = largerIsBetter(monitor) ? -1 : 1
  let best = Number.POSITIVE_INFINITY
  let waited = 0
  let weights: Tensor[] = []
  const forget = (): void => {
    for (const weight of weights) weight.dispose()
    weights = []
  }
  return {
    onTrainBegin() {
      best = Number.POSITIVE_INFINITY
      waited = 0
      forget()
    },
    onEpochEnd(_epoch, log, control) {
      const value = sign * monitored('earlyStopping', log, monitor)
      if (value < best - minimumDelta) {
        best = value
        waited = 0
        forget()
        if (restoreBest) weights = snapshot(control.model)
        return
      }
      waited += 1
      if (waited >= patience) control.stop()
    },
    onTrainEnd(_history, { model }) {
      const { variables } = model
      weights.forEach((weight, position) => {
        variables[position]?.assign(weight)
      })
      weights = []
    },
  }
}
