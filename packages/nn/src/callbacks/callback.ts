/**
 * Callbacks: what may happen besides the steps themselves.
 */
import { ValueError } from '@nabla/core'
import type { Module } from '../module.js'
import type { EpochLog, History } from '../training/history.js'

/** What a callback may look at and do. */
export interface TrainingControl {
  readonly model: Module
  readonly history: History
  /** Ends training after this epoch or batch. */
  stop(): void
}

/** Hooks, all optional, all awaited. Logs are frozen copies. */
export interface Callback {
  onTrainBegin?(control: TrainingControl): void | Promise<void>
  onEpochBegin?(epoch: number, control: TrainingControl): void | Promise<void>
  onBatchEnd?(batch: number, control: TrainingControl): void | Promise<void>
  onEpochEnd?(epoch: number, log: EpochLog, control: TrainingControl): void | Promise<void>
  /** Also when training was aborted or stopped early. */
  onTrainEnd?(history: History, control: TrainingControl): void | Promise<void>
}

const HOOKS: Record<keyof Callback, true> = {
  onTrainBegin: true,
  onEpochBegin: true,
  onBatchEnd: true,
  onEpochEnd: true,
  onTrainEnd: true,
}

/** Refuses hooks that don't exist, so that a misspelt one is not silently ignored. */
export function checkCallback(callback: Callback): void {
  const unknown = Object.keys(callback).find((key) => /^on[A-Z]/.test(key) && !Object.hasOwn(HOOKS, key))
  if (unknown === undefined) return
  throw new ValueError('fit', {
    expected: `callbacks with the hooks ${Object.keys(HOOKS).join(', ')}`,
    received: `a callback with "${unknown}"`,
    fix: 'correct the name; early stopping is callbacks: [earlyStopping({ … })]',
  })
}

/** A logged value, or an error that lists what there is. */
export function monitored(where: string, log: EpochLog, name: string): number {
  const value = log[name]
  if (value !== undefined) return value
  throw new ValueError(where, {
    expected: `a value to monitor: one of ${Object.keys(log).join(', ')}`,
    received: `"${name}"`,
    fix: name.startsWith('validation')
      ? 'pass validationData or validationSplit to fit'
      : 'choose one of these names',
  })
}

/** Whether larger is better: for accuracies and the like. */
export function largerIsBetter(name: string): boolean {
  return /accuracy|precision|recall|score|auc/i.test(name)
}
