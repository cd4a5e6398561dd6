/**
 * Activation functions, with the names and defaults of Keras. Each is one expression in a form that neither overflows
 * nor cancels for any finite input; branches are analytic where the function is, so that derivatives of every order
 * hold at the joints. Where a derivative jumps at 0, the value from the left is taken.
 */
import { type DType, type Expr, expressions as e, type Shape, ValueError } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type { UnaryResult } from '../../types/operands.js'
import { adjustable, binary, callable, operation, unary } from './define.js'

/** `negative(x)` for x ≤ 0, computed at 0 elsewhere so that it can't overflow there; `positive` otherwise. */
const split = (x: Expr, negative: (x: Expr) => Expr, positive: Expr = x): Expr => {
  const isLow = e.lessEqual(x, 0)
  return e.select(isLow, negative(e.select(isLow, x, 0)), positive)
}

/** exp(−|x|), never above 1, with the derivatives of the exponential on each side. */
const decay = (x: Expr): Expr => e.exp(e.select(e.less(x, 0), x, e.negate(x)))

const sigmoidOf = (x: Expr): Expr => {
  const small = decay(x)
  return e.divide(e.select(e.less(x, 0), small, 1), e.add(small, 1))
}
const softplusOf = (x: Expr): Expr => e.add(e.select(e.less(x, 0), 0, x), e.log1p(decay(x)))
const clipOf = (x: Expr, low: number, high: number): Expr =>
  e.select(e.lessEqual(x, low), low, e.select(e.lessEqual(high, x), high, x))
const hardSigmoidOf = (x: Expr): Expr => clipOf(e.add(e.divide(x, 6), 0.5), 0, 1)

/** max(x, 0), with derivative 0 at 0. @example relu(tensor([-1, 2])) // [0, 2] */
export const relu = /* @__PURE__ */ unary('relu', 'number', (x) => e.select(e.lessEqual(x, 0), 0, x), {
  kinks: [0],
  // x ≤ 0 exactly where the output is, NaN included.
  slope: (output, cotangent) => e.select(e.lessEqual(output, 0), 0, cotangent),
})
/** min(max(x, 0), 6). */
export const relu6 = /* @__PURE__ */ unary('relu6', 'number', (x) => clipOf(x, 0, 6), {
  domain: [-2, 8],
  kinks: [0, 6],
})
/** x, or slope · x for x ≤ 0; the slope is 0.2 by default. */
export const leakyRelu = /* @__PURE__ */ adjustable(
  'leakyRelu',
  'float',
  0.2,
  (x, slope) => e.select(e.lessEqual(x, 0), e.multiply(x, slope), x),
  { kinks: [0] },
)
/** x, or alpha · x for x ≤ 0, with a tensor `alpha` that broadcasts and is learned (He et al. 2015). */
export const prelu = /* @__PURE__ */ binary(
  'prelu',
  'float',
  (x, alpha) => e.select(e.lessEqual(x, 0), e.multiply(x, alpha), x),
  { kinks: [0] },
)
/** x, or alpha · (exp(x) − 1) for x ≤ 0; alpha is 1 by default (Clevert et al. 2016). */
export const elu = /* @__PURE__ */ adjustable(
  'elu',
  'float',
  1,
  (x, alpha) => split(x, (low) => e.multiply(alpha, e.expm1(low))),
  { kinks: [0] },
)
/** x, or alpha · (exp(x / alpha) − 1) for x ≤ 0; alpha is 1 by default (Barron 2017). */
export const celu = /* @__PURE__ */ adjustable(
  'celu',
  'float',
  1,
  (x, alpha) => split(x, (low) => e.multiply(alpha, e.expm1(e.divide(low, alpha)))),
  { kinks: [0] },
)

const SELU_SCALE = 1.0507009873554805
const SELU_ALPHA = 1.6732632423543772

/** The self-normalising scaled exponential unit, 1.0507… · elu(x, 1.6732…) (Klambauer et al. 2017). */
export const selu = /* @__PURE__ */ unary(
  'selu',
  'float',
  (x) => split(x, (low) => e.multiply(e.expm1(low), SELU_SCALE * SELU_ALPHA), e.multiply(x, SELU_SCALE)),
  { kinks: [0] },
)

