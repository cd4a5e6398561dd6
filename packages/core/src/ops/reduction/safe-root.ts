/**
 * Roots whose gradient at zero is zero instead of infinite: a norm or a deviation of zero is a minimum.
 */
import { type DType, type Expr, expressions as e, input, scalar } from '@nabla/backend'

/** Square root of input 0, which is not negative. */
export function safeRoot(dtype: DType): Expr {
  return guarded(input(0, dtype), e.sqrt)
}

/** Input 0, which is not negative, to the power of scalar 0, which is positive. */
export function safePower(dtype: DType): Expr {
  return guarded(input(0, dtype), (x) => e.power(x, scalar(0, dtype)))
}

/** The inner select keeps the infinite slope out of the derivative, where infinity times zero would be NaN. */
function guarded(x: Expr, root: (x: Expr) => Expr): Expr {
  const isZero = e.equal(x, 0)
  return e.select(isZero, 0, root(e.select(isZero, 1, x)))
}
