/**
 * Pooling: windows of an image summarized by their largest element or their mean.
 */
import { averagePool2d, maxPool2d, type Shape, type Tensor } from '@nabla/core'
import { Layer, type LayerOptions } from '../layer.js'
import {
  type Lengths,
  type Padding,
  pairOf,
  requirePadding,
  type WindowSettings,
  windowPositions,
} from './window.js'

export interface Pooling2dOptions extends LayerOptions {
  /** Default: the window, so that windows don't overlap. */
  readonly strides?: Lengths
  /** Default `valid`. Padded positions never win and don't count in means. */
  readonly padding?: Padding
}

type Pool = typeof maxPool2d | typeof averagePool2d

/** Both pools: they differ in the operation only. */
abstract class Pooling2d extends Layer {
  readonly #window: WindowSettings

  constructor(
    kind: string,
    private readonly pool: Pool,
    poolSize: Lengths,
    options: Pooling2dOptions = {},
  ) {
    super(kind, options)
    const { strides = poolSize, padding = 'valid' } = options
    const complain = this.error.bind(this)
    requirePadding(padding, complain)
    this.#window = {
      window: pairOf('poolSize', poolSize, complain),
      strides: pairOf('strides', strides, complain),
      dilation: [1, 1],
      padding,
    }
  }

  outputShape(inputShape: Shape): Shape {
    return [...windowPositions(inputShape, this.#window, this.error.bind(this)), inputShape[2] ?? 0]
  }

  override operations(inputShape: Shape): number {
    const [height, width] = this.#window.window
    return super.operations(inputShape) * height * width
  }

  protected forward(x: Tensor): Tensor {
    const { window, strides, padding } = this.#window
    return this.pool(x, window, { strides, padding })
  }

  protected settings() {
    const { window, strides, padding } = this.#window
    return { poolSize: window, strides, padding }
  }
}

export class MaxPooling2d extends Pooling2d {
  constructor(poolSize: Lengths = 2, options?: Pooling2dOptions) {
    super('maxPooling2d', maxPool2d, poolSize, options)
  }
}

export class AveragePooling2d extends Pooling2d {
  constructor(poolSize: Lengths = 2, options?: Pooling2dOptions) {
    super('averagePooling2d', averagePool2d, poolSize, options)
  }
}

/**
 * The largest element of each window.
 *
 * @param poolSize height and width of the window; default 2, which halves height and width
 * @example maxPooling2d(2)
 */
export function maxPooling2d(poolSize?: Lengths, options?: Pooling2dOptions): MaxPooling2d {
  return new MaxPooling2d(poolSize, options)
}

/**
 * The mean of each window.
 *
 * @param poolSize height and width of the window; default 2, which halves height and width
 * @example averagePooling2d(3, { strides: 2, padding: 'same' })
 */
export function averagePooling2d(poolSize?: Lengths, options?: Pooling2dOptions): AveragePooling2d {
  return new AveragePooling2d(poolSize, options)
}
