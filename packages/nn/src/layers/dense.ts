/**
 * Dense: every output is a weighted sum of all inputs.
 */
import type { Shape, Tensor, Variable } from '@nabla/core'
import { type ActivationName, activationFrom } from '../activations.js'
import type { InitializerLike } from '../initializers/index.js'
import { Layer, type LayerOptions } from '../layer.js'
import { formatBatchShape } from '../layer-error.js'
import type { RegularizerLike } from '../regularizers.js'

export interface DenseOptions extends LayerOptions {
  /** Applied to the sums; default `linear`. */
  readonly activation?: ActivationName
  readonly useBias?: boolean
  readonly kernelInitializer?: InitializerLike
  readonly biasInitializer?: InitializerLike
  readonly kernelRegularizer?: RegularizerLike
}

export class Dense extends Layer {
  kernel: Variable | undefined
  bias: Variable | undefined

  constructor(
    readonly units: number,
    private readonly options: DenseOptions = {},
  ) {
    super('dense', options)
    if (!Number.isInteger(units) || units < 1) {
      throw this.error({
        expected: 'a whole number of units, at least 1',
        received: String(units),
        fix: 'dense(units) takes the length of its output',
      })
    }
    activationFrom(options.activation ?? 'linear')
  }

  outputShape(inputShape: Shape): Shape {
    const features = inputShape.at(-1)
    const known = this.kernel?.shape[0]
    if (features === undefined || (known !== undefined && known !== features)) {
      throw this.error({
        expected:
          known === undefined
            ? 'a batch of vectors [*,features]'
            : `a last axis of length ${known}, as when it was built`,
        received: formatBatchShape(inputShape),
        fix:
          features === undefined
            ? 'add a feature axis: x.reshape([-1, 1])'
            : 'flatten or reshape the input, or make a new layer',
      })
    }
    return [...inputShape.slice(0, -1), this.units]
  }

  override operations(inputShape: Shape): number {
    const positions = inputShape.slice(0, -1).reduce((product, length) => product * length, 1)
    const bias = (this.options.useBias ?? true) ? 1 : 0
    return positions * this.units * (2 * (inputShape.at(-1) ?? 0) + bias)
  }

  protected override build(inputShape: Shape): void {
    const {
      kernelInitializer = 'glorotUniform',
      biasInitializer = 'zeros',
      kernelRegularizer,
      useBias = true,
    } = this.options
    const shape = [inputShape.at(-1) as number, this.units]
    this.kernel = this.addWeight('kernel', shape, kernelInitializer, { regularizer: kernelRegularizer })
    if (useBias) this.bias = this.addWeight('bias', [this.units], biasInitializer)
  }

  protected forward(x: Tensor): Tensor {
    const { kernel, bias } = this
    const product = this.toWeightType(x).matmul(this.weight(kernel))
    const sum = bias === undefined ? product : product.add(bias.value)
    return activationFrom(this.options.activation ?? 'linear')(sum)
  }

  protected settings() {
    const { activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer } = this.options
    return { units: this.units, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer }
  }
}

/**
 * A dense layer: `activation(x · kernel + bias)` over the last axis.
 *
 * @param units length of the output
 * @example dense(128, { activation: 'relu' })
 */
export function dense(units: number, options?: DenseOptions): Dense {
  return new Dense(units, options)
}
