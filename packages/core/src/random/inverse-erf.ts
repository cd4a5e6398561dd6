/**
 * The inverse of the error function as an expression, for sampling: Giles, "Approximating the erfinv function" (GPU
 * Computing Gems, 2011), the single-precision polynomials, good to about 1e-6 relative.
 */
import { constant, type Expr, expressions as e } from '@nabla/backend'

/** Coefficients from the highest power, in w - 2.5 for the middle … */
const MIDDLE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
]
/** … and in √w - 3 for the tails. */
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
]

function polynomial(coefficients: readonly number[], x: Expr): Expr {
  const [first = 0, ...rest] = coefficients
  return rest.reduce<Expr>((sum, each) => e.add(e.multiply(sum, x), each), constant(first, x.dtype))
}

/** y with erf(y) = x, for -1 < x < 1. */
export function inverseErf(x: Expr): Expr {
  const w = e.negate(e.log(e.multiply(e.subtract(1, x), e.add(1, x))))
  const isMiddle = e.less(w, 5)
  // The argument of the branch that isn't taken is kept harmless.
  const tail = e.subtract(e.sqrt(e.maximum(w, 5)), 3)
  return e.multiply(x, e.select(isMiddle, polynomial(MIDDLE, e.subtract(w, 2.5)), polynomial(TAIL, tail)))
}
