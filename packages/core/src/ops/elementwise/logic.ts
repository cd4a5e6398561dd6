/**
 * Logic: operands of any type are read as booleans (0 is false, everything else true); results are bool.
 */
import { expressions as e } from '@nabla/backend'
import { binary, unary } from './define.js'

/** Both. @example logicalAnd(tensor([true, false]), true) // [true, false] */
export const logicalAnd = /* @__PURE__ */ binary('logicalAnd', 'logical', e.and)
/** At least one. */
export const logicalOr = /* @__PURE__ */ binary('logicalOr', 'logical', e.or)
/** Exactly one. */
export const logicalXor = /* @__PURE__ */ binary('logicalXor', 'logical', e.xor)
/** Not. @example logicalNot(tensor([0, 2])) // [true, false] */
export const logicalNot = /* @__PURE__ */ unary('logicalNot', 'logical', e.not)
