/**
 * Learner: what `compile` chose — optimizer, loss and metrics — applied to one batch at a time. The passes over data
 * (fitting.ts, evaluation.ts) are made of its steps.
 */
import {
  type Backend,
  defaultBackend,
  scope,
  Tensor,
  ValueError,
  type Variable,
  variableGradients,
} from '@nabla/core'
import { type Optimizer, optimizerFrom } from '@nabla/optim'
import { type CallContext, INFERENCE } from '../context.js'
import { type LossFunction, lossFrom } from '../losses/index.js'
import { type Metric, metricsFrom } from '../metrics/index.js'
import type { Module } from '../module.js'
import type { Batch } from './data.js'
import { diagnose, rememberState } from './diagnosis.js'
import type { CompileOptions } from './options.js'
import { Scores } from './scores.js'

const TRAINING: CallContext = { training: true }

/** The result of a loss function, which may be anyone's. */
function requireScalar(loss: unknown, predictions: Tensor): asserts loss is Tensor {
  if (loss instanceof Tensor && loss.ndim === 0) return
  throw new ValueError('loss', {
    expected: 'a function that returns a scalar tensor, the mean over the batch',
    received: `${loss instanceof Tensor ? `[${loss.shape.join()}]` : typeof loss} for predictions [${predictions.shape.join()}]`,
    fix: 'end it with .mean(), and return it at once',
  })
}

function requireTrainable(all: readonly Variable[]): Variable[] {
  const variables = all.filter(({ trainable }) => trainable)
  if (variables.length > 0) return variables
  throw new ValueError('fit', {
    expected: 'a model with trainable variables',
    received: `${all.length} variables, none of them trainable`,
    fix: 'unfreeze a layer, or use evaluate or predict',
  })
}

export class Learner {
  readonly optimizer: Optimizer
  readonly loss: LossFunction
  readonly metrics: readonly Metric[]
  readonly scores: Scores
  #built = false

  constructor(
    readonly model: Module,
    { optimizer = 'rmsprop', loss, metrics = [] }: CompileOptions,
  ) {
    this.optimizer = typeof optimizer === 'string' ? optimizerFrom(optimizer) : optimizer
    this.loss = lossFrom(loss)
    this.metrics = metricsFrom(metrics, loss)
    this.scores = new Scores(this.metrics)
  }

  /** Where the model's weights are, and so where its batches go. */
  readonly backend = (): Backend => this.model.variables[0]?.backend ?? defaultBackend()

  /**
   * One step of gradient descent: forward, loss, gradients, update, scores. Frees what it makes.
   *
   * @param makeBatch gives the batch; what it makes for that is freed too
   * @param where the step in words, for messages
   */
  train(makeBatch: () => Batch, where: () => string): void {
    scope(() => {
      const batch = makeBatch()
      this.#ensureBuilt(batch)
      const all = this.model.variables
      const variables = requireTrainable(all)
      const readsAtOnce = batch.inputs.backend.capabilities.synchronousRead
      const undo = readsAtOnce ? rememberState(this.model, all) : undefined
      const run = () => variableGradients(() => this.#forward(batch, TRAINING), variables)
      const { value, gradients, auxiliary } = run()
      const [loss = Number.NaN] = undo === undefined ? [0] : value.dataSync()
      if (undo !== undefined && !Number.isFinite(loss)) {
        undo()
        const step = { loss, where: where(), rate: this.optimizer.learningRate }
        const error = diagnose(this.model, batch, step, () => void run())
        undo()
        throw error
      }
      this.optimizer.apply(gradients, variables)
      this.scores.add(value, auxiliary.predictions, batch.targets)
    })
  }

  /** Scores a batch, without learning from it. */
  score(makeBatch: () => Batch): void {
    scope(() => {
      const batch = makeBatch()
      const { value, predictions } = this.#forward(batch, INFERENCE)
      this.scores.add(value, predictions, batch.targets)
    })
  }

  #forward({ inputs, targets }: Batch, context: CallContext): { value: Tensor; predictions: Tensor } {
    const predictions = this.model.call(inputs, context)
    const loss: Tensor = this.loss(predictions, targets)
    requireScalar(loss, predictions)
    const regularization = this.model.regularization()
    return { value: regularization === undefined ? loss : loss.add(regularization), predictions }
  }

  /** Layers make their weights when they first see data: one sample is enough. */
  #ensureBuilt({ inputs }: Batch): void {
    if (this.#built) return
    scope(() => void this.model.call(inputs.slice([0, 1]), INFERENCE))
    this.#built = true
  }

  dispose(): void {
    this.optimizer.dispose()
    this.scores.dispose()
  }
}
