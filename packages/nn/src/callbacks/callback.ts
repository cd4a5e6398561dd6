/**
 * Callbacks: what may happen besides the steps themselves.
 */
import { ValueError } from '@nabla/core'
import type { Module } from '../module.js'
import type { Names } from '../training/checks.js'
import type { EpochLog, History } from '../training/history.js'

/** What a callback may look at and do. */
export interface TrainingControl {
  readonly model: Module
  readonly history: History
  /** Ends training after this epoch or batch. */
  stop(): void
}

/**
 * Hooks, all optional, all awaited, of several callbacks in the order of the list. Epochs and batches count from 1; logs
 * are frozen.
 */
export interface Callback {
  onTrainBegin?(control: TrainingControl): void | Promise<void>
  onEpochBegin?(epoch: number, control: TrainingControl): void | Promise<void>
  onBatchEnd?(batch: number, control: TrainingControl): void | Promise<void>
  onEpochEnd?(epoch: number, log: EpochLog, control: TrainingControl): void | Promise<void>
  /** Also when training was aborted, stopped early, or failed: `history.stopped` says which. */
  onTrainEnd?(history: History, control: TrainingControl): void | Promise<void>
}

const HOOKS: Names<Callback> = {
  onTrainBegin: true,
  onEpochBegin: true,
  onBatchEnd: true,
  onEpochEnd: true,
  onTrainEnd: true,
}

/** Names of an object and of its class, so that callbacks may be classes too. */
function namesOf(value: object): string[] {
  const names: string[] = []
  for (let each: object | null = value; each !== null && each !== Object.prototype; each = prototypeOf(each))
    names.push(...Object.getOwnPropertyNames(each))
  return names
}

function prototypeOf(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' ? prototype : null
}

/** Refuses what is no callback, and hooks that don't exist, so that a misspelt one is not silently ignored. */
export function checkCallback(callback: unknown): void {
  const isObject = typeof callback === 'object' && callback !== null
  const unknown = isObject
    ? namesOf(callback).find((key) => /^on[A-Z]/.test(key) && !Object.hasOwn(HOOKS, key))
    : String(callback)
  if (unknown === undefined) return
  throw new ValueError('fit', {
    expected: `callbacks with the hooks ${Object.keys(HOOKS).join(', ')}`,
    received: isObject ? `a callback with "${unknown}"` : `a ${typeof callback}`,
    fix: isObject
      ? 'correct the name'
      : 'pass objects, e.g. callbacks: [earlyStopping({ patience: 3 }), { onEpochEnd(epoch, log) { … } }]',
  })
}
