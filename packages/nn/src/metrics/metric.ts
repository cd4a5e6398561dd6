/**
 * Metrics: running figures about predictions, kept on the device and read back once per report.
 */
import {
  expressions as e,
  input,
  mapMany,
  type Shape,
  sameShape,
  scalar,
  type Tensor,
  Variable,
  withTemporaries,
  zeros,
} from '@nabla/core'

/** A running figure. */
export interface Metric {
  /** The key in logs, e.g. `accuracy`. */
  readonly name: string
  /** Takes a batch in. */
  update(predictions: Tensor, targets: Tensor): void
  /** The figure so far, on the device: a scalar, for metrics that go into logs. */
  result(): Tensor
  /** Forgets everything, and keeps the memory for the next batches. */
  reset(): void
  /** Frees what it keeps. */
  dispose(): void
}

const ADD_TENSOR = /* @__PURE__ */ (() => e.add(input(0, 'float32'), input(1, 'float32')))()
const ADD_NUMBER = /* @__PURE__ */ (() => e.add(input(0, 'float32'), scalar(0, 'float32')))()

type Part = Tensor | number

const shapeOf = (part: Part | undefined): Shape =>
  part === undefined || typeof part === 'number' ? [] : part.shape

/**
 * Running sums on the device: the state behind all metrics, in float32. They are made on the backend and in the shapes
 * of the first batch, and stay the same variables from then on: `reset` sets them to zero, so that a recorded step goes
 * on adding to them.
 */
export class RunningSums {
  #sums: Variable[] | undefined
  /** Whether they are zero, and so may be replaced by others. */
  #fresh = true

  constructor(
    private readonly name: string,
    private readonly count: number,
  ) {}

  /**
   * Adds one float32 tensor, or one number known on the host, to each sum; frees the tensors. An addition is a kernel
   * of its own, right after the one that made the part, so that backends can make one of both.
   */
  add(parts: readonly Part[]): void {
    const sums = this.#ensure(parts)
    this.#fresh = false
    parts.forEach((part, position) => {
      const sum = sums[position]
      if (sum === undefined) return
      const [next] =
        typeof part === 'number'
          ? mapMany(this.name, [ADD_NUMBER], [sum.value], [part])
          : mapMany(this.name, [ADD_TENSOR], [sum.value, part])
      if (next !== undefined) sum.assign(next)
      if (typeof part !== 'number') part.dispose()
    })
  }

  /** The sums for parts like these: those that are there, unless they are zero and of another shape or backend. */
  #ensure(parts: readonly Part[]): Variable[] {
    const backend = parts.find((part) => typeof part !== 'number')?.backend
    const shapes = Array.from({ length: this.count }, (_, position) => shapeOf(parts[position]))
    const known = this.#sums
    const fits = known?.every(
      (sum, position) =>
        sameShape(sum.shape, shapes[position] ?? []) && (backend === undefined || sum.backend === backend),
    )
    if (known !== undefined && (fits || !this.#fresh)) return known
    this.dispose()
    const options = backend === undefined ? {} : { backend }
    const made = shapes.map(
      (shape, position) =>
        new Variable(zeros(shape, options), { name: `${this.name}/${position}`, trainable: false }),
    )
    this.#sums = made
    return made
  }

  /** A function of the sums, on the device; `undefined` as long as nothing was ever added. */
  read(combine: (...sums: Tensor[]) => Tensor): Tensor | undefined {
    const sums = this.#sums
    return sums && withTemporaries(() => combine(...sums.map(({ value }) => value)))
  }

  /** Sets the sums to zero. */
  reset(): void {
    // Also where nothing was added since: a recorded step adds without this object knowing.
    for (const sum of this.#sums ?? []) sum.assign(zeros(sum.shape, { backend: sum.backend }))
    this.#fresh = true
  }

  /** Frees the sums; new ones are made when something is added again. */
  dispose(): void {
    for (const sum of this.#sums ?? []) sum.dispose()
    this.#sums = undefined
    this.#fresh = true
  }
}

/** What most metrics share: sums that each batch adds to, and a figure made of them. */
export class SumsMetric implements Metric {
  readonly #sums: RunningSums

  /**
   * @param count number of sums
   * @param measure what a batch adds to each sum: float32 tensors, or numbers known on the host
   * @param combine the figure, a function of the sums
   */
  constructor(
    readonly name: string,
    count: number,
    private readonly measure: (predictions: Tensor, targets: Tensor) => (Tensor | number)[],
    private readonly combine: (...sums: Tensor[]) => Tensor,
  ) {
    this.#sums = new RunningSums(name, count)
  }

  update(predictions: Tensor, targets: Tensor): void {
    this.#sums.add(withTemporaries(() => this.measure(predictions, targets)))
  }

  /** NaN before the first batch; after a reset what the figure is for sums of 0: NaN for means. */
  result(): Tensor {
    return this.#sums.read(this.combine) ?? zeros([]).div(0)
  }

  reset(): void {
    this.#sums.reset()
  }

  dispose(): void {
    this.#sums.dispose()
  }
}
