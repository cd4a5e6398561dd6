/**
 * Comparison: results are bool. Whatever is compared with NaN is unequal to it and neither less nor greater.
 */
import { type Expr, expressions as e } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type { MeetingShape, Meets, Operand } from '../../types/operands.js'
import { binary, callable, operation, unary } from './define.js'

/** a = b. @example equal(tensor([1, 2]), 2) // [false, true] */
export const equal = /* @__PURE__ */ binary('equal', 'compare', e.equal)
/** a ≠ b. */
export const notEqual = /* @__PURE__ */ binary('notEqual', 'compare', (a, b) => e.not(e.equal(a, b)))
/** a < b. @example less(tensor([1, 2]), 2) // [true, false] */
export const less = /* @__PURE__ */ binary('less', 'compare', e.less)
/** a ≤ b. */
export const lessEqual = /* @__PURE__ */ binary('lessEqual', 'compare', e.lessEqual)
/** a > b. */
export const greater = /* @__PURE__ */ binary('greater', 'compare', e.greater)
/** a ≥ b. */
export const greaterEqual = /* @__PURE__ */ binary('greaterEqual', 'compare', e.greaterEqual)

/** Whether each element is NaN. */
export const isNaN = /* @__PURE__ */ unary('isNaN', 'test', e.isNaN)
/** Whether each element is neither infinite nor NaN. */
export const isFinite = /* @__PURE__ */ unary('isFinite', 'test', e.isFinite)
/** Whether each element is Infinity or -Infinity. */
export const isInfinite = /* @__PURE__ */ unary('isInfinite', 'test', (x) =>
  e.not(e.or(e.isFinite(x), e.isNaN(x))),
)

export interface CloseOptions {
  /** Tolerance relative to `b`; default 1e-5. */
  readonly rtol?: number
  /** Absolute tolerance; default 1e-8. */
  readonly atol?: number
  /** Whether NaN is close to NaN; default false. */
  readonly equalNaN?: boolean
}

type IsClose = <A extends Operand, B extends Operand>(
  a: A,
  b: B & Meets<A, B>,
  options?: CloseOptions,
) => Tensor<MeetingShape<A, B>, 'bool'>

const withinTolerance = (a: Expr, b: Expr, rtol: Expr, atol: Expr): Expr => {
  const allowed = e.multiplyAdd(rtol, e.absolute(b), atol)
  const near = e.and(e.isFinite(b), e.lessEqual(e.absolute(e.subtract(a, b)), allowed))
  return e.or(e.equal(a, b), near)
}
const bothNaN = (a: Expr, b: Expr): Expr => e.and(e.isNaN(a), e.isNaN(b))

const close = /* @__PURE__ */ operation('isClose', 'test', withinTolerance, {}, 2, [1e-5, 1e-8])
const closeOrNaN = /* @__PURE__ */ operation(
  'isClose (equalNaN)',
  'test',
  (a, b, rtol, atol) => e.or(withinTolerance(a, b, rtol, atol), bothNaN(a, b)),
  {},
  2,
  [1e-5, 1e-8],
)

/**
 * |a − b| ≤ atol + rtol · |b|, elementwise, as NumPy's `isclose`; equal infinities are close.
 *
 * @example isClose(tensor([1, 2]), tensor([1.000001, 2.1])) // [true, false]
 */
export const isClose = /* @__PURE__ */ callable<IsClose>(
  (a: Operand, b: Operand, { rtol = 1e-5, atol = 1e-8, equalNaN = false }: CloseOptions = {}) =>
    (equalNaN ? closeOrNaN : close).run([a, b, rtol, atol]),
  close,
  closeOrNaN,
)
