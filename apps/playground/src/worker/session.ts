/**
 * What the worker has: pictures, the network of the present training, and what is done with both.
 */
import { type Sequential, setDefaultBackend } from 'nabla'
import type { Command, DataFacts, DataRequest, ModelFacts, RunSettings, Status } from '../protocol.js'
import { backendOf, labelOf } from './backends.js'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js'
import { compareBackends } from './comparison.js'
import { insightOf } from './insight.js'
import { Learner } from './learner.js'
import { builtInDigits, factsOf, loadPictures, type Pictures, pictureAt } from './pictures.js'
import { Progress, post } from './post.js'
import { testModel } from './reading.js'
import { Training } from './training.js'

/** Pictures that are tested while the training goes on, and at its end. */
const GLANCE = 250
const WHOLE = 2000
/** Share of the time that looking may take. */
const LOOKING = 0.2
/** Milliseconds until the first look. */
const FIRST_LOOK = 250

export class Session {
  #pictures: Promise<Pictures> | undefined
  #learner: Learner | undefined
  #settings: RunSettings | undefined
  #training: Training | undefined
  #running: Promise<void> | undefined
  #nextLook = 0
  #run = 0
  #status: Status = 'idle'
  #stopComparison: (() => void) | undefined

  /** The network of the present training, if there is one. */
  get model(): Sequential | undefined {
    return this.#learner?.model
  }

  get learner(): Learner | undefined {
    return this.#learner
  }

  get settings(): RunSettings | undefined {
    return this.#settings
  }

  get pictures(): Promise<Pictures> {
    this.#pictures ??= builtInDigits()
    return this.#pictures
  }

