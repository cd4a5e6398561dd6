/**
 * Batch normalization (Ioffe & Szegedy 2015): each channel brought to mean 0 and variance 1 over the batch, then scaled
 * and shifted by learned factors. Outside of training running statistics stand in for those of the batch.
 */
import {
  expressions as e,
  input,
  mapMany,
  normalizeBy,
  normalizeOver,
  type Shape,
  scalar,
  type Tensor,
  type Variable,
} from '@nabla/core'
import type { CallContext } from '../context.js'
import { Layer, type LayerOptions } from '../layer.js'
import { formatBatchShape } from '../layer-error.js'

export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis of the channels, the batch axis counting as 0; default -1. */
  readonly axis?: number
  /** How much of the running statistics each step keeps; default 0.99. */
  readonly momentum?: number
  /** Added to the variance, against division by zero; default 0.001. */
  readonly epsilon?: number
  /** Whether there is a learned shift (beta); default true. */
  readonly center?: boolean
  /** Whether there is a learned factor (gamma); default true. */
  readonly scale?: boolean
}

export class BatchNormalization extends Layer {
  gamma: Variable | undefined
  beta: Variable | undefined
  movingMean: Variable | undefined
  movingVariance: Variable | undefined
  readonly #settings: Required<Omit<BatchNormalizationOptions, keyof LayerOptions>>

  constructor(options: BatchNormalizationOptions = {}) {
    super('batchNormalization', options)
    const { axis = -1, momentum = 0.99, epsilon = 1e-3, center = true, scale = true } = options
    this.#settings = { axis, momentum, epsilon, center, scale }
    if (Number.isInteger(axis) && axis !== 0 && momentum >= 0 && momentum <= 1 && epsilon > 0) return
    throw this.error({
      expected: 'an axis other than the batch axis 0, momentum from 0 to 1 and epsilon above 0',
      received: `axis ${axis}, momentum ${momentum}, epsilon ${epsilon}`,
      fix: 'leave them out for the usual -1, 0.99 and 0.001',
    })
  }

  /** The axis of the channels in a batch, counted from the front. */
  #axis(inputShape: Shape): number {
    const { axis } = this.#settings
    const rank = inputShape.length + 1
    const found = axis < 0 ? axis + rank : axis
    if (found >= 1 && found < rank) return found
    throw this.error({
      expected: `a batch with axis ${axis}, apart from the batch axis`,
      received: formatBatchShape(inputShape),
      fix: 'choose an axis of the input, counted with the batch axis',
    })
  }

  outputShape(inputShape: Shape): Shape {
    const channels = inputShape[this.#axis(inputShape) - 1]
    const known = this.movingMean?.size
    if (known !== undefined && known !== channels) {
      throw this.error({
        expected: `${known} channels, as when it was built`,
        received: formatBatchShape(inputShape),
        fix: 'give it inputs with as many channels, or make a new layer',
      })
    }
    return inputShape
  }

  /** A factor and a shift per element. */
  override operations(inputShape: Shape): number {
    return 2 * super.operations(inputShape)
  }

  protected override build(inputShape: Shape): void {
    const shape = [inputShape[this.#axis(inputShape) - 1] ?? 0]
    if (this.#settings.scale) this.gamma = this.addWeight('gamma', shape, 'ones')
    if (this.#settings.center) this.beta = this.addWeight('beta', shape, 'zeros')
    this.movingMean = this.addWeight('movingMean', shape, 'zeros', { trainable: false })
    this.movingVariance = this.addWeight('movingVariance', shape, 'ones', { trainable: false })
  }

  /** A frozen layer keeps its statistics and uses them, also in training. */
  protected forward(batch: Tensor, { training }: CallContext): Tensor {
    const x = this.toWeightType(batch)
    const axis = this.#axis(x.shape.slice(1))
    const channelsOf = (channels: Tensor): Tensor =>
      axis === x.ndim - 1
        ? channels
        : channels.reshape(x.shape.map((length, each) => (each === axis ? length : 1)))
    const options = {
      scale: this.gamma && channelsOf(this.gamma.value),
      shift: this.beta && channelsOf(this.beta.value),
      epsilon: this.#settings.epsilon,
    }
    if (!(training && this.trainable)) {
      const [mean, variance] = [this.weight(this.movingMean), this.weight(this.movingVariance)]
      return normalizeBy(x, channelsOf(mean), channelsOf(variance), options)
    }
    const others = x.shape.map((_, each) => each).filter((each) => each !== axis)
    const { output, mean, variance } = normalizeOver(x, others, options)
    this.#follow(mean.reshape([-1]), variance.reshape([-1]))
    return output
  }

  /** moving = momentum · moving + (1 − momentum) · statistic of the batch, for both statistics in one kernel. */
  #follow(mean: Tensor, variance: Tensor): void {
    const { movingMean, movingVariance } = this
    if (movingMean === undefined || movingVariance === undefined) return
    const keep = scalar(0, this.dtype)
    const next = (moving: number, fresh: number) =>
      e.add(
        e.multiply(keep, input(moving, this.dtype)),
        e.multiply(e.subtract(1, keep), e.cast(input(fresh, mean.dtype), this.dtype)),
      )
    const [nextMean, nextVariance] = mapMany(
      'batchNormalization',
      [next(0, 2), next(1, 3)],
      [movingMean.value, movingVariance.value, mean, variance],
      [this.#settings.momentum],
    )
    if (nextMean !== undefined) movingMean.assign(nextMean)
    if (nextVariance !== undefined) movingVariance.assign(nextVariance)
  }

  protected settings() {
    return this.#settings
  }
}

/** Batch normalization over the last axis. @example batchNormalization({ momentum: 0.9 }) */
export function batchNormalization(options?: BatchNormalizationOptions): BatchNormalization {
  return new BatchNormalization(options)
}
