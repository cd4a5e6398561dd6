/**
 * Discrete distributions: coin flips, whole numbers, categories.
 */
import {
  broadcastShapes,
  type DType,
  DTypeError,
  type Expr,
  expressions as e,
  formatShape,
  input,
  isFloat,
  normalizeAxis,
  type Shape,
  ShapeError,
  sameShape,
} from '@nabla/backend'
import { requireTensor } from '../engine/operands.js'
import { withoutRecording } from '../engine/recording.js'
import { withTemporaries } from '../engine/temporaries.js'
import { requireShape } from '../ops/creation/require-shape.js'
import { map } from '../primitives/map.js'
import { reduce } from '../primitives/reduce.js'
import { broadcast } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import type { Mutable } from '../types/shapes.js'
import { retype } from '../types/typed.js'
import { defaultGenerator, type Generator } from './generator.js'
import { distribution, type RandomOptions, requireParameters } from './sample.js'
import { openInterval, randomWords, unitInterval, wordScalars } from './words.js'

const drawBernoulli = /* @__PURE__ */ distribution<DType>(
  'bernoulli',
  () => 'float32',
  (words, [probability], dtype) => e.cast(e.less(unitInterval(words, 'float32'), probability as Expr), dtype),
)

/**
 * True with a probability, else false.
 *
 * @param probability from 0 to 1: one for all, or a tensor that broadcasts to the shape; default 0.5
 * @example bernoulli([4], 0.25)                      // Tensor<[4], 'bool'>
 * @example bernoulli([4], 0.25, { dtype: 'float32' }) // zeros and ones
 */
export function bernoulli<const S extends Shape, D extends DType = 'bool'>(
  shape: S,
  probability: number | Tensor = 0.5,
  options: RandomOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const dtype = options.dtype ?? 'bool'
  if (typeof probability !== 'number')
    return retype(bernoulliOf(shape, probability, dtype, options.generator))
  requireParameters(
    'bernoulli',
    probability >= 0 && probability <= 1,
    'a probability from 0 to 1',
    String(probability),
  )
  return retype(drawBernoulli(shape, dtype, [probability], options))
}

function bernoulliOf(
  shape: Shape,
  probability: Tensor,
  dtype: DType,
  generator = defaultGenerator(),
): Tensor {
  requireTensor('bernoulli', probability)
  requireShape('bernoulli', shape)
  if (!sameShape(broadcastShapes('bernoulli', shape, probability.shape), shape)) {
    throw new ShapeError('bernoulli', {
      expected: `probabilities that broadcast to ${formatShape(shape)}`,
      received: formatShape(probability.shape),
      fix: 'ask for a shape that holds all probabilities',
    })
  }
  const unit = unitInterval(randomWords(shape.length), 'float32')
  const flip = e.cast(e.less(unit, e.cast(input(0, probability.dtype), 'float32')), dtype)
  return withoutRecording(() =>
    withTemporaries(() =>
      map('bernoulli', flip, [broadcast('bernoulli', probability, shape)], wordScalars(generator, shape)),
    ),
  )
}

/**
 * A whole number below `span`, from both words: (first · 2^32 + second) mod span, without needing 64 bits. The bias of
 * a remainder, already below span / 2^32, becomes that of 64 bits.
 */
function wholeBelow(first: Expr, second: Expr, span: Expr, multiplier: Expr): Expr {
  const high = e.multiply(e.remainder(first, span), multiplier)
  return e.remainder(e.add(high, e.remainder(second, span)), span)
}

const drawWhole = /* @__PURE__ */ distribution<DType>(
  'randint',
  () => 'uint32',
  ({ first, second }, [low, span, multiplier], dtype) => {
    const offset = wholeBelow(first, second, span as Expr, multiplier as Expr)
    const value = e.add(offset, low as Expr)
    return dtype === 'uint32' ? value : e.cast(e.bitcast(value, 'int32'), dtype)
  },
)

/**
 * Whole numbers from `low` up to, not including, `high`; int32 unless said otherwise.
 *
 * @throws ValueError for an empty range, or one beyond 32 bits.
 * @example randint([5], 0, 10)
 */
export function randint<const S extends Shape, D extends DType = 'int32'>(
  shape: S,
  low: number,
  high: number,
  options: RandomOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  const dtype = options.dtype ?? 'int32'
  const [least, most] = dtype === 'uint32' ? [0, 2 ** 32] : [-(2 ** 31), 2 ** 31]
  const isWhole = Number.isInteger(low) && Number.isInteger(high)
  const isValid = isWhole && low < high && low >= least && high <= most && high - low < 2 ** 32
  requireParameters(
    'randint',
    isValid,
    `whole numbers low < high from ${least} to ${most}`,
    `low ${low} and high ${high}`,
  )
  const span = high - low
  const multiplier = (2 ** 16 % span) ** 2 % span
  return retype(drawWhole(shape, dtype, [low < 0 ? low + 2 ** 32 : low, span, multiplier], options))
}

export interface CategoricalOptions {
  /** The axis of the categories; default the last. */
  readonly axis?: number
  /** How many to draw from each distribution, along a new first axis; default: one, without such an axis. */
  readonly samples?: number
  readonly generator?: Generator
}

/** Standard Gumbel noise. */
const gumbel = (word: Expr): Expr => e.negate(e.log(e.negate(e.log(openInterval(word)))))

/**
 * Draws categories from unnormalised log-probabilities, by the Gumbel-max trick (Gumbel 1954; Maddison et al., "A*
 * sampling", 2014): the largest of logits plus Gumbel noise.
 *
 * @returns int32, shaped like the logits without the axis of categories
 * @example categorical(tensor([[0, 0], [0, 100]])) // [0 or 1, 1]
 */
export function categorical(
  logits: Tensor,
  { axis = -1, samples, generator = defaultGenerator() }: CategoricalOptions = {},
): Tensor<number[], 'int32'> {
  requireTensor('categorical', logits)
  const { dtype } = logits
  if (!isFloat(dtype)) {
    throw new DTypeError('categorical', {
      expected: 'floating-point logits',
      received: dtype,
      fix: "take the logarithm of probabilities, or cast: logits.cast('float32')",
    })
  }
  const at = normalizeAxis('categorical', axis, logits.shape.length)
  if (samples !== undefined) requireShape('categorical samples', [samples])
  const shape = samples === undefined ? logits.shape : [samples, ...logits.shape]
  const words = randomWords(shape.length)
  const noisy = e.add(e.cast(input(0, dtype), 'float32'), gumbel(words.first))
  const result = withoutRecording(() =>
    withTemporaries(() => {
      const scores = map(
        'categorical',
        noisy,
        [broadcast('categorical', logits, shape)],
        wordScalars(generator, shape),
      )
      return reduce('categorical', 'argMax', scores, [at + shape.length - logits.shape.length], false)
    }),
  )
  return retype(result)
}
