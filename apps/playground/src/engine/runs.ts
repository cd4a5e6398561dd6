/**
 * The trainings as the curves show them: columns of numbers that are thinned when they get long.
 */
import type { Point, RunFacts, TestResult } from '../protocol.js'

/** Points that a curve has at most. */
const MOST = 1200
/** Steps that the smooth curves are a mean of, about. */
const SMOOTHING = 12

export class Run {
  readonly steps: number[] = []
  readonly seconds: number[] = []
  readonly loss: number[] = []
  readonly accuracy: number[] = []
  samplesPerSecond = 0
  /** The backends that it ran on, first to last. */
  backend: string
  test: TestResult | undefined
  last: Point | undefined
  #means = { loss: Number.NaN, accuracy: Number.NaN }
  #every = 1
  #count = 0

  constructor(readonly facts: RunFacts) {
    this.backend = facts.backend
  }

  add(points: readonly Point[]): void {
    for (const point of points) {
      this.#count += 1
      const weight = Math.max(1 / this.#count, 1 / SMOOTHING)
      this.#means = {
        loss: mixed(this.#means.loss, point.loss, weight),
        accuracy: mixed(this.#means.accuracy, point.accuracy, weight),
      }
      this.last = { ...point, ...this.#means }
      if (this.#count % this.#every === 0) this.#keep(point)
    }
  }

  #keep({ step, seconds }: Point): void {
    this.steps.push(step)
    this.seconds.push(seconds)
    this.loss.push(this.#means.loss)
    this.accuracy.push(this.#means.accuracy)
    if (this.steps.length < MOST) return
    this.#every *= 2
    for (const column of [this.steps, this.seconds, this.loss, this.accuracy]) halve(column)
  }
}

function mixed(mean: number, value: number, weight: number): number {
  return Number.isNaN(mean) ? value : mean + weight * (value - mean)
}

function halve(column: number[]): void {
  const kept = column.filter((_, position) => position % 2 === 1)
  column.splice(0, column.length, ...kept)
}
