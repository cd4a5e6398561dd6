/**
 * Derivatives that an operation states itself, by its output alone: the input then need not be kept for backward, nor
 * be stored at all where the operation is computed together with what made it (a bias and relu after a matrix product).
 */
import type { Expr } from '@nabla/backend'

/** The cotangent of the one input, from the output and its cotangent; an expression of the same type. */
export type SlopeByOutput = (output: Expr, cotangent: Expr) => Expr

// Expressions are interned, so this holds for every kernel with the same expression.
const stated = /* @__PURE__ */ new WeakMap<Expr, SlopeByOutput>()

/** Notes the derivative of an expression of one input. It must agree with the derived one for every input. */
export function stateSlope(expression: Expr, slope: SlopeByOutput): void {
  stated.set(expression, slope)
}

/** The derivative that was stated for an expression, if one was. */
export function slopeByOutput(expression: Expr): SlopeByOutput | undefined {
  return stated.get(expression)
}
