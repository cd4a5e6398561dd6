/**
 * Exponential moving average of weights (Polyak & Juditsky 1992; Izmailov et al. 2018): a smoother copy of the model for
 * evaluation.
 */
import { expressions as e, input, mapMany, scalar, stopGradient, type Tensor, Variable } from '@nabla/core'

/**
 * Keeps average = decay · average + (1 − decay) · weight for each variable.
 *
 * @example
 * const average = new ExponentialMovingAverage(model.trainableVariables, { decay: 0.999 })
 * average.update()                        // after each step
 * await average.with(() => model.evaluate(test)) // with the averaged weights in place
 */
export class ExponentialMovingAverage {
  readonly decay: number
  readonly #averages: Variable[]

  constructor(
    private readonly variables: readonly Variable[],
    { decay = 0.999 }: { decay?: number } = {},
  ) {
    this.decay = decay
    this.#averages = variables.map(
      (variable) =>
        new Variable(stopGradient(variable.value), { name: `${variable.name}/average`, trainable: false }),
    )
  }

  /** Takes the current weights in. */
  update(): void {
    this.#averages.forEach((average, position) => {
      const { value } = this.variables[position] as Variable
      const { dtype } = value
      const keep = scalar(0, dtype)
      const body = e.add(e.multiply(keep, input(0, dtype)), e.multiply(e.subtract(1, keep), input(1, dtype)))
      const [next] = mapMany('average', [body], [average.value, value], [this.decay])
      average.assign(next as Tensor)
    })
  }

  /** Runs with the averages in place of the weights, and puts the weights back. */
  async with<R>(run: () => R | Promise<R>): Promise<R> {
    this.#swap()
    try {
      return await run()
    } finally {
      this.#swap()
    }
  }

  #swap(): void {
    this.#averages.forEach((average, position) => {
      const variable = this.variables[position] as Variable
      const [weight, mean] = [stopGradient(variable.value), stopGradient(average.value)]
      variable.assign(mean)
      average.assign(weight)
    })
  }

  dispose(): void {
    for (const average of this.#averages) average.dispose()
  }
}
