/**
 * Activation: a function of each element (or, for softmax, of the last axis) as a layer of its own.
 */
import type { Shape, Tensor } from '@nabla/core'
import { type ActivationName, activationFrom } from '../activations.js'
import { Layer, type LayerOptions } from '../layer.js'

export class Activation extends Layer {
  readonly #apply: (x: Tensor) => Tensor

  constructor(
    readonly activation: ActivationName,
    options?: LayerOptions,
  ) {
    super('activation', options)
    this.#apply = activationFrom(activation)
  }

  outputShape(inputShape: Shape): Shape {
    return inputShape
  }

  protected forward(x: Tensor): Tensor {
    return this.#apply(x)
  }

  protected settings() {
    return { activation: this.activation }
  }
}

/** An activation by name. @example activation('softmax') */
export function activation(name: ActivationName, options?: LayerOptions): Activation {
  return new Activation(name, options)
}
