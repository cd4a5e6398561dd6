/**
 * Exponentials, logarithms and the error function.
 */
import { type Expr, expressions as e } from '@nabla/backend'
import { binary, unary } from './define.js'

/** e to the power of x. @example exp(tensor([0, 1])) // [1, 2.718…] */
export const exp = /* @__PURE__ */ unary('exp', 'float', e.exp)
/** 2 to the power of x. @example exp2(tensor([3, -1])) // [8, 0.5] */
export const exp2 = /* @__PURE__ */ unary('exp2', 'float', (x) => e.power(2, x))
/** exp(x) − 1, exact for small x. */
export const expm1 = /* @__PURE__ */ unary('expm1', 'float', e.expm1)
/** The natural logarithm. @example log(tensor([1, Math.E])) // [0, 1] */
export const log = /* @__PURE__ */ unary('log', 'float', e.log, { domain: [0.2, 4] })
/** The logarithm to base 2. @example log2(tensor([8, 0.5])) // [3, -1] */
export const log2 = /* @__PURE__ */ unary('log2', 'float', (x) => e.divide(e.log(x), Math.LN2), {
  domain: [0.2, 4],
})
/** The logarithm to base 10. @example log10(tensor([100, 0.1])) // [2, -1] */
export const log10 = /* @__PURE__ */ unary('log10', 'float', (x) => e.divide(e.log(x), Math.LN10), {
  domain: [0.2, 4],
})
/** log(1 + x), exact for small x. */
export const log1p = /* @__PURE__ */ unary('log1p', 'float', e.log1p, { domain: [-0.8, 3] })
/** log(x / (1 − x)), the inverse of sigmoid. @example logit(tensor([0.5])) // [0] */
export const logit = /* @__PURE__ */ unary(
  'logit',
  'float',
  (x) => e.subtract(e.log(x), e.log1p(e.negate(x))),
  {
    domain: [0.05, 0.95],
  },
)

/**
 * log(exp(a) + exp(b)) without overflow: the sum of two numbers that are given by their logarithms.
 *
 * @example logAddExp(tensor([1000]), 1000) // [1000.693…]
 */
export const logAddExp = /* @__PURE__ */ binary('logAddExp', 'float', (a, b) => {
  const isOrdered = e.less(a, b)
  const larger = e.select(isOrdered, b, a)
  const smaller = e.select(isOrdered, a, b)
  // The difference of equal infinities would be NaN.
  const isInfinite = e.and(e.equal(a, b), e.not(e.isFinite(a)))
  const difference = e.subtract(e.select(isInfinite, 0, smaller), e.select(isInfinite, 0, larger))
  return e.add(larger, e.log1p(e.exp(difference)))
})

/**
 * x · log(y), and 0 where x is 0 and y is not positive: the terms of entropies.
 *
 * @example xlogy(tensor([0, 2]), tensor([0, Math.E])) // [0, 2]
 */
export const xlogy = /* @__PURE__ */ binary(
  'xlogy',
  'float',
  (x, y) => {
    const vanishes: Expr = e.and(e.equal(x, 0), e.lessEqual(y, 0))
    return e.multiply(x, e.log(e.select(vanishes, 1, y)))
  },
  {
    domain: [
      [-2, 2],
      [0.2, 4],
    ],
  },
)

/** The error function, 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = /* @__PURE__ */ unary('erf', 'float', e.erf)
/** 1 − erf(x), exact for large x. */
export const erfc = /* @__PURE__ */ unary('erfc', 'float', e.erfc)
