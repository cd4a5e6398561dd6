/**
 * Metrics: running figures about predictions, kept on the device and read back once per report.
 */
import {
  expressions as e,
  input,
  mapMany,
  type Shape,
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
  /** Forgets everything. */
  reset(): void
  dispose(): void
}

const ADD_TENSOR = /* @__PURE__ */ (() => e.add(input(0, 'float32'), input(1, 'float32')))()
const ADD_NUMBER = /* @__PURE__ */ (() => e.add(input(0, 'float32'), scalar(0, 'float32')))()

/**
 * Running sums on the device: the state behind all metrics, in float32. They are made on the backend and in the shapes
 * of the first batch.
 */
export class RunningSums {
  #sums: Variable[] | undefined

  constructor(
    private readonly name: string,
    private readonly count: number,
  ) {}

  /** Adds one float32 tensor, or one number known on the host, to each sum; frees the tensors. */
  add(parts: readonly (Tensor | number)[]): void {
    const sums = this.#ensure(parts)
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

  #ensure(parts: readonly (Tensor | number)[]): Variable[] {
    if (this.#sums !== undefined) return this.#sums
    const backend = parts.find((part) => typeof part !== 'number')?.backend
    const options = backend === undefined ? {} : { backend }
    this.#sums = Array.from({ length: this.count }, (_, position) => {
      const part = parts[position]
      const shape: Shape = part === undefined || typeof part === 'number' ? [] : part.shape
      return new Variable(zeros(shape, options), { name: `${this.name}/${position}`, trainable: false })
    })
    return this.#sums
  }

  /** A function of the sums, on the device; `undefined` as long as nothing was added. */
  read(combine: (...sums: Tensor[]) => Tensor): Tensor | undefined {
    const sums = this.#sums
    return sums && withTemporaries(() => combine(...sums.map(({ value }) => value)))
  }

  reset(): void {
    this.dispose()
    this.#sums = undefined
  }

  dispose(): void {
    for (const sum of this.#sums ?? []) sum.dispose()
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

  /** NaN before the first batch. */
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
