/**
 * Dropout (Srivastava et al. 2014): in training a random part of the inputs is 0, so that no unit relies on another.
 */
import { defaultGenerator, dropout as drop, Generator, type Shape, type Tensor } from '@nabla/core'
import type { CallContext } from '../context.js'
import { Layer, type LayerOptions } from '../layer.js'

export interface DropoutOptions extends LayerOptions {
  /** Decides what is dropped; default: drawn from the default generator, so that `setSeed` decides. */
  readonly seed?: number
}

export class Dropout extends Layer {
  /** Its own stream of random numbers; `randomStateOf` saves where it stands. */
  readonly generator: Generator

  constructor(
    readonly rate: number,
    private readonly options: DropoutOptions = {},
  ) {
    super('dropout', options)
    if (!(rate >= 0 && rate < 1)) {
      throw this.error({
        expected: 'a rate from 0 up to but not including 1: the part that is dropped',
        received: String(rate),
        fix: 'pass e.g. dropout(0.5)',
      })
    }
    const { seed } = options
    this.generator =
      seed === undefined ? (defaultGenerator().split(1)[0] ?? new Generator()) : new Generator(seed)
  }

  outputShape(inputShape: Shape): Shape {
    return inputShape
  }

  /** None outside of training. */
  override operations(): number {
    return 0
  }

  protected forward(x: Tensor, { training }: CallContext): Tensor {
    if (!training || this.rate === 0) return x
    return drop(this.toWeightType(x), this.rate, { generator: this.generator })
  }

  protected settings() {
    return { rate: this.rate, seed: this.options.seed }
  }
}

/**
 * Sets a random part of the inputs to 0 in training and scales the others up, so that their sum stays on average the
 * same; passes everything through outside of training.
 *
 * @param rate the part that is dropped, from 0 up to 1
 * @example dropout(0.5)
 */
export function dropout(rate: number, options?: DropoutOptions): Dropout {
  return new Dropout(rate, options)
}
