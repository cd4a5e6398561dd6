/**
 * Layer normalization (Ba, Kiros & Hinton 2016): each sample brought to mean 0 and variance 1 over its features, then
 * scaled and shifted by learned factors. The same in training and out of it.
 */
import { normalizeOver, type Shape, type Tensor, type Variable } from '@nabla/core'
import { Layer, type LayerOptions } from '../layer.js'
import { formatBatchShape } from '../layer-error.js'

export interface LayerNormalizationOptions extends LayerOptions {
  /** Added to the variance, against division by zero; default 0.001. */
  readonly epsilon?: number
  /** Whether there is a learned shift (beta); default true. */
  readonly center?: boolean
  /** Whether there is a learned factor (gamma); default true. */
  readonly scale?: boolean
}

export class LayerNormalization extends Layer {
  gamma: Variable | undefined
  beta: Variable | undefined
  readonly #settings: Required<Omit<LayerNormalizationOptions, keyof LayerOptions>>

  constructor(options: LayerNormalizationOptions = {}) {
    super('layerNormalization', options)
    const { epsilon = 1e-3, center = true, scale = true } = options
    this.#settings = { epsilon, center, scale }
    if (epsilon > 0) return
    throw this.error({
      expected: 'epsilon above 0',
      received: String(epsilon),
      fix: 'leave it out for the usual 0.001',
    })
  }

  outputShape(inputShape: Shape): Shape {
    const features = inputShape.at(-1)
    const known = (this.gamma ?? this.beta)?.size
    if (features === undefined || (known !== undefined && known !== features)) {
      throw this.error({
        expected:
          known === undefined ? 'a batch of vectors [*,features]' : `${known} features, as when it was built`,
        received: formatBatchShape(inputShape),
        fix: 'give it inputs with a last axis of that length, or make a new layer',
      })
    }
    return inputShape
  }

  /** Mean, deviations, their squares and sum, a division, a factor and a shift per element. */
  override operations(inputShape: Shape): number {
    return 8 * super.operations(inputShape)
  }

  protected override build(inputShape: Shape): void {
    const shape = [inputShape.at(-1) ?? 0]
    if (this.#settings.scale) this.gamma = this.addWeight('gamma', shape, 'ones')
    if (this.#settings.center) this.beta = this.addWeight('beta', shape, 'zeros')
  }

  protected forward(batch: Tensor): Tensor {
    const x = this.toWeightType(batch)
    const { epsilon } = this.#settings
    return normalizeOver(x, -1, { scale: this.gamma?.value, shift: this.beta?.value, epsilon }).output
  }

  protected settings() {
    return this.#settings
  }
}

/** Layer normalization over the last axis. @example layerNormalization({ epsilon: 1e-5 }) */
export function layerNormalization(options?: LayerNormalizationOptions): LayerNormalization {
  return new LayerNormalization(options)
}
