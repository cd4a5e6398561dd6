/**
 * Continuous distributions: uniform, normal, truncated normal.
 */
import { type DType, type Expr, expressions as e, erf, type FloatDType, type Shape } from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { Mutable } from '../types/shapes.js'
import { retype } from '../types/typed.js'
import { inverseErf } from './inverse-erf.js'
import { distribution, type RandomOptions, requireFloat, requireParameters } from './sample.js'
import { unitInterval, type Words } from './words.js'

/** Half precision is too coarse to compute in. */
const workingType = (dtype: FloatDType): FloatDType => (dtype === 'float64' ? 'float64' : 'float32')

const drawUniform = /* @__PURE__ */ distribution<FloatDType>(
  'uniform',
  (dtype) => dtype,
  (words, [low, width], dtype) => e.add(low as Expr, e.multiply(unitInterval(words, dtype), width as Expr)),
)

export interface UniformOptions<D extends DType> extends RandomOptions<D> {
  /** Lower end, which can occur; default 0. */
  readonly low?: number
  /** Upper end, which occurs only through rounding; default 1. */
  readonly high?: number
}

/**
 * Numbers that are equally likely everywhere between `low` and `high`.
 *
 * @example uniform([2, 3], { low: -1, high: 1 })
 */
export function uniform<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: UniformOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const { low = 0, high = 1, dtype } = options
  requireParameters(
    'uniform',
    Number.isFinite(high - low) && low <= high,
    'finite ends, low ≤ high',
    `low ${low} and high ${high}`,
  )
  return retype(drawUniform(shape, requireFloat('uniform', dtype), [low, high - low], options))
}

/**
 * A standard normal number of two words, by Box and Muller, "A note on the generation of random normal deviates"
 * (1958): the radius from the first, the angle from the second. At most 5.8 from 0 in float32, 6.7 in float64.
 */
function boxMuller({ first, second }: Words, dtype: FloatDType): Expr {
  const unit = (word: Expr): Expr =>
    dtype === 'float64'
      ? e.multiply(e.cast(word, dtype), 2 ** -32)
      : unitInterval({ first: word, second: word }, dtype)
  const step = dtype === 'float64' ? 2 ** -32 : 2 ** -24
  // In (0, 1], so that its logarithm is finite; a device may give a little more than 0 for that of 1.
  const radius = e.sqrt(e.maximum(e.multiply(e.log(e.add(unit(first), step)), -2), 0))
  return e.multiply(radius, e.cos(e.multiply(e.subtract(unit(second), 0.5), 2 * Math.PI)))
}

const drawNormal = /* @__PURE__ */ distribution<FloatDType>(
  'normal',
  workingType,
  (words, [mean, deviation], dtype) =>
    e.cast(e.add(mean as Expr, e.multiply(boxMuller(words, workingType(dtype)), deviation as Expr)), dtype),
)

export interface NormalOptions<D extends DType> extends RandomOptions<D> {
  /** Default 0. */
  readonly mean?: number
  /** Default 1. */
  readonly standardDeviation?: number
}

function requireDeviation(operation: string, mean: number, deviation: number): void {
  const isValid = Number.isFinite(mean) && Number.isFinite(deviation) && deviation >= 0
  requireParameters(
    operation,
    isValid,
    'a finite mean and a standardDeviation from 0',
    `mean ${mean} and standardDeviation ${deviation}`,
  )
}

/**
 * Normally distributed numbers.
 *
 * @example normal([784, 512], { standardDeviation: 0.05 })
 */
export function normal<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: NormalOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const { mean = 0, standardDeviation = 1, dtype } = options
  requireDeviation('normal', mean, standardDeviation)
  return retype(drawNormal(shape, requireFloat('normal', dtype), [mean, standardDeviation], options))
}

const drawTruncated = /* @__PURE__ */ distribution<FloatDType>(
  'truncatedNormal',
  workingType,
  (words, [mean, deviation, low, high, from, width], dtype) => {
    const share = e.add(from as Expr, e.multiply(unitInterval(words, workingType(dtype)), width as Expr))
    const standard = e.multiply(inverseErf(share), Math.SQRT2)
    const inside = e.maximum(e.minimum(standard, high as Expr), low as Expr)
    return e.cast(e.add(mean as Expr, e.multiply(inside, deviation as Expr)), dtype)
  },
)

export interface TruncatedNormalOptions<D extends DType> extends NormalOptions<D> {
  /** Lower cut, in standard deviations from the mean; default -2. */
  readonly low?: number
  /** Upper cut, in standard deviations from the mean; default 2. */
  readonly high?: number
}

/**
 * Normally distributed numbers between two cuts, as if those outside were drawn again; `standardDeviation` is that of
 * the normal distribution before it is cut. Computed by inverting the distribution function.
 *
 * @example truncatedNormal([3, 3, 1, 32], { standardDeviation: 0.1 })
 */
export function truncatedNormal<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: TruncatedNormalOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const { mean = 0, standardDeviation = 1, low = -2, high = 2, dtype } = options
  requireDeviation('truncatedNormal', mean, standardDeviation)
  requireParameters('truncatedNormal', low < high, 'cuts with low < high', `low ${low} and high ${high}`)
  const [from, to] = [erf(low / Math.SQRT2), erf(high / Math.SQRT2)]
  const parameters = [mean, standardDeviation, low, high, from, to - from]
  return retype(drawTruncated(shape, requireFloat('truncatedNormal', dtype), parameters, options))
}
