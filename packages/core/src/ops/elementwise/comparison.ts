/**
 * Comparison: results are bool. Whatever is compared with NaN is unequal to it and neither less nor greater.
 */
import { type Expr, expressions as e } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type { Fits, MeetingShape, Operand } from '../../types/operands.js'
import { typed } from '../../types/typed.js'
import { binary, over, unary } from './define.js'
import { tolerant } from './tolerance.js'

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
