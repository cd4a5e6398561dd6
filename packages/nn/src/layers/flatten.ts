/**
 * Flatten: all axes of a sample in one.
 */
import type { Shape, Tensor } from '@nabla/core'
import { Layer, type LayerOptions } from '../layer.js'

export class Flatten extends Layer {
  constructor(options?: LayerOptions) {
    super('flatten', options)
  }

  outputShape(inputShape: Shape): Shape {
    return [inputShape.reduce((product, length) => product * length, 1)]
  }

  override operations(): number {
    return 0
  }

  protected forward(x: Tensor): Tensor {
    return x.reshape([x.shape[0] ?? 1, ...this.outputShape(x.shape.slice(1))])
  }

  protected settings() {
    return {}
  }
}

/** Each sample as one vector: [*, height, width, channels] to [*, height · width · channels]. Copies nothing. */
export function flatten(options?: LayerOptions): Flatten {
  return new Flatten(options)
}
