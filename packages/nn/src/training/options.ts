/**
 * The options of compile, fit, evaluate and predict.
 */
import { ValueError } from '@nabla/core'
import type { Optimizer, OptimizerName } from '@nabla/optim'
import type { Callback } from '../callbacks/callback.js'
import type { LossLike } from '../losses/index.js'
import type { MetricLike } from '../metrics/index.js'
import type { FitData } from './data.js'

export interface CompileOptions {
  /** A name for the default settings, or e.g. `sgd({ learningRate: 0.1, momentum: 0.9 })`. Default `'rmsprop'`. */
  readonly optimizer?: Optimizer | OptimizerName
  /** A name, or a function of (predictions, targets) that returns a scalar tensor. */
  readonly loss: LossLike
  /** Names or metrics; `'accuracy'` becomes the kind of accuracy that fits the loss. */
  readonly metrics?: readonly MetricLike[]
}

/** How much is printed: nothing, a progress bar per epoch, or one line per epoch. `'auto'` is 1 on a terminal, else 2. */
export type Verbosity = 0 | 1 | 2 | 'auto'

export interface FitOptions {
  /** Times through the data; default 1. */
  readonly epochs?: number
  /** The epoch to begin with, when going on after an interruption; default 0. */
  readonly initialEpoch?: number
  /** Samples per step: 32 by default, 1 for one at a time, `'full'` for all at once. */
  readonly batchSize?: number | 'full'
  /** A new random order in every epoch; default true. */
  readonly shuffle?: boolean
  /** Decides the orders; default 0. */
  readonly seed?: number
  /** The last part of the samples, kept out of training and evaluated after every epoch. */
  readonly validationSplit?: number
  /** Evaluated after every epoch. */
  readonly validationData?: FitData
  readonly callbacks?: readonly Callback[]
  readonly verbose?: Verbosity
  /** Stops after the step in progress; `fit` then returns with `history.stopped === 'aborted'`. */
  readonly signal?: AbortSignal
  /** Steps between two reads of loss and metrics for the progress bar; default: as many as take about 100 ms. */
  readonly reportEvery?: number
}

export interface EvaluateOptions {
  readonly batchSize?: number
  readonly verbose?: Verbosity
  readonly signal?: AbortSignal
}

export interface PredictOptions {
  readonly batchSize?: number
}

const FIT_KEYS: Record<keyof FitOptions, true> = {
  epochs: true,
  initialEpoch: true,
  batchSize: true,
  shuffle: true,
  seed: true,
  validationSplit: true,
  validationData: true,
  callbacks: true,
  verbose: true,
  signal: true,
  reportEvery: true,
}

/** Refuses unknown names and values out of range. */
export function checkFitOptions(options: FitOptions): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(FIT_KEYS, key))
  if (unknown !== undefined) {
    throw new ValueError('fit', {
      expected: `options among ${Object.keys(FIT_KEYS).join(', ')}`,
      received: `"${unknown}"`,
      fix: 'correct the name; metrics and optimizer belong to compile',
    })
  }
  const { epochs = 1, validationSplit = 0, batchSize = 32 } = options
  requireRange('epochs', epochs, Number.isInteger(epochs) && epochs >= 0, 'a whole number of at least 0')
  requireRange(
    'validationSplit',
    validationSplit,
    validationSplit >= 0 && validationSplit < 1,
    'a fraction from 0 to below 1',
  )
  const sized = batchSize === 'full' || (Number.isInteger(batchSize) && batchSize >= 1)
  requireRange('batchSize', batchSize, sized, "a whole number of at least 1, or 'full'")
}

function requireRange(name: string, value: unknown, holds: boolean, expected: string): void {
  if (holds) return
  throw new ValueError('fit', {
    expected: `${name} to be ${expected}`,
    received: String(value),
    fix: `change ${name}`,
  })
}
