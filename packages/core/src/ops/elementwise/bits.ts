/**
 * Operations on the bits of integers; booleans count as one bit, and as int32 where they are shifted.
 */
import { expressions as e } from '@nabla/backend'
import { binary, unary } from './define.js'

/** Bits set in both. @example bitwiseAnd(tensor([6, 5], { dtype: 'int32' }), 3) // [2, 1] */
export const bitwiseAnd = /* @__PURE__ */ binary('bitwiseAnd', 'bits', e.and, { domain: [0, 100] })
/** Bits set in at least one. */
export const bitwiseOr = /* @__PURE__ */ binary('bitwiseOr', 'bits', e.or, { domain: [0, 100] })
/** Bits set in exactly one. */
export const bitwiseXor = /* @__PURE__ */ binary('bitwiseXor', 'bits', e.xor, { domain: [0, 100] })
/** All bits flipped. @example bitwiseNot(tensor([0, 5], { dtype: 'int32' })) // [-1, -6] */
export const bitwiseNot = /* @__PURE__ */ unary('bitwiseNot', 'bits', e.not, { domain: [0, 100] })
/** Shifted left by `b` bits (modulo 32), which wraps. @example leftShift(tensor([1, 3], { dtype: 'int32' }), 2) // [4, 12] */
export const leftShift = /* @__PURE__ */ binary('leftShift', 'integer', e.shiftLeft, {
  domain: [
    [0, 100],
    [0, 8],
  ],
})
/** Shifted right by `b` bits (modulo 32); int32 keeps its sign. */
export const rightShift = /* @__PURE__ */ binary('rightShift', 'integer', e.shiftRight, {
  domain: [
    [0, 100],
    [0, 8],
  ],
})
