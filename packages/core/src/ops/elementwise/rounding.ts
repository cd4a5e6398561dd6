/**
 * Rounding to whole numbers. Integers stay as they are; derivatives are 0.
 */
import { type Expr, expressions as e, isFloat } from '@nabla/backend'
import { unary } from './define.js'

const ofFloats =
  (round: (x: Expr) => Expr) =>
  (x: Expr): Expr =>
    isFloat(x.dtype) ? round(x) : x

/** The largest whole number that isn't greater. @example floor(tensor([1.5, -1.5])) // [1, -2] */
export const floor = /* @__PURE__ */ unary('floor', 'number', /* @__PURE__ */ ofFloats(e.floor))
/** The smallest whole number that isn't less. @example ceil(tensor([1.5, -1.5])) // [2, -1] */
export const ceil = /* @__PURE__ */ unary('ceil', 'number', /* @__PURE__ */ ofFloats(e.ceil))
/** The nearest whole number, ties to even. @example round(tensor([0.5, 1.5, 2.6])) // [0, 2, 3] */
export const round = /* @__PURE__ */ unary('round', 'number', /* @__PURE__ */ ofFloats(e.round))
/** The whole part. @example trunc(tensor([1.5, -1.5])) // [1, -1] */
export const trunc = /* @__PURE__ */ unary('trunc', 'number', /* @__PURE__ */ ofFloats(e.truncate))
