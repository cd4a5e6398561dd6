/**
 * Trigonometric and hyperbolic functions with their inverses, in radians. Formulas are those that keep relative
 * accuracy near zeros and singularities (Kahan, "Branch cuts for complex elementary functions", 1987).
 */
import { type Expr, expressions as e } from '@nabla/backend'
import { binary, unary } from './define.js'

/** Sine. */
export const sin = /* @__PURE__ */ unary('sin', 'float', e.sin)
/** Cosine. */
export const cos = /* @__PURE__ */ unary('cos', 'float', e.cos)
/** Tangent. */
export const tan = /* @__PURE__ */ unary('tan', 'float', (x) => e.divide(e.sin(x), e.cos(x)), {
  domain: [-1.2, 1.2],
})

/** √(1 − x²), exact near 1 and -1. */
const opposite = (x: Expr): Expr => e.multiply(e.sqrt(e.subtract(1, x)), e.sqrt(e.add(x, 1)))

/** Inverse sine, from -π/2 to π/2; NaN outside of [-1, 1]. */
export const asin = /* @__PURE__ */ unary('asin', 'float', (x) => e.atan2(x, opposite(x)), {
  domain: [-0.9, 0.9],
})
/** Inverse cosine, from 0 to π; NaN outside of [-1, 1]. */
export const acos = /* @__PURE__ */ unary('acos', 'float', (x) => e.atan2(opposite(x), x), {
  domain: [-0.9, 0.9],
})
/** Inverse tangent, from -π/2 to π/2. */
export const atan = /* @__PURE__ */ unary('atan', 'float', (x) => e.atan2(x, 1))
/** The angle of the point (x = b, y = a), from -π to π. @example atan2(tensor([1]), tensor([-1])) // [2.356…] */
export const atan2 = /* @__PURE__ */ binary('atan2', 'float', e.atan2, {
  domain: [
    [-2, 2],
    [0.5, 2],
  ],
})

/** expm1 of x/2 and of -x/2: half the argument, so that products of them overflow only where the result does. */
const halves = (x: Expr): readonly [Expr, Expr] => {
  const half = e.multiply(x, 0.5)
  return [e.expm1(half), e.expm1(e.negate(half))]
}

/** Hyperbolic sine: 2 sinh(x/2) cosh(x/2). */
export const sinh = /* @__PURE__ */ unary('sinh', 'float', (x) => {
  const [up, down] = halves(x)
  return e.multiply(e.multiply(e.subtract(up, down), 0.5), e.add(e.add(up, down), 2))
})
/** Hyperbolic cosine: 1 + 2 sinh²(x/2). */
export const cosh = /* @__PURE__ */ unary('cosh', 'float', (x) => {
  const [up, down] = halves(x)
  const twice = e.subtract(up, down)
  return e.add(e.multiply(e.multiply(twice, 0.5), twice), 1)
})
/** Hyperbolic tangent. */
export const tanh = /* @__PURE__ */ unary('tanh', 'float', e.tanh)

/** A function of |x| with the sign of x; its derivatives at 0 are those from the right. */
const odd =
  (build: (size: Expr) => Expr) =>
  (x: Expr): Expr => {
    const negative = e.less(x, 0)
    const result = build(e.select(negative, e.negate(x), x))
    return e.select(negative, e.negate(result), result)
  }

/** `near` for sizes up to `limit` and `far` beyond, neither computed outside of its range. */
function piecewise(x: Expr, limit: number, near: (x: Expr) => Expr, far: (x: Expr) => Expr): Expr {
  const isFar = e.less(limit, x)
  return e.select(isFar, far(e.select(isFar, x, limit)), near(e.select(isFar, limit, x)))
}

/** log(2x) for the inverse of a hyperbolic function: log(x) + log(1 + √(1 ± 1/x²)). */
const logTwice = (x: Expr, root: (inverse: Expr) => Expr): Expr =>
  e.add(e.log(x), e.log1p(root(e.divide(1, x))))

/** Inverse hyperbolic sine. */
export const asinh = /* @__PURE__ */ unary(
  'asinh',
  'float',
  /* @__PURE__ */ odd((size) => {
    const root = (x: Expr): Expr => e.sqrt(e.add(e.multiply(x, x), 1))
    const near = (x: Expr): Expr => e.log1p(e.add(x, e.divide(e.multiply(x, x), e.add(root(x), 1))))
    return piecewise(size, 1, near, (x) => logTwice(x, root))
  }),
)
/** Inverse hyperbolic cosine; NaN below 1. */
export const acosh = /* @__PURE__ */ unary(
  'acosh',
  'float',
  (x) => {
    const near = (each: Expr): Expr => {
      const above = e.subtract(each, 1)
      return e.log1p(e.add(above, e.multiply(e.sqrt(above), e.sqrt(e.add(above, 2)))))
    }
    return piecewise(x, 2, near, (each) => logTwice(each, opposite))
  },
  { domain: [1.2, 4] },
)
/** Inverse hyperbolic tangent; NaN outside of [-1, 1]. */
export const atanh = /* @__PURE__ */ unary(
  'atanh',
  'float',
  (x) => e.multiply(e.subtract(e.log1p(x), e.log1p(e.negate(x))), 0.5),
  { domain: [-0.8, 0.8] },
)

/** Degrees as radians. @example deg2rad(tensor([180])) // [3.1415…] */
export const deg2rad = /* @__PURE__ */ unary('deg2rad', 'float', (x) => e.multiply(x, Math.PI / 180))
/** Radians as degrees. */
export const rad2deg = /* @__PURE__ */ unary('rad2deg', 'float', (x) => e.multiply(x, 180 / Math.PI))