/** The logistic function 1 / (1 + exp(−x)). @example sigmoid(tensor([0])) // [0.5] */
export const sigmoid = /* @__PURE__ */ unary('sigmoid', 'float', sigmoidOf, {
  slope: (output, cotangent) => e.multiply(cotangent, e.multiply(output, e.subtract(1, output))),
})
/** log(sigmoid(x)). */
export const logSigmoid = /* @__PURE__ */ unary('logSigmoid', 'float', (x) =>
  e.negate(softplusOf(e.negate(x))),
)
/** log(1 + exp(x)). */
export const softplus = /* @__PURE__ */ unary('softplus', 'float', softplusOf)
/** x / (1 + |x|). */
export const softsign = /* @__PURE__ */ unary(
  'softsign',
  'float',
  (x) => e.divide(x, e.add(e.absolute(x), 1)),
  {
    kinks: [0],
  },
)
/** x · sigmoid(x), also called swish (Elfwing et al. 2018). */
export const silu = /* @__PURE__ */ unary('silu', 'float', (x) => e.multiply(x, sigmoidOf(x)))
/** x · tanh(softplus(x)) (Misra 2020). */
export const mish = /* @__PURE__ */ unary('mish', 'float', (x) => e.multiply(x, e.tanh(softplusOf(x))))
/** x / 6 + 1/2 between 0 and 1. */
export const hardSigmoid = /* @__PURE__ */ unary('hardSigmoid', 'float', hardSigmoidOf, {
  domain: [-5, 5],
  kinks: [-3, 3],
})
/** x · hardSigmoid(x) (Howard et al. 2019). */
export const hardSwish = /* @__PURE__ */ unary('hardSwish', 'float', (x) => e.multiply(x, hardSigmoidOf(x)), {
  domain: [-5, 5],
  kinks: [-3, 3],
})
/** x between -1 and 1. */
export const hardTanh = /* @__PURE__ */ unary('hardTanh', 'float', (x) => clipOf(x, -1, 1), {
  kinks: [-1, 1],
})

/** x − tanh(x). */
export const tanhShrink = /* @__PURE__ */ unary('tanhShrink', 'float', (x) => e.subtract(x, e.tanh(x)))
/** Moved towards 0 by a threshold (0.5 by default), and 0 within it. */
export const softShrink = /* @__PURE__ */ adjustable(
  'softShrink',
  'float',
  0.5,
  (x, threshold) =>
    e.select(e.lessEqual(e.absolute(x), threshold), 0, e.subtract(x, e.multiply(e.sign(x), threshold))),
  { kinks: [-0.5, 0.5] },
)
/** 0 within a threshold (0.5 by default), else x. */
export const hardShrink = /* @__PURE__ */ adjustable(
  'hardShrink',
  'float',
  0.5,
  (x, threshold) => e.select(e.lessEqual(e.absolute(x), threshold), 0, x),
  { kinks: [-0.5, 0.5] },
)

const cutting = /* @__PURE__ */ operation(
  'threshold',
  'float',
  (x, limit, value) => e.select(e.lessEqual(x, limit), value, x),
  { kinks: [0.5] },
  1,
  [0.5, -1],
)

/** x above a limit, and `value` elsewhere. @example threshold(tensor([1, 3]), 2, 0) // [0, 3] */
export const threshold = /* @__PURE__ */ callable<
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    limit: number,
    value: number,
  ) => UnaryResult<'float', S, D>
>((x: Tensor, limit: number, value: number) => cutting.run([x, limit, value]), cutting)

/** Beyond ±30 the approximation is saturated in every type, and its cube could overflow. */
const TANH_LIMIT = 30

const exactGelu = /* @__PURE__ */ operation(
  'gelu',
  'float',
  (x) => e.multiply(e.multiply(x, 0.5), e.erfc(e.multiply(x, -Math.SQRT1_2))),
  {},
  1,
)
const tanhGelu = /* @__PURE__ */ operation(
  'gelu (tanh)',
  'float',
  (x) => {
    const near = clipOf(x, -TANH_LIMIT, TANH_LIMIT)
    const cubic = e.add(e.multiply(e.multiply(e.multiply(near, 0.044715), near), near), near)
    // (1 + tanh(u)) / 2 is the logistic function of 2u, which doesn't cancel.
    return e.multiply(x, sigmoidOf(e.multiply(cubic, 2 * Math.sqrt(2 / Math.PI))))
  },
  {},
  1,
)

export interface GeluOptions {
  /** `'tanh'` for the cheaper approximation by a hyperbolic tangent; default `'none'`. */
  readonly approximate?: 'none' | 'tanh'
}

function isTanh({ approximate = 'none' }: GeluOptions): boolean {
  if (approximate === 'tanh' || approximate === 'none') return approximate === 'tanh'
  throw new ValueError('gelu', {
    expected: "approximate to be 'none' or 'tanh'",
    received: String(approximate),
    fix: "call gelu(x) or gelu(x, { approximate: 'tanh' })",
  })
}

/**
 * x · Φ(x) with the distribution function Φ of the standard normal (Hendrycks & Gimpel 2016).
 *
 * @example gelu(x, { approximate: 'tanh' })
 */
export const gelu = /* @__PURE__ */ callable<
  <S extends Shape, D extends DType>(x: Tensor<S, D>, options?: GeluOptions) => UnaryResult<'float', S, D>
>(
  (x: Tensor, options: GeluOptions = {}) => (isTanh(options) ? tanhGelu : exactGelu).run([x]),
  exactGelu,
  tanhGelu,
)
