/**
 * Fitting: one call of `fit` — epochs of steps, with reports, validation, callbacks, and ways to stop in between.
 */
import { breathe, DeviceLostError, ValueError } from '@nabla/core'
import type { Callback, TrainingControl } from '../callbacks/callback.js'
import type { Batch, BatchSource } from './data.js'
import { divergedSince } from './diagnosis.js'
import { evaluateOn, prefixed } from './evaluation.js'
import { type EpochLog, History } from './history.js'
import type { Learner } from './learner.js'
import type { FitOptions } from './options.js'
import { type Progress, type Reporter, SILENT } from './progress.js'
import { type Snapshot, takeSnapshot } from './snapshot.js'
import { Ticker } from './ticker.js'

/** How often an epoch may be begun anew, for a device that is lost again and again. */
const MOST_LOSSES = 3

interface FittingParts {
  readonly learner: Learner
  readonly source: BatchSource
  readonly validation: BatchSource | undefined
  readonly reporter: Reporter
}

export class Fitting {
  readonly #parts: FittingParts
  readonly #options: FitOptions
  readonly #callbacks: readonly Callback[]
  readonly #history = new History()
  readonly #control: TrainingControl
  #isWarm = false
  /** Where the epoch began. */
  #snapshot: Snapshot | undefined
  /** Steps of an epoch, from the loader or from the epoch before. */
  #steps: number | undefined

  constructor(parts: FittingParts, options: FitOptions) {
    this.#parts = parts
    this.#options = options
    this.#callbacks = options.callbacks ?? []
    this.#steps = parts.source.length
    const history = this.#history
    this.#control = {
      model: parts.learner.model,
      history,
      stop() {
        if (history.stopped === 'completed') history.stopped = 'callback'
      },
    }
  }

  /** Runs it. Callbacks see the end also when it fails, and the first failure is the one that is thrown. */
  async run(): Promise<History> {
    const history = this.#history
    const failures: unknown[] = []
    const attempt = async (part: () => Promise<void>): Promise<void> => {
      try {
        await part()
      } catch (error) {
        failures.push(error)
        history.stopped = 'failed'
      }
    }
    await attempt(() => this.#epochs())
    this.#parts.reporter.interrupt()
    for (const callback of this.#callbacks) {
      await attempt(async () => callback.onTrainEnd?.(history, this.#control))
    }
    if (failures.length > 0) throw failures[0]
    return history
  }

  async #epochs(): Promise<void> {
    const { epochs = 1, initialEpoch = 0, signal } = this.#options
    const { reporter } = this.#parts
    const history = this.#history
    await this.#call((callback) => callback.onTrainBegin?.(this.#control))
    for (let epoch = initialEpoch + 1; epoch <= epochs && history.stopped === 'completed'; epoch++) {
      await breathe()
      if (signal?.aborted) {
        history.stopped = 'aborted'
        return
      }
      await this.#call((callback) => callback.onEpochBegin?.(epoch, this.#control))
      reporter.begin(`Epoch ${epoch}/${epochs}`, this.#steps)
      const log = await this.#safely(() => this.#epoch(epoch))
      if (log === undefined) {
        history.stopped = 'aborted'
        return
      }
      history.epochs.push(log)
      await this.#call((callback) => callback.onEpochEnd?.(epoch, log, this.#control))
    }
  }

  /** Runs an epoch; again, on another backend, if the device is lost and somebody knows where to go on. */
  async #safely<T>(run: () => Promise<T>): Promise<T> {
    for (let losses = 0; ; losses++) {
      try {
        return await run()
      } catch (error) {
        const { onDeviceLost } = this.#options
        const isLost = error instanceof DeviceLostError && onDeviceLost !== undefined
        if (!isLost || this.#snapshot === undefined || losses === MOST_LOSSES) throw error
        this.#parts.reporter.interrupt()
        this.#snapshot.restore(await onDeviceLost(error))
        this.#isWarm = false
      }
    }
  }

  /** Before the first step of an epoch. */
  async #prepare(batch: () => Batch): Promise<void> {
    const { learner, source } = this.#parts
    if (this.#options.onDeviceLost !== undefined) {
      learner.build(batch)
      this.#snapshot = await takeSnapshot(learner, source.remember())
    }
    if (this.#jit && !this.#isWarm) await learner.warmup(batch)
    this.#isWarm = true
  }

  async #call(hook: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await hook(callback)
  }

  /** One time through the data, and validation; `undefined` when the signal ended either. */
  async #epoch(epoch: number): Promise<EpochLog | undefined> {
    const { learner, validation, reporter } = this.#parts
    const progress = await this.#train(epoch)
    if (progress === undefined) return undefined
    const held =
      validation &&
      (await evaluateOn(learner, validation, {
        name: 'validation',
        reporter: SILENT,
        signal: this.#options.signal,
        jit: this.#jit,
      }))
    if (validation !== undefined && held === undefined) return undefined
    const { seconds, samples } = progress
    const values = { loss: Number.NaN, ...progress.values, ...prefixed(held ?? {}) }
    reporter.end({ ...progress, values })
    return Object.freeze({
      epoch,
      ...values,
      seconds,
      samplesPerSecond: samples / seconds,
      learningRate: learner.optimizer.learningRate,
    })
  }

  /** The steps of an epoch; `undefined` when the signal ended them before the last. */
  async #train(epoch: number): Promise<Progress | undefined> {
    const { learner, source, reporter } = this.#parts
    const { scores } = learner
    const ticker = new Ticker(this.#options.reportEvery)
    scores.begin('fit')
    try {
      for await (const batch of source.batches()) {
        if (ticker.steps === 0) await this.#prepare(batch)
        this.#step(batch, epoch, ticker.steps + 1)
        const isDue = ticker.tick()
        await this.#call((callback) => callback.onBatchEnd?.(ticker.steps, this.#control))
        await breathe(learner.backend())
        if (this.#options.signal?.aborted && ticker.steps !== source.length) return undefined
        if (this.#history.stopped !== 'completed') break
        if (isDue && this.#isWatched) reporter.update(await this.#report(epoch, ticker))
      }
      requireSteps(ticker.steps)
      this.#steps = ticker.steps
      return await this.#report(epoch, ticker)
    } finally {
      scores.end()
    }
  }

  /** Whether figures within an epoch are of use: to be shown, or to notice a loss that is no number. */
  get #isWatched(): boolean {
    return this.#parts.reporter.live || !this.#parts.learner.backend().capabilities.synchronousRead
  }

  get #jit(): boolean {
    return this.#options.jit ?? this.#parts.learner.jit
  }

  #step(makeBatch: () => Batch, epoch: number, step: number): void {
    this.#parts.learner.train(makeBatch, () => `step ${step} of epoch ${epoch}`, this.#jit)
  }

  async #report(epoch: number, { steps, seconds }: Ticker): Promise<Progress> {
    const { scores, optimizer } = this.#parts.learner
    const values = await scores.read()
    const { loss = Number.NaN } = values
    if (!Number.isFinite(loss))
      throw divergedSince(loss, `step ${steps} of epoch ${epoch}`, optimizer.learningRate)
    return { step: steps, seconds, samples: scores.samples, values }
  }
}

function requireSteps(steps: number): void {
  if (steps > 0) return
  throw new ValueError('fit', {
    expected: 'at least one batch in every epoch',
    received: 'none',
    fix: 'give the loader a source that can be read again (the generator function, without calling it), or restore it to an epoch that is not complete',
  })
}
