/**
 * Metrics: running figures about predictions, kept on the device and read back once per report.
 */
import { mapMany, scope, type Tensor, Variable, zeros, type Backend, expressions as e, input } from '@nabla/core'

/** What a metric sees of each batch. */
export type MetricUpdate = (predictions: Tensor, targets: Tensor) => Tensor

/** A running figure. */
export interface Metric {
  /** The key in logs, e.g. `accuracy`. */
  readonly name: string
  /** Takes a batch in. */
  update(predictions: Tensor, targets: Tensor): void
  /** The figure so far, as a scalar on the device. */
  result(): Tensor
  /** Forgets everything. */
  reset(): void
  dispose(): void
}

/**
 * Running sums on the device: the state behind most metrics. They are made on the backend of the first batch.
 */
export class RunningSums {
  #sums: Variable[] | undefined

  constructor(
    private readonly name: string,
    private readonly count: number,
  ) {}

  /** Adds one scalar tensor to each sum, and frees them. */
  add(parts: readonly Tensor[]): void {
    const [first] = parts
    if (first === undefined) return
    const sums = this.#ensure(first.backend)
    const body = e.add(input(0, 'float32'), input(1, 'float32'))
    parts.forEach((part, position) => {
      const sum = sums[position]
      if (sum === undefined) return
      const [next] = mapMany(this.name, [body], [sum.value, part])
      if (next !== undefined) sum.assign(next)
      part.dispose()
    })
  }

  #ensure(backend: Backend): Variable[] {
    this.#sums ??= Array.from(
      { length: this.count },
      (_, position) => new Variable(zeros([], { backend }), { name: `${this.name}/${position}`, trainable: false }),
    )
    return this.#sums
  }

  /** A function of the sums, on the device; NaN as long as nothing was added. */
  read(combine: (...sums: Tensor[]) => Tensor): Tensor | undefined {
    const sums = this.#sums
    return sums && scope(() => combine(...sums.map(({ value }) => value)))
  }

  reset(): void {
    this.dispose()
    this.#sums = undefined
  }

  dispose(): void {
    for (const sum of this.#sums ?? []) sum.dispose()
  }
}
