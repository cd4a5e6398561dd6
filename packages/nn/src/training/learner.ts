/**
 * Learner: what `compile` chose — optimizer, loss and metrics — applied to one batch at a time. The passes over data
 * (fitting.ts, evaluation.ts) are made of its steps.
 */
import {
  type Backend,
  defaultBackend,
  isFinite,
  jit,
  scope,
  Tensor,
  ValueError,
  type Variable,
  variableGradients,
  where,
} from '@nabla/core'
import { type Optimizer, optimizerFrom } from '@nabla/optim'
import { type CallContext, INFERENCE } from '../context.js'
import { type LossFunction, lossFrom } from '../losses/index.js'
import { type Metric, metricsFrom } from '../metrics/index.js'
import type { Module } from '../module.js'
import type { Batch } from './data.js'
import { diagnose, rememberGenerators, rememberState } from './diagnosis.js'
import type { CompileOptions } from './options.js'
import { Scores } from './scores.js'
import { structureOf } from './structure.js'

const TRAINING: CallContext = { training: true }

/** What a captured step gives back. */
interface StepResult {
  readonly value: Tensor
  /** Only if a metric asks for them. */
  readonly predictions: Tensor | undefined
}

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
  /** Whether steps run as captured programs where nothing else is said. */
  readonly jit: boolean
  #built = false
  readonly #capturedTrain = jit(
    (batch: Batch, variables: readonly Variable[], _structure: unknown) => this.#guarded(batch, variables),
    { name: 'training step' },
  )
  readonly #capturedScore = jit((batch: Batch, _structure: unknown) => this.#evaluated(batch), {
    name: 'evaluation step',
  })

  constructor(
    readonly model: Module,
    { optimizer = 'rmsprop', loss, metrics = [], jit: captures = true }: CompileOptions,
  ) {
    this.optimizer = typeof optimizer === 'string' ? optimizerFrom(optimizer) : optimizer
    this.loss = lossFrom(loss)
    this.metrics = metricsFrom(metrics, loss)
    this.scores = new Scores(this.metrics)
    this.jit = captures
  }

  /** Where the model's weights are, and so where its batches go. */
  readonly backend = (): Backend => this.model.variables[0]?.backend ?? defaultBackend()

  /**
   * One step of gradient descent: forward, loss, gradients, update, scores. Frees what it makes.
   *
   * @param makeBatch gives the batch; what it makes for that is freed too
   * @param where the step in words, for messages
   * @param captured whether it runs as a captured program
   */
  train(makeBatch: () => Batch, where: () => string, captured: boolean): void {
    scope(() => {
      const batch = makeBatch()
      this.#ensureBuilt(batch)
      const all = this.model.variables
      const variables = requireTrainable(all)
      if (captured) this.#trainCaptured(batch, all, variables, where)
      else this.#trainEagerly(batch, all, variables, where)
    })
  }

  #trainEagerly(batch: Batch, all: readonly Variable[], variables: Variable[], where: () => string): void {
    const readsAtOnce = batch.inputs.backend.capabilities.synchronousRead
    const undo = readsAtOnce ? rememberState(this.model, all) : undefined
    const { value, gradients, auxiliary } = this.#gradients(batch, variables)
    const [loss = Number.NaN] = undo === undefined ? [0] : value.dataSync()
    if (undo !== undefined && !Number.isFinite(loss)) {
      undo()
      throw this.#diagnosis(batch, all, variables, { loss, where: where() })
    }
    this.optimizer.apply(gradients, variables)
    this.scores.add(value, auxiliary.predictions, batch.targets)
  }

  /** Makes the weights, if there are none yet, for such a batch. */
  build(makeBatch: () => Batch): void {
    scope(() => this.#ensureBuilt(makeBatch()))
  }

  /**
   * Captures the step for such a batch, and resolves when its kernels are compiled: on a GPU many at a time, in the
   * background. Nothing is trained yet.
   */
  async warmup(makeBatch: () => Batch): Promise<void> {
    const { synchronousRead } = this.backend().capabilities
    // Where values can be read at once, kernels run where the host does, and compile in no time.
    if (synchronousRead) return
    const compiled = scope(() => {
      const batch = makeBatch()
      this.#ensureBuilt(batch)
      const variables = requireTrainable(this.model.variables)
      return { done: this.#capturedTrain.warmup(batch, variables, structureOf(this.model)) }
    })
    await compiled.done
  }

  /** The captured step changes no weight if the loss isn't finite, so there is nothing to undo but the host's part. */
  #trainCaptured(batch: Batch, all: readonly Variable[], variables: Variable[], where: () => string): void {
    const rewind = rememberGenerators(this.model)
    const { iterations } = this.optimizer
    const { value, predictions } = this.#capturedTrain(batch, variables, structureOf(this.model))
    if (value.backend.capabilities.synchronousRead) {
      const [loss = Number.NaN] = value.dataSync()
      if (!Number.isFinite(loss)) {
        rewind()
        this.optimizer.iterations = iterations
        throw this.#diagnosis(batch, all, variables, { loss, where: where() })
      }
    }
    this.scores.addOnHost(predictions, batch.targets)
  }

  #gradients(batch: Batch, variables: readonly Variable[]) {
    return variableGradients(() => this.#forward(batch, TRAINING), variables)
  }

  /** What is captured: the step, in which weights and statistics stay as they are where the loss isn't finite. */
  #guarded(batch: Batch, variables: readonly Variable[]): StepResult {
    const guarded = [...this.model.variables, ...this.optimizer.slotsFor(variables)]
    const before = guarded.map((variable) => variable.value)
    const { value, gradients, auxiliary } = this.#gradients(batch, variables)
    this.optimizer.apply(gradients, variables)
    const isSound = isFinite(value)
    guarded.forEach((variable, position) => {
      const old = before[position]
      if (old !== undefined && variable.value !== old) variable.assign(where(isSound, variable.value, old))
    })
    this.scores.addOnDevice(value, auxiliary.predictions, batch.targets)
    return { value, predictions: this.scores.needsPredictions ? auxiliary.predictions : undefined }
  }

  /** The error that explains a loss that isn't finite. The weights are those before the step, and stay so. */
  #diagnosis(
    batch: Batch,
    all: readonly Variable[],
    variables: readonly Variable[],
    step: { readonly loss: number; readonly where: string },
  ): ValueError {
    const undo = rememberState(this.model, all)
    const replay = (): void => void this.#gradients(batch, variables)
    const error = diagnose(this.model, batch, { ...step, rate: this.optimizer.learningRate }, replay)
    undo()
    return error
  }

  /** Scores a batch, without learning from it. */
  score(makeBatch: () => Batch, captured: boolean): void {
    scope(() => {
      const batch = makeBatch()
      if (captured) {
        this.#ensureBuilt(batch)
        this.scores.addOnHost(this.#capturedScore(batch, structureOf(this.model)), batch.targets)
        return
      }
      const { value, predictions } = this.#forward(batch, INFERENCE)
      this.scores.add(value, predictions, batch.targets)
    })
  }

  /** What is captured of an evaluation; returns the predictions if a metric asks for them. */
  #evaluated(batch: Batch): Tensor | undefined {
    const { value, predictions } = this.#forward(batch, INFERENCE)
    this.scores.addOnDevice(value, predictions, batch.targets)
    return this.scores.needsPredictions ? predictions : undefined
  }

  #forward({ inputs, targets }: Batch, context: CallContext): { value: Tensor; predictions: Tensor } {
    const predictions = this.model.call(inputs, context)
    const loss: Tensor = this.loss(predictions, targets)
    requireScalar(loss, predictions)
    const regularization = this.model.regularization()
    return { value: regularization === undefined ? loss : loss.add(regularization), predictions }
  }

  #ensureBuilt({ inputs }: Batch): void {
    if (this.#built) return
    this.model.makeWeights(inputs)
    this.#built = true
  }

  dispose(): void {
    this.#capturedTrain.dispose()
    this.#capturedScore.dispose()
    this.optimizer.dispose()
    this.scores.dispose()
  }
}
