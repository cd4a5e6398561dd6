/**
 * Global pooling: each channel of an image becomes one number.
 */
import { globalAveragePool, globalMaxPool, type Shape, type Tensor } from '@nabla/core'
import { Layer, type LayerOptions } from '../layer.js'
import { requireImage } from './window.js'

abstract class GlobalPooling2d extends Layer {
  outputShape(inputShape: Shape): Shape {
    return [requireImage(inputShape, this.error.bind(this))[2]]
  }

  override operations(inputShape: Shape): number {
    return inputShape.reduce((product, length) => product * length, 1)
  }

  protected settings() {
    return {}
  }
}

export class GlobalAveragePooling2d extends GlobalPooling2d {
  constructor(options?: LayerOptions) {
    super('globalAveragePooling2d', options)
  }

  protected forward(x: Tensor): Tensor {
    return globalAveragePool(x)
  }
}

export class GlobalMaxPooling2d extends GlobalPooling2d {
  constructor(options?: LayerOptions) {
    super('globalMaxPooling2d', options)
  }

  protected forward(x: Tensor): Tensor {
    return globalMaxPool(x)
  }
}

/** The mean of each channel: [*, height, width, channels] to [*, channels]. */
export function globalAveragePooling2d(options?: LayerOptions): GlobalAveragePooling2d {
  return new GlobalAveragePooling2d(options)
}

/** The largest element of each channel: [*, height, width, channels] to [*, channels]. */
export function globalMaxPooling2d(options?: LayerOptions): GlobalMaxPooling2d {
  return new GlobalMaxPooling2d(options)
}
