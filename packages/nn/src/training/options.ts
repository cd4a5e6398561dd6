/**
 * The options of compile, fit, evaluate and predict.
 */
import type { Backend, DeviceLostError } from '@nabla/core'
import type { Optimizer, OptimizerName } from '@nabla/optim'
import { type Callback, checkCallback } from '../callbacks/callback.js'
import type { LossLike } from '../losses/index.js'
import type { MetricLike } from '../metrics/index.js'
import { type Names, requireKnown, requireOption, requireWhole } from './checks.js'
import type { FitData } from './data.js'

export interface CompileOptions {
  /** A name for the default settings, or e.g. `sgd({ learningRate: 0.1, momentum: 0.9 })`. Default `'rmsprop'`. */
  readonly optimizer?: Optimizer | OptimizerName
  /** A name, or a function of (predictions, targets) that returns a scalar tensor, the mean over the batch. */
  readonly loss: LossLike
  /** Names or metrics; `'accuracy'` becomes the kind of accuracy that fits the loss. */
  readonly metrics?: readonly MetricLike[]
  /**
   * Whether steps, evaluation and prediction run as captured programs (see `jit`); default true. Without, every operation
   * runs by itself: for models whose `call` reads values, or does something new at each call.
   */
  readonly jit?: boolean
}

/** How much is printed: nothing, a progress bar per epoch, or one line per epoch. `'auto'` is 1 on a terminal, else 2. */
export type Verbosity = 0 | 1 | 2 | 'auto'

export interface FitOptions {
  /** The number of the last epoch; default 1. */
  readonly epochs?: number
  /** Epochs done before, when going on after an interruption; default 0. A loader of your own you `restore` yourself. */
  readonly initialEpoch?: number
  /** Samples per step: 32 by default, 1 for one at a time, `'full'` for all at once. A loader has its own. */
  readonly batchSize?: number | 'full'
  /** A new random order in every epoch; default true. A loader has its own order. */
  readonly shuffle?: boolean
  /** Decides the orders; default 0. */
  readonly seed?: number
  /** The last part of the samples, kept out of training and evaluated after every epoch. */
  readonly validationSplit?: number
  /** Evaluated after every epoch. */
  readonly validationData?: FitData
  readonly callbacks?: readonly Callback[]
  /** Default `'auto'`. */
  readonly verbose?: Verbosity
  /** Stops after the step in progress; `fit` then returns with `history.stopped === 'aborted'`. */
  readonly signal?: AbortSignal
  /** Steps between two reads of loss and metrics for the progress bar; default: as many as take about 100 ms. */
  readonly reportEvery?: number
  /** Whether steps run as captured programs; default: as compiled. */
  readonly jit?: boolean
  /**
   * Gives the backend to go on with when the device is lost, e.g. `() => createWasmBackend()`. The epoch is then trained
   * again from its beginning, for which weights and the optimizer's state are read at the beginning of every epoch. If
   * the lost one was the default backend, the new one becomes it. Without, the error is thrown.
   */
  readonly onDeviceLost?: (error: DeviceLostError) => Backend | Promise<Backend>
}

export interface EvaluateOptions {
  /** Samples per step; default 256. A loader has its own. */
  readonly batchSize?: number | 'full'
  /** Default 0: the results are what it returns. */
  readonly verbose?: Verbosity
  /** Aborting rejects with the signal's reason: figures of a part of the data would mislead. */
  readonly signal?: AbortSignal
  /** Whether it runs as a captured program; default: as compiled. */
  readonly jit?: boolean
}

export interface PredictOptions {
  /** Samples per step; default 256. */
  readonly batchSize?: number
  /** Whether it runs as a captured program; default: as compiled, else true. */
  readonly jit?: boolean
}

const COMPILE: Names<CompileOptions> = { optimizer: true, loss: true, metrics: true, jit: true }

const FIT: Names<FitOptions> = {
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
  jit: true,
  onDeviceLost: true,
}

const EVALUATE: Names<EvaluateOptions> = { batchSize: true, verbose: true, signal: true, jit: true }

const PREDICT: Names<PredictOptions> = { batchSize: true, jit: true }

export function checkCompileOptions(options: CompileOptions): void {
  requireKnown('compile', options, COMPILE, 'epochs, batchSize and callbacks belong to fit')
}

/** Refuses unknown names, values out of range and what doesn't go together. */
export function checkFitOptions(options: FitOptions): void {
  requireKnown('fit', options, FIT, 'metrics and optimizer belong to compile')
  const { epochs = 1, initialEpoch = 0, reportEvery = 1, validationSplit = 0, callbacks = [] } = options
  requireWhole('fit', 'epochs', epochs, 0)
  requireWhole('fit', 'initialEpoch', initialEpoch, 0)
  requireWhole('fit', 'reportEvery', reportEvery, 1)
  checkShared('fit', options)
  const isFraction = validationSplit >= 0 && validationSplit < 1
  requireOption('fit', 'validationSplit', validationSplit, isFraction, 'a fraction from 0 to below 1')
  requireOption(
    'fit',
    'validationSplit',
    validationSplit,
    validationSplit === 0 || options.validationData === undefined,
    'left out when there is validationData',
  )
  requireOption('fit', 'callbacks', callbacks, Array.isArray(callbacks), 'a list')
  callbacks.forEach(checkCallback)
  const { onDeviceLost } = options
  const isFunction = onDeviceLost === undefined || typeof onDeviceLost === 'function'
  requireOption('fit', 'onDeviceLost', onDeviceLost, isFunction, 'a function that gives a backend')
}

export function checkEvaluateOptions(options: EvaluateOptions): void {
  requireKnown('evaluate', options, EVALUATE)
  checkShared('evaluate', options)
}

export function checkPredictOptions(options: PredictOptions): void {
  requireKnown('predict', options, PREDICT)
  requireWhole('predict', 'batchSize', options.batchSize ?? 256, 1)
}

function checkShared(where: string, { batchSize = 32, verbose = 'auto', signal }: EvaluateOptions): void {
  const isSize = batchSize === 'full' || (Number.isSafeInteger(batchSize) && batchSize >= 1)
  requireOption(where, 'batchSize', batchSize, isSize, "a whole number of at least 1, or 'full'")
  const isVerbosity = ([0, 1, 2, 'auto'] as unknown[]).includes(verbose)
  requireOption(where, 'verbose', verbose, isVerbosity, "0, 1, 2 or 'auto'")
  const isSignal = signal === undefined || typeof signal.aborted === 'boolean'
  requireOption(where, 'signal', signal, isSignal, 'an AbortSignal, e.g. controller.signal')
}
