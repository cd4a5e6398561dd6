/**
 * One training from its first step to its end: steps in a loop that lets messages in, can be paused and moved to another
 * backend between two steps, and tells the page how it goes, as often as the page can draw.
 */
import { type Backend, breathe, DataLoader } from 'nabla'
import type { Point, RunSettings } from '../protocol.js'
import type { Learner } from './learner.js'
import type { Pictures } from './pictures.js'
import { post } from './post.js'

/** Milliseconds between two messages with points. */
const POST_EVERY = 60
/** Milliseconds that the pace is measured over. */
const PACE_WINDOW = 1500

export interface TrainingParts {
  readonly run: number
  readonly learner: Learner
  readonly pictures: Pictures
  readonly settings: RunSettings
  /** Called between two steps, at times: tests and insight. It is not part of the seconds of the training. */
  readonly look?: (training: Training) => Promise<void>
}

type Ending = 'completed' | 'stopped' | 'diverged'

export class Training {
  readonly #parts: TrainingParts
  readonly #first: DataLoader<'inputs' | 'targets'>
  readonly #next: DataLoader<'inputs' | 'targets'>
  #points: Point[] = []
  #lastPost = Number.NEGATIVE_INFINITY
  #pace: { readonly at: number; readonly samples: number }[] = []
  #samples = 0
  #milliseconds = 0
  #steps = 0
  #stopped = false
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined
  #move: (() => Promise<void>) | undefined
  #nudge: (() => void) | undefined

  constructor(parts: TrainingParts) {
    this.#parts = parts
    const { batchSize, seed, samples } = parts.settings
    const train = parts.pictures.train.take(Math.min(samples, parts.pictures.train.length))
    // The first epoch takes the pictures as they come: the later ones may still be in the making.
    const isFresh = parts.learner.steps === 0
    this.#next = new DataLoader(train, { batchSize, seed: seed + parts.learner.steps, shuffle: true })
    this.#first = isFresh ? new DataLoader(train, { batchSize }) : this.#next
  }

  get stepsPerEpoch(): number {
    return this.#next.length ?? 1
  }

  get steps(): number {
    return this.#steps
  }

  /** Seconds spent in steps. */
  get seconds(): number {
    return this.#milliseconds / 1000
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  pause(): void {
    if (this.#gate !== undefined || this.#stopped) return
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    this.#gate = { opened, open }
  }

  resume(): void {
    this.#gate?.open()
    this.#gate = undefined
  }

  stop(): void {
    this.#stopped = true
    this.resume()
  }

  /** Goes on elsewhere from the next step on; resolves when it has moved. */
  moveTo(backend: Backend): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#move = () => this.#parts.learner.moveTo(backend).then(resolve, reject)
      this.#nudge?.()
    })
  }

  /** Waits while it is paused; it can be moved meanwhile. */
  async #hold(): Promise<void> {
    if (this.#gate === undefined) return
    this.#flush()
    while (this.#gate !== undefined) {
      const nudged = new Promise<void>((resolve) => {
        this.#nudge = resolve
      })
      await Promise.race([this.#gate.opened, nudged])
      await this.#moveNow()
    }
    this.#nudge = undefined
    this.#pace = []
  }

  async #moveNow(): Promise<void> {
    const move = this.#move
    if (move === undefined) return
    this.#move = undefined
    await move()
    this.#pace = []
  }

  /** @param limit steps at most */
  async run(epochs: number, limit = Number.POSITIVE_INFINITY): Promise<Ending> {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const loader = epoch === 0 ? this.#first : this.#next
      for await (const batch of loader.hostBatches()) {
        await this.#hold()
        if (this.#stopped) return this.#end('stopped')
        await this.#moveNow()
        const start = performance.now()
        const share = this.#shareOfRate(epochs)
        const { loss, accuracy } = await this.#parts.learner.train(batch, share)
        const end = performance.now()
        if (!Number.isFinite(loss)) return this.#end('diverged')
        this.#record({ loss, accuracy }, end - start, batch.inputs.shape[0] ?? 0)
        if (end - this.#lastPost > POST_EVERY) this.#flush()
        if (this.#steps >= limit) return this.#end('completed')
        await breathe()
        await this.#parts.look?.(this)
        if (epoch === 0) await this.#untilNext()
      }
    }
    return this.#end('completed')
  }

  /** What is left of the learning rate: half a wave from all of it to nothing, after Loshchilov and Hutter (2017). */
  #shareOfRate(epochs: number): number {
    if (!this.#parts.settings.falling) return 1
    return (1 + Math.cos((Math.PI * this.#steps) / (epochs * this.stepsPerEpoch))) / 2
  }

  /** Waits for the pictures of the next batch. */
  async #untilNext(): Promise<void> {
    const { pictures, settings } = this.#parts
    const { batch } = this.#first.state()
    await pictures.until(Math.min((batch + 1) * settings.batchSize, settings.samples, pictures.train.length))
  }

  #record(result: { loss: number; accuracy: number }, milliseconds: number, samples: number): void {
    this.#steps += 1
    this.#samples += samples
    this.#milliseconds += milliseconds
    const [step, seconds] = [this.#steps, this.seconds]
    this.#points.push({ step, epoch: step / this.stepsPerEpoch, seconds, ...result })
    this.#pace.push({ at: this.#milliseconds, samples: this.#samples })
    while (this.#pace.length > 2 && this.#milliseconds - (this.#pace[0]?.at ?? 0) > PACE_WINDOW)
      this.#pace.shift()
  }

  get #samplesPerSecond(): number {
    const first = this.#pace[0]
    if (first === undefined) return 0
    const milliseconds = this.#milliseconds - first.at
    // The first step includes the capture, which says nothing about the pace.
    if (milliseconds === 0) return this.#samples / Math.max(1e-3, this.seconds)
    return (1000 * (this.#samples - first.samples)) / milliseconds
  }

  #flush(): void {
    if (this.#points.length === 0) return
    const { run } = this.#parts
    post({ kind: 'points', run, points: this.#points, samplesPerSecond: this.#samplesPerSecond })
    this.#points = []
    this.#lastPost = performance.now()
  }

  async #end(ending: Ending): Promise<Ending> {
    this.#flush()
    this.#stopped = true
    await this.#moveNow()
    return ending
  }
}
