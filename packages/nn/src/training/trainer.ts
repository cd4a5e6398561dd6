/**
 * Trainer: what `compile` makes. The entry to training: it checks what it is given and hands it to the passes over
 * data (fitting.ts, evaluation.ts), which are made of the learner's steps (learner.ts).
 */
import type { Tensor } from '@nabla/core'
import { DataLoader } from '@nabla/data'
import type { Optimizer } from '@nabla/optim'
import type { LossFunction } from '../losses/index.js'
import type { Metric } from '../metrics/index.js'
import type { Module } from '../module.js'
import { requireOption } from './checks.js'
import {
  type Batch,
  type BatchSource,
  batchSource,
  dataOf,
  type FitData,
  type LoadingOptions,
  splitValidation,
  type TrainingSource,
} from './data.js'
import { evaluateOn } from './evaluation.js'
import { Fitting } from './fitting.js'
import type { History } from './history.js'
import { Learner } from './learner.js'
import {
  type CompileOptions,
  checkCompileOptions,
  checkEvaluateOptions,
  checkFitOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from './options.js'
import { predictAll } from './prediction.js'
import { createReporter } from './progress.js'
import { followVariables } from './relocation.js'

/** Batches of evaluation where nothing else is said: larger than in training, since no gradient needs memory. */
const EVALUATION_BATCH = 256

export class Trainer {
  readonly #learner: Learner

  constructor(
    private readonly model: Module,
    options: CompileOptions,
  ) {
    checkCompileOptions(options)
    this.#learner = new Learner(model, options)
  }

  get optimizer(): Optimizer {
    return this.#learner.optimizer
  }

  get loss(): LossFunction {
    return this.#learner.loss
  }

  /** Whether steps run as captured programs. */
  get jit(): boolean {
    return this.#learner.jit
  }

  get metrics(): readonly Metric[] {
    return this.#learner.metrics
  }

  /** @see Module.fit */
  async fit(source: TrainingSource, options: FitOptions = {}): Promise<History> {
    checkFitOptions(options)
    const whole = await dataOf('fit', source)
    requireOwnSettings('fit', whole, options, ['batchSize', 'shuffle', 'seed'])
    const { batchSize = 32, shuffle = true, seed = 0, initialEpoch = 0 } = options
    const [data, heldOut] = splitValidation(whole, options.validationSplit)
    const validation = options.validationData ?? heldOut
    await followVariables(this.optimizer, this.model.trainableVariables)
    const evaluationSize = batchSize === 'full' ? EVALUATION_BATCH : Math.max(batchSize, 32)
    const parts = {
      learner: this.#learner,
      source: this.#batches(data, { batchSize, shuffle, seed, initialEpoch }),
      validation: validation && this.#batches(validation, { batchSize: evaluationSize }),
      reporter: createReporter(options.verbose ?? 'auto'),
    }
    return new Fitting(parts, options).run()
  }

  #batches(data: FitData, options: LoadingOptions): BatchSource {
    return batchSource(data, options, this.#learner.backend)
  }

  /**
   * One step of gradient descent: forward, loss, gradients, update, metrics. Frees what it makes; the batch stays the
   * caller's.
   */
  trainStep(batch: Batch): void {
    this.#learner.train(
      () => batch,
      () => `step ${this.optimizer.iterations + 1}`,
      this.#learner.jit,
    )
  }

  /** @see Module.evaluate */
  async evaluate(source: TrainingSource, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    checkEvaluateOptions(options)
    const data = await dataOf('evaluate', source)
    requireOwnSettings('evaluate', data, options, ['batchSize'])
    const { batchSize = EVALUATION_BATCH, signal, verbose = 0, jit = this.#learner.jit } = options
    const results = await evaluateOn(this.#learner, this.#batches(data, { batchSize }), {
      name: 'evaluate',
      reporter: createReporter(verbose),
      signal,
      jit,
    })
    if (results === undefined) throw signal?.reason
    return results
  }

  /** @see Module.predict */
  static async predict(model: Module, inputs: Tensor, options?: PredictOptions): Promise<Tensor> {
    return predictAll(model, inputs, options)
  }

  dispose(): void {
    this.#learner.dispose()
  }
}

/** A loader brings its own batch size and order: refuses to be told others, rather than ignore them. */
function requireOwnSettings<O extends object>(
  where: string,
  data: FitData,
  options: O,
  names: readonly (keyof O & string)[],
): void {
  if (!(data instanceof DataLoader)) return
  for (const name of names) {
    const value = options[name]
    requireOption(where, name, value, value === undefined, 'set in the DataLoader that it was given')
  }
}
