/**
 * Normalization: brought to mean 0 and variance 1, then scaled and shifted. Forward takes the mean, the variance and
 * one map; backward two sums and one map for the input, and a sum each for scale and shift (for batch normalization
 * these are the same two sums).
 */
import { type Expr, expressions as e, input, normalizeAxes, scalar, toFloatType } from '@nabla/backend'
import { withoutRecording } from '../../engine/recording.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { map } from '../../primitives/map.js'
import type { Tensor } from '../../tensor.js'
import type { Axes } from '../../types/axes.js'
import { type Moments, momentsOf, momentType } from './moments.js'
import { type NormalizationOptions, trackNormalization } from './normalization-gradient.js'
import { requireElements } from './options.js'

const EPSILON = 1e-3

/** (x − mean) / √(variance + ε) · scale + shift, in one map. */
function normalized(
  operation: string,
  x: Tensor,
  { mean, variance }: Moments,
  { scale, shift, epsilon = EPSILON }: NormalizationOptions,
): Tensor {
  const dtype = momentType(x.dtype)
  const inputs: [Tensor, ...Tensor[]] = [x, mean, variance]
  const leaf = (tensor: Tensor): Expr => {
    const known = inputs.indexOf(tensor)
    return e.cast(input(known < 0 ? inputs.push(tensor) - 1 : known, tensor.dtype), dtype)
  }
  const deviation = e.rsqrt(e.add(leaf(variance), scalar(0, dtype)))
  const centered = e.multiply(e.subtract(leaf(x), leaf(mean)), deviation)
  const scaled = scale === undefined ? centered : e.multiply(centered, leaf(scale))
  const whole = shift === undefined ? scaled : e.add(scaled, leaf(shift))
  return map(operation, e.cast(whole, x.dtype), inputs, [epsilon])
}

/**
 * (x − mean) / √(variance + epsilon) · scale + shift, with a mean and a variance that are given, for example running
 * statistics. All of them broadcast to `x`. Integers give float32.
 *
 * @example normalizeBy(tensor([1, 3]), tensor(1), tensor(4), { epsilon: 1e-9 }) // [0, 1]
 */
export function normalizeBy(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  options: NormalizationOptions = {},
): Tensor {
  return withTemporaries(() =>
    normalized('normalizeBy', castTo('normalizeBy', x, toFloatType(x.dtype)), { mean, variance }, options),
  )
}

export interface Normalized extends Moments {
  /** Of the shape of the input. */
  readonly output: Tensor
}

/**
 * `x` brought to mean 0 and variance 1 over some axes, then scaled and shifted: batch normalization over all axes but
 * that of the channels (Ioffe & Szegedy 2015), layer normalization over the features (Ba, Kiros & Hinton 2016). The
 * moments come with the result, as constants for every gradient. Integers give float32.
 *
 * @param axes default all
 * @throws AxisError for an axis that `x` doesn't have, ShapeError where there is nothing to normalize.
 * @example normalizeOver(tensor([[1, 2, 3]]), -1, { epsilon: 1e-9 }).output // [[-1.2247, 0, 1.2247]]
 */
export function normalizeOver(x: Tensor, axes?: Axes, options: NormalizationOptions = {}): Normalized {
  const operation = 'normalizeOver'
  const sorted = normalizeAxes(operation, axes, x.ndim)
  requireElements(operation, x.shape, sorted)
  return withTemporaries(() => {
    const floats = castTo(operation, x, toFloatType(x.dtype))
    const [moments, output] = withoutRecording(() => {
      const found = momentsOf(operation, floats, sorted)
      return [found, normalized(operation, floats, found, options)] as const
    })
    const { epsilon = EPSILON } = options
    const computed = { x: floats, axes: sorted, moments, ...options, epsilon }
    return { output: trackNormalization(operation, output, computed), ...moments }
  })
}
