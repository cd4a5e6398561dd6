/**
 * Arithmetic: one line per operation.
 */
import { expressions as e } from '@nabla/backend'
import { binary, unary } from './define.js'

/** Sum, elementwise. @example add(tensor([1, 2]), 10) // [11, 12] */
export const add = /* @__PURE__ */ binary('add', 'number', e.add)
/** Difference, elementwise. */
export const sub = /* @__PURE__ */ binary('sub', 'number', e.subtract)
/** Product, elementwise. */
export const mul = /* @__PURE__ */ binary('mul', 'number', e.multiply)
/** Quotient, elementwise; integers are divided as float32. @example div(tensor([1, 2]), 2) // [0.5, 1] */
export const div = /* @__PURE__ */ binary('div', 'float', e.divide)
/** The negative. */
export const neg = /* @__PURE__ */ unary('neg', 'number', e.negate)
/** x · x. */
export const square = /* @__PURE__ */ unary('square', 'number', (x) => e.multiply(x, x))
/** e to the power of x. */
export const exp = /* @__PURE__ */ unary('exp', 'float', e.exp)
