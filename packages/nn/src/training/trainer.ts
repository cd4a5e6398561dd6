/**
 * Trainer: what `compile` makes — the optimizer, the loss and the metrics of a model — and the loops of fit, evaluate
 * and predict.
 */
import {
  breathe,
  concatenate,
  defaultBackend,
  detectAnomaly,
  NablaError,
  scope,
  type Tensor,
  ValueError,
  type Variable,
  variableGradients,
} from '@nabla/core'
import type { DataLoader, HostBatch } from '@nabla/data'
import { type Optimizer, optimizerFrom } from '@nabla/optim'
import { checkCallback, type TrainingControl } from '../callbacks/callback.js'
import { INFERENCE } from '../context.js'
import { type LossFunction, lossFrom } from '../losses/index.js'
import { type Metric, metricsFrom } from '../metrics/index.js'
import { RunningSums } from '../metrics/metric.js'
import type { Module } from '../module.js'
import { batchTensors, datasetOf, type FitData, loaderOf, splitValidation } from './data.js'
import { type EpochLog, History } from './history.js'
import {
  type CompileOptions,
  checkFitOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from './options.js'
import { createReporter, type Reporter } from './progress.js'

/** The two forms of data that `fit` and `evaluate` take. */
export type TrainingSource =
  | { readonly data: FitData }
  | { readonly inputs: Tensor; readonly targets: Tensor }

interface Batch {
  readonly inputs: Tensor
  readonly targets: Tensor
}

/** One pass in progress: what is reported of it. */
interface Pass {
  readonly reporter: Reporter
  readonly signal: AbortSignal | undefined
  readonly reportEvery: number | undefined
}

const REPORT_MILLISECONDS = 100

export class Trainer {
  readonly optimizer: Optimizer
  readonly loss: LossFunction
  readonly metrics: readonly Metric[]
  readonly #losses = new RunningSums('loss', 2)
  #built = false

  constructor(
    private readonly model: Module,
    options: CompileOptions,
  ) {
    const { optimizer = 'rmsprop', loss, metrics = [] } = options
    this.optimizer = typeof optimizer === 'string' ? optimizerFrom(optimizer) : optimizer
    this.loss = lossFrom(loss)
    this.metrics = metricsFrom(metrics, loss)
  }

  /** @see Module.fit */
  async fit(source: TrainingSource, options: FitOptions = {}): Promise<History> {
    checkFitOptions(options)
    const {
      epochs = 1,
      initialEpoch = 0,
      batchSize = 32,
      shuffle = true,
      seed = 0,
      callbacks = [],
      signal,
    } = options
    callbacks.forEach(checkCallback)
    const whole = 'data' in source ? source.data : await datasetOf(source.inputs, source.targets)
    const [data, heldOut] = splitValidation(whole, options.validationSplit)
    const validation = options.validationData ?? heldOut
    const loader = loaderOf(data, { batchSize, shuffle, seed })
    if (loader !== data && initialEpoch > 0) loader.restore({ ...loader.state(), epoch: initialEpoch })
    const history = new History()
    const control: TrainingControl = {
      model: this.model,
      history,
      stop: () => {
        history.stopped = 'callback'
      },
    }
    const pass: Pass = {
      reporter: createReporter(options.verbose ?? 'auto'),
      signal,
      reportEvery: options.reportEvery,
    }
    for (const callback of callbacks) await callback.onTrainBegin?.(control)
    try {
      for (let epoch = initialEpoch + 1; epoch <= epochs && history.stopped === 'completed'; epoch++) {
        for (const callback of callbacks) await callback.onEpochBegin?.(epoch, control)
        pass.reporter.begin(`Epoch ${epoch}/${epochs}`, loader.length)
        const log = await this.#epoch(epoch, loader, validation, options, pass, control)
        if (log === undefined) break
        history.epochs.push(log)
        pass.reporter.end(log)
        for (const callback of callbacks) await callback.onEpochEnd?.(epoch, log, control)
      }
    } finally {
      for (const callback of callbacks) await callback.onTrainEnd?.(history, control)
    }
    return history
  }

  /** One time through the data; `undefined` when the signal ended it. */
  async #epoch(
    epoch: number,
    loader: DataLoader<'inputs' | 'targets', unknown>,
    validation: FitData | undefined,
    { callbacks = [], batchSize = 32 }: FitOptions,
    pass: Pass,
    control: TrainingControl,
  ): Promise<EpochLog | undefined> {
    const start = performance.now()
    let samples = 0
    let step = 0
    let reported = start
    this.#reset()
    for await (const host of loader.hostBatches()) {
      samples += this.#trainOn(host, epoch, step)
      step += 1
      for (const callback of callbacks) await callback.onBatchEnd?.(step, control)
      await breathe()
      if (pass.signal?.aborted) control.history.stopped = 'aborted'
      if (control.history.stopped !== 'completed') break
      const now = performance.now()
      const due =
        pass.reportEvery === undefined ? now - reported >= REPORT_MILLISECONDS : step % pass.reportEvery === 0
      if (due && pass.reporter.live) {
        pass.reporter.update({
          step,
          seconds: (now - start) / 1000,
          samples,
          values: await this.#results(''),
        })
        reported = now
      }
    }
    if (control.history.stopped === 'aborted') return undefined
    const results = await this.#results('')
    const seconds = (performance.now() - start) / 1000
    const evaluationBatch = typeof batchSize === 'number' ? Math.max(batchSize, 32) : 1024
    const held =
      validation === undefined
        ? {}
        : await this.#evaluate(validation, { batchSize: evaluationBatch }, 'validation')
    return Object.freeze({
      epoch,
      loss: Number.NaN,
      ...results,
      ...held,
      seconds,
      samplesPerSecond: samples / seconds,
      learningRate: this.optimizer.learningRate,
    })
  }

  /** One step on a batch; returns its number of samples. */
  #trainOn(host: HostBatch<'inputs' | 'targets'>, epoch: number, step: number): number {
    return scope(() => {
      const batch = batchTensors(host, this.#backend())
      this.#ensureBuilt(batch.inputs)
      this.trainStep(batch, () => `step ${step + 1} of epoch ${epoch}`)
      return batch.inputs.shape[0] ?? 0
    })
  }

  /**
   * One step of gradient descent: forward, loss, gradients, update, metrics. Frees what it makes; the batch stays the
   * caller's.
   */
  trainStep(batch: Batch, where: () => string = () => `step ${this.optimizer.iterations + 1}`): void {
    scope(() => {
      const variables = this.model.trainableVariables
      const { value, gradients, auxiliary } = variableGradients(() => this.#forward(batch), variables)
      this.#requireFinite(value, batch, variables, where)
      this.optimizer.apply(gradients, variables)
      this.#account(value, auxiliary.predictions, batch.targets)
    })
  }

  #forward({ inputs, targets }: Batch): { value: Tensor; predictions: Tensor } {
    const predictions = this.model.call(inputs, { training: true })
    const loss = this.loss(predictions, targets)
    const regularization = this.model.regularization()
    return { value: regularization === undefined ? loss : loss.add(regularization), predictions }
  }

  /** Stops before a loss that is no number reaches the weights, and says where it came from. */
  #requireFinite(value: Tensor, batch: Batch, variables: readonly Variable[], where: () => string): void {
    if (!value.backend.capabilities.synchronousRead) return
    const [loss = Number.NaN] = value.dataSync()
    if (Number.isFinite(loss)) return
    let origin = 'no operation of a second run made one, so it comes from the inputs or the weights'
    try {
      scope(() => detectAnomaly(() => variableGradients(() => this.#forward(batch), variables)))
    } catch (error) {
      if (!(error instanceof NablaError)) throw error
      origin = error.message
    }
    throw new ValueError('fit', {
      expected: 'a finite loss',
      received: `${loss} at ${where()}, learning rate ${this.optimizer.learningRate} (${origin})`,
      fix: 'lower the learning rate, clip gradients (globalClipNorm), check the data for NaN, or use a loss from logits; the weights are those before this step',
    })
  }

  /** Takes a batch into the running loss and the metrics. */
  #account(loss: Tensor, predictions: Tensor, targets: Tensor): void {
    const samples = targets.shape[0] ?? 1
    const one = loss.mul(0).add(samples)
    this.#losses.add([loss.mul(samples).cast('float32'), one.cast('float32')])
    for (const metric of this.metrics) metric.update(predictions, targets)
  }

  #reset(): void {
    this.#losses.reset()
    for (const metric of this.metrics) metric.reset()
  }

  /** Loss and metrics so far, read from the device. */
  async #results(prefix: '' | 'validation'): Promise<Record<string, number>> {
    const key = (name: string): string =>
      prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`
    const loss = this.#losses.read((total, count) => total.div(count))
    const named: [string, Tensor | undefined][] = [
      ['loss', loss],
      ...this.metrics.map((metric): [string, Tensor] => [metric.name, metric.result()]),
    ]
    const results: Record<string, number> = {}
    for (const [name, tensor] of named) {
      results[key(name)] = tensor === undefined ? Number.NaN : Number(await tensor.item())
      tensor?.dispose()
    }
    return results
  }

  /** @see Module.evaluate */
  async evaluate(source: TrainingSource, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    const data = 'data' in source ? source.data : await datasetOf(source.inputs, source.targets)
    return this.#evaluate(data, options, '')
  }

  async #evaluate(
    data: FitData,
    options: EvaluateOptions,
    prefix: '' | 'validation',
  ): Promise<Record<string, number>> {
    this.#reset()
    const loader = loaderOf(data, { batchSize: options.batchSize ?? 256, shuffle: false, seed: 0 })
    for await (const host of loader.hostBatches()) {
      scope(() => {
        const batch = batchTensors(host, this.#backend())
        const predictions = this.model.call(batch.inputs, INFERENCE)
        this.#account(this.loss(predictions, batch.targets), predictions, batch.targets)
      })
      await breathe()
      if (options.signal?.aborted) break
    }
    const results = await this.#results(prefix)
    this.#reset()
    return results
  }

  /** Layers make their weights when they first see data: one sample is enough. */
  #ensureBuilt(inputs: Tensor): void {
    if (this.#built) return
    scope(() => this.model.call(inputs.slice([0, 1]), INFERENCE))
    this.#built = true
  }

  #backend() {
    return this.model.variables[0]?.value.backend ?? defaultBackend()
  }

  /** @see Module.predict */
  static async predict(
    model: Module,
    inputs: Tensor,
    { batchSize = 256 }: PredictOptions = {},
  ): Promise<Tensor> {
    const count = inputs.shape[0]
    if (count === undefined || count === 0) {
      throw new ValueError('predict', {
        expected: 'at least one sample, along axis 0',
        received: `[${inputs.shape.join()}]`,
        fix: 'add a batch axis: x.expandDims(0)',
      })
    }
    const outputs: Tensor[] = []
    for (let start = 0; start < count; start += batchSize) {
      const end = Math.min(count, start + batchSize)
      outputs.push(scope(() => model.call(inputs.slice([start, end]), INFERENCE)))
      await breathe()
    }
    const [only, ...rest] = outputs
    if (only !== undefined && rest.length === 0) return only
    const joined = concatenate(outputs, 0)
    for (const output of outputs) output.dispose()
    return joined
  }

  dispose(): void {
    this.optimizer.dispose()
    this.#losses.dispose()
    for (const metric of this.metrics) metric.dispose()
  }
}