  #become(status: Status): void {
    this.#status = status
    post({ kind: 'status', status })
  }

  /** Tells of the built-in digits as soon as there are some, unless other pictures have taken their place by then. */
  async introduce(): Promise<void> {
    const digits = await this.pictures
    if (digits === (await this.pictures)) post({ kind: 'data', facts: factsOf(digits) })
  }

  async load(request: DataRequest): Promise<DataFacts> {
    const pictures = await loadPictures(request)
    await this.#halt()
    this.#pictures = Promise.resolve(pictures)
    const facts = factsOf(pictures)
    post({ kind: 'data', facts })
    return facts
  }

  async command(command: Command): Promise<void> {
    switch (command.kind) {
      case 'train':
        await this.#halt()
        return this.#begin(() => this.#train(command.settings))
      case 'continue':
        await this.#running
        return this.#begin(() => this.#continue(command.epochs))
      case 'pause':
        if (this.#status !== 'training') return
        this.#training?.pause()
        return this.#become('paused')
      case 'resume':
        if (this.#status !== 'paused') return
        this.#training?.resume()
        return this.#become('training')
      case 'stop':
        return this.#halt()
      case 'learningRate':
        return this.#changeRate(command.value)
      case 'backend':
        return this.#move(command.id)
      case 'compare':
        await this.#halt()
        return this.#begin(() => this.#compare(command.settings, command.steps))
    }
  }

  /** One at a time; however it ends, the session is idle then. */
  async #begin(work: () => Promise<void>): Promise<void> {
    this.#become('preparing')
    this.#running = work().finally(() => {
      new Progress('prepare').done()
      this.#become('idle')
    })
    await this.#running
  }

  /** Stops what is going on, and waits for its end. */
  async #halt(): Promise<void> {
    this.#training?.stop()
    this.#stopComparison?.()
    await this.#running?.catch(() => {})
  }

  async #train(settings: RunSettings): Promise<void> {
    const pictures = await this.pictures
    new Progress('prepare').report()
    const backend = await backendOf(settings.backend)
    this.#learner?.dispose()
    this.#learner = Learner.make(settings, backend)
    this.#settings = settings
    await this.#loop(this.#learner, pictures, settings)
  }

  async #continue(epochs: number): Promise<void> {
    if (this.#learner === undefined || this.#settings === undefined) return
    await this.#loop(this.#learner, await this.pictures, { ...this.#settings, epochs })
  }

  async #loop(learner: Learner, pictures: Pictures, settings: RunSettings): Promise<void> {
    this.#run += 1
    const run = this.#run
    let look = 0
    const training = new Training({
      run,
      learner,
      pictures,
      settings,
      look: async (current) => {
        if (performance.now() < this.#nextLook) return
        look += 1
        await this.#look(current, pictures, run, look)
      },
    })
    this.#training = training
    const { parameterCount: parameters } = learner.model
    const { stepsPerEpoch } = training
    const backend = labelOf(learner.backend)
    post({ kind: 'run', run: { id: run, settings, backend, parameters, stepsPerEpoch, compared: false } })
    new Progress('prepare').done()
    this.#become('training')
    this.#nextLook = performance.now() + FIRST_LOOK
    const ending = await training.run(settings.epochs)
    this.#tellModel()
    if (ending === 'diverged') post({ kind: 'failure', reason: 'diverged' })
    else await this.#conclude(training, pictures, run)
  }

  #tellModel(): void {
    if (this.#learner !== undefined) post({ kind: 'model', facts: this.facts(this.#learner) })
  }

  facts({ model, steps }: Learner): ModelFacts {
    return { model: model.name, parameters: model.parameterCount, steps }
  }

  /** A short look, whose cost decides when the next is due. */
  async #look(training: Training, pictures: Pictures, run: number, number: number): Promise<void> {
    const { model } = this
    if (model === undefined) return
    const start = performance.now()
    if (number === 1) this.#tellModel()
    const { pixels, truth } = pictureAt(pictures.test, 0)
    post({ kind: 'insight', insight: await insightOf(model, pixels, truth) })
    const { steps: step, seconds } = training
    const outcome = await testModel(model, pictures.test, GLANCE, () => training.isStopped)
    if (outcome !== undefined) post({ kind: 'test', run, result: { step, seconds, ...outcome } })
    const cost = performance.now() - start
    this.#nextLook = performance.now() + Math.max(400, cost / LOOKING)
  }

  /** The test at the end, on all pictures. */
  async #conclude(training: Training, pictures: Pictures, run: number): Promise<void> {
    const { model } = this
    if (model === undefined) return
    const { steps: step, seconds } = training
    const { pixels, truth } = pictureAt(pictures.test, 0)
    post({ kind: 'insight', insight: await insightOf(model, pixels, truth) })
    const outcome = await testModel(model, pictures.test, WHOLE)
    if (outcome !== undefined) post({ kind: 'test', run, result: { step, seconds, ...outcome } })
  }

  #changeRate(learningRate: number): void {
    if (this.#learner === undefined || this.#settings === undefined) return
    this.#learner.learningRate = learningRate
    this.#settings = { ...this.#settings, learningRate }
  }

  async #move(id: string): Promise<void> {
    const learner = this.#learner
    if (learner === undefined) return
    const backend = await backendOf(id)
    const training = this.#training
    if (training !== undefined && !training.isStopped) await training.moveTo(backend)
    else {
      // What goes on after the last step, e.g. a test, ends where it began.
      await this.#running?.catch(() => {})
      await learner.moveTo(backend)
    }
    post({ kind: 'moved', run: this.#run, backend: labelOf(backend), id })
  }

  async #compare(settings: RunSettings, steps: number): Promise<void> {
    const pictures = await this.pictures
    this.#become('comparing')
    let isStopped = false
    this.#stopComparison = () => {
      isStopped = true
      this.#training?.stop()
    }
    await compareBackends({
      settings,
      steps,
      pictures,
      nextRun: () => {
        this.#run += 1
        return this.#run
      },
      started: (training) => {
        this.#training = training
      },
      isStopped: () => isStopped,
    })
    this.#stopComparison = undefined
    if (this.#learner !== undefined) setDefaultBackend(this.#learner.backend)
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#learner === undefined || this.#settings === undefined) throw new Error('untrained')
    return encodeCheckpoint(this.#learner, this.#settings)
  }

  /** Goes on with a saved model, on the backend of the page's choice. */
  async restore(bytes: Uint8Array): Promise<ModelFacts> {
    await this.#halt()
    const { learner, settings } = await decodeCheckpoint(bytes)
    this.#learner?.dispose()
    this.#learner = learner
    this.#settings = settings
    const facts = this.facts(learner)
    post({ kind: 'model', facts })
    const { test } = await this.pictures
    const { pixels, truth } = pictureAt(test, 0)
    post({ kind: 'insight', insight: await insightOf(learner.model, pixels, truth) })
    return facts
  }
}
