/**
 * Arithmetic: one line per operation. Integers stay integers and wrap; division and roots make them float32.
 */
import { constant, type Expr, expressions as e, isFloat, toFloatType } from '@nabla/backend'
import { binary, unary } from './define.js'

/** Sum, elementwise. @example add(tensor([1, 2]), 10) // [11, 12] */
export const add = /* @__PURE__ */ binary('add', 'number', e.add)
/** Difference, elementwise. @example sub(tensor([1, 2]), 1) // [0, 1] */
export const sub = /* @__PURE__ */ binary('sub', 'number', e.subtract)
/** Product, elementwise. @example mul(tensor([1, 2]), 3) // [3, 6] */
export const mul = /* @__PURE__ */ binary('mul', 'number', e.multiply)
/** Quotient, elementwise; integers are divided as float32. @example div(tensor([1, 2]), 2) // [0.5, 1] */
export const div = /* @__PURE__ */ binary('div', 'float', e.divide, { domain: [0.5, 3] })

/** The negative. @example neg(tensor([1, -2])) // [-1, 2] */
export const neg = /* @__PURE__ */ unary('neg', 'number', e.negate)
/** The absolute value, with derivative 0 at 0. @example abs(tensor([1, -2])) // [1, 2] */
export const abs = /* @__PURE__ */ unary('abs', 'number', e.absolute, { kinks: [0] })
/** -1, 0 or 1 by sign. @example sign(tensor([3, 0, -2])) // [1, 0, -1] */
export const sign = /* @__PURE__ */ unary('sign', 'number', e.sign, { kinks: [0] })
/** x · x. @example square(tensor([1, -3])) // [1, 9] */
export const square = /* @__PURE__ */ unary('square', 'number', (x) => e.multiply(x, x))
/** 1 / x. @example reciprocal(tensor([1, 4])) // [1, 0.25] */
export const reciprocal = /* @__PURE__ */ unary('reciprocal', 'float', (x) => e.divide(1, x), {
  domain: [0.5, 3],
})
/** The square root. @example sqrt(tensor([4, 9])) // [2, 3] */
export const sqrt = /* @__PURE__ */ unary('sqrt', 'float', e.sqrt, { domain: [0.2, 4] })
/** 1 / √x. @example rsqrt(tensor([4, 16])) // [0.5, 0.25] */
export const rsqrt = /* @__PURE__ */ unary('rsqrt', 'float', e.rsqrt, { domain: [0.2, 4] })

/** Whether a remainder of a division by `b` must be moved by `b` to have b's sign. */
const wrongSign = (rest: Expr, b: Expr): Expr =>
  e.and(e.not(e.equal(rest, 0)), e.xor(e.less(rest, 0), e.less(b, 0)))

/**
 * Quotient rounded down, `a = b · floorDivide(a, b) + mod(a, b)`. Integers divided by 0 give 0, floats NaN.
 *
 * @example floorDivide(tensor([7, -7]), 2) // [3, -4]
 */
export const floorDivide = /* @__PURE__ */ binary('floorDivide', 'number', (a, b) => {
  const rest = e.remainder(a, b)
  const quotient = e.divide(e.subtract(a, rest), b)
  const whole = isFloat(a.dtype) ? e.round(quotient) : quotient
  return e.select(wrongSign(rest, b), e.subtract(whole, 1), whole)
})
/** Remainder with the sign of the divisor, as in Python and NumPy. @example mod(tensor([7, -7]), 3) // [1, 2] */
export const mod = /* @__PURE__ */ binary(
  'mod',
  'number',
  (a, b) => {
    const rest = e.remainder(a, b)
    return e.select(wrongSign(rest, b), e.add(rest, b), rest)
  },
  {
    domain: [
      [-0.9, 0.9],
      [1, 2],
    ],
    kinks: [0],
  },
)
/** Remainder with the sign of the dividend, as in C and JavaScript. @example fmod(tensor([7, -7]), 3) // [1, -1] */
export const fmod = /* @__PURE__ */ binary('fmod', 'number', e.remainder, {
  domain: [
    [-0.9, 0.9],
    [1, 2],
  ],
})

/** Whole powers of integers by repeated squaring; wraps. Negative exponents give the quotient rounded towards 0. */
function integerPower(base: Expr, exponent: Expr): Expr {
  let result: Expr = e.select(e.equal(e.and(exponent, 1), 0), 1, base)
  let power = base
  for (let bit = 1; bit < (base.dtype === 'uint8' ? 8 : 32); bit++) {
    power = e.multiply(power, power)
    const isSet = e.not(e.equal(e.and(e.shiftRight(exponent, bit), 1), 0))
    result = e.select(isSet, e.multiply(result, power), result)
  }
  if (base.dtype !== 'int32') return result
  const vanishes = e.and(e.less(exponent, 0), e.less(1, e.absolute(base)))
  return e.select(vanishes, 0, result)
}

/**
 * `a` to the power of `b`. Integers stay integers and wrap; a negative float to a fractional power is NaN.
 *
 * @example pow(tensor([2, 3]), 2) // [4, 9]
 */
export const pow = /* @__PURE__ */ binary(
  'pow',
  'number',
  (a, b) => (isFloat(a.dtype) ? e.power(a, b) : integerPower(a, b)),
  {
    domain: [
      [0.3, 3],
      [-2, 2],
    ],
  },
)

/**
 * The cube root, also of negative numbers. A power, corrected by one step of Newton's method, which makes cubes exact.
 *
 * @example cbrt(tensor([8, -27])) // [2, -3]
 */
export const cbrt = /* @__PURE__ */ unary(
  'cbrt',
  'float',
  (x) => {
    const negative = e.less(x, 0)
    const size = e.select(negative, e.negate(x), x)
    const guess = e.power(size, 1 / 3)
    const regular = e.and(e.isFinite(guess), e.less(0, guess))
    const safe = e.select(regular, guess, 1)
    const cube = e.select(regular, size, 1)
    const excess = e.divide(e.subtract(safe, e.divide(cube, e.multiply(safe, safe))), 3)
    const root = e.select(regular, e.subtract(safe, excess), guess)
    return e.select(negative, e.negate(root), root)
  },
  { domain: [-4, 4], kinks: [0] },
)

/** Powers of two: sizes from which squares are in danger in a type, and a factor that brings them back. */
const SQUARES = {
  float16: { large: 2 ** 6, factor: 2 ** 10 },
  float32: { large: 2 ** 50, factor: 2 ** 80 },
  float64: { large: 2 ** 400, factor: 2 ** 640 },
}

/**
 * √(a² + b²) without overflow of the squares; its derivative at the origin is 0.
 *
 * @example hypot(tensor([3, 5]), tensor([4, 12])) // [5, 13]
 */
export const hypot = /* @__PURE__ */ binary('hypot', 'float', (a, b) => {
  const { large, factor } = SQUARES[toFloatType(a.dtype)]
  const size = e.maximum(e.absolute(a), e.absolute(b))
  const scale = e.select(
    e.less(large, size),
    1 / factor,
    e.select(e.less(size, 1 / large), factor, constant(1, a.dtype)),
  )
  const square = (x: Expr): Expr => e.multiply(e.multiply(x, scale), e.multiply(x, scale))
  const sum = e.add(square(a), square(b))
  const isZero = e.equal(sum, 0)
  return e.select(isZero, 0, e.divide(e.sqrt(e.select(isZero, 1, sum)), scale))
})
