/**
 * Two-dimensional convolution (cross-correlation, as the field calls convolution).
 */
import { conv2d as convolve, type Shape, type Tensor, type Variable } from '@nabla/core'
import { type ActivationName, activationFrom } from '../activations.js'
import type { InitializerLike } from '../initializers/index.js'
import { Layer, type LayerOptions } from '../layer.js'
import { formatBatchShape } from '../layer-error.js'
import type { RegularizerLike } from '../regularizers.js'
import {
  type Lengths,
  type Padding,
  pairOf,
  requireImage,
  requirePadding,
  type WindowSettings,
  windowPositions,
} from './window.js'

export interface Conv2dLayerOptions extends LayerOptions {
  /** Default 1. */
  readonly strides?: Lengths
  /** Default `valid`. */
  readonly padding?: Padding
  /** Distance between the elements that the kernel sees; default 1: neighbours. */
  readonly dilation?: Lengths
  /** Parts that the channels are divided into, each with filters of its own; default 1. */
  readonly groups?: number
  /** Applied to the sums; default `linear`. */
  readonly activation?: ActivationName
  readonly useBias?: boolean
  readonly kernelInitializer?: InitializerLike
  readonly biasInitializer?: InitializerLike
  readonly kernelRegularizer?: RegularizerLike
}

export class Conv2d extends Layer {
  kernel: Variable | undefined
  bias: Variable | undefined
  readonly #window: WindowSettings
  readonly #groups: number
  readonly #useBias: boolean
  readonly #activation: (x: Tensor) => Tensor

  constructor(
    readonly filters: number,
    kernelSize: Lengths,
    private readonly options: Conv2dLayerOptions = {},
  ) {
    super('conv2d', options)
    const {
      strides = 1,
      padding = 'valid',
      dilation = 1,
      groups = 1,
      useBias = true,
      activation = 'linear',
    } = options
    const complain = this.error.bind(this)
    requirePadding(padding, complain)
    this.#window = {
      window: pairOf('kernelSize', kernelSize, complain),
      strides: pairOf('strides', strides, complain),
      dilation: pairOf('dilation', dilation, complain),
      padding,
    }
    this.#groups = groups
    this.#useBias = useBias
    this.#activation = activationFrom(activation)
    this.#requireFilters()
  }

  #requireFilters(): void {
    const whole = [this.filters, this.#groups].every((each) => Number.isInteger(each) && each >= 1)
    if (whole && this.filters % this.#groups === 0) return
    throw this.error({
      expected: 'a whole number of filters, at least 1 and a multiple of groups',
      received: `${this.filters} filters in ${this.#groups} groups`,
      fix: 'conv2d(filters, kernelSize) takes the number of output channels first',
    })
  }

  outputShape(inputShape: Shape): Shape {
    const complain = this.error.bind(this)
    const [, , channels] = requireImage(inputShape, complain)
    const perGroup = this.kernel?.shape[2]
    if (perGroup !== undefined && perGroup * this.#groups !== channels) {
      throw this.error({
        expected: `${perGroup * this.#groups} channels, as when it was built`,
        received: formatBatchShape(inputShape),
        fix: 'give it images with as many channels, or make a new layer',
      })
    }
    if (channels % this.#groups !== 0) {
      throw this.error({
        expected: `a number of channels that ${this.#groups} groups divide`,
        received: formatBatchShape(inputShape),
        fix: 'choose groups that divide the channels of the input',
      })
    }
    return [...windowPositions(inputShape, this.#window, complain), this.filters]
  }

  override operations(inputShape: Shape): number {
    const [rows = 0, columns = 0] = this.outputShape(inputShape)
    const [height, width] = this.#window.window
    const inputs = (height * width * (inputShape[2] ?? 0)) / this.#groups
    return rows * columns * this.filters * (2 * inputs + (this.#useBias ? 1 : 0))
  }

  protected override build(inputShape: Shape): void {
    const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', kernelRegularizer } = this.options
    const [height, width] = this.#window.window
    const shape = [height, width, (inputShape[2] ?? 0) / this.#groups, this.filters]
    this.kernel = this.addWeight('kernel', shape, kernelInitializer, { regularizer: kernelRegularizer })
    if (this.#useBias) this.bias = this.addWeight('bias', [this.filters], biasInitializer)
  }

  protected forward(x: Tensor): Tensor {
    const { strides, dilation, padding } = this.#window
    const kernel = this.weight(this.kernel)
    const sums = convolve(this.toWeightType(x), kernel, { strides, dilation, padding, groups: this.#groups })
    return this.#activation(this.bias === undefined ? sums : sums.add(this.bias.value))
  }

  protected settings() {
    const { activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer } = this.options
    const { window, strides, dilation, padding } = this.#window
    const weights = { activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer }
    return {
      filters: this.filters,
      kernelSize: window,
      strides,
      padding,
      dilation,
      groups: this.#groups,
      ...weights,
    }
  }
}

/**
 * A convolution over images [*, height, width, channels]: `activation(x ⋆ kernel + bias)`.
 *
 * @param filters channels of the output
 * @param kernelSize height and width of the window
 * @example conv2d(32, 3, { activation: 'relu', padding: 'same' })
 */
export function conv2d(filters: number, kernelSize: Lengths, options?: Conv2dLayerOptions): Conv2d {
  return new Conv2d(filters, kernelSize, options)
}
