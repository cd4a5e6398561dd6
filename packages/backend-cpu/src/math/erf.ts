/**
 * The error function and its complement in float64, by the rational approximations of FreeBSD's msun (`s_erf.c`,
 * Copyright 1993 by Sun Microsystems, Inc.; permission to use, copy, modify and distribute is granted provided that
 * this notice is preserved): relative error below 1e-15, an order of magnitude faster than series.
 */

/** Coefficients from the constant term up, by the interval of |x| they hold on. */
const NEAR_ZERO = [
  [
    1.28379167095512558561e-1, -3.25042107247001499370e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3,
    -2.37630166566501626084e-5,
  ],
  [
    1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4,
    -3.96022827877536812320e-6,
  ],
] as const
const NEAR_ONE = [
  [
    -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1,
    -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.16637559486879084300e-3,
  ],
  [
    1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1,
    1.36370839120290507362e-2, 1.19844998467991074170e-2,
  ],
] as const
const MIDDLE = [
  [
    -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1,
    -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592,
  ],
  [
    1, 1.96512716674392571292e1, 1.37657754143519042600e2, 4.34565877475229228821e2, 6.45387271733267880336e2,
    4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2,
  ],
] as const
const TAIL = [
  [
    -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2,
    -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2,
  ],
  [
    1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3,
    2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1,
  ],
] as const
/** erf(1), as the approximation around 1 splits it off. */
const ERF_NEAR_ONE = 8.45062911510467529297e-1

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!
  return value
}

function ratio([above, below]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(above, x) / polynomial(below, x)
}

/** erfc for x from 1.25. */
function tail(x: number): number {
  if (x > 28) return 0
  const rest = ratio(x < 1 / 0.35 ? MIDDLE : TAIL, 1 / (x * x))
  // exp(-x²) as a product, the square of a short number being exact: rounding the exponent would be magnified by x².
  const short = Math.fround(x)
  return (Math.exp(-short * short - 0.5625) * Math.exp((short - x) * (short + x) + rest)) / x
}

/** The error function. */
export function erf(x: number): number {
  const magnitude = Math.abs(x)
  if (magnitude < 0.84375) return x + x * ratio(NEAR_ZERO, x * x)
  const value = magnitude < 1.25 ? ERF_NEAR_ONE + ratio(NEAR_ONE, magnitude - 1) : 1 - tail(magnitude)
  return x < 0 ? -value : value
}

/** 1 - erf(x) without cancellation in the tail. */
export function erfc(x: number): number {
  const magnitude = Math.abs(x)
  if (magnitude < 0.84375) {
    const part = ratio(NEAR_ZERO, x * x)
    return x < 0.25 ? 1 - (x + x * part) : 0.5 - (x - 0.5 + x * part)
  }
  if (magnitude < 1.25) {
    const part = ratio(NEAR_ONE, magnitude - 1)
    return x < 0 ? 1 + (ERF_NEAR_ONE + part) : 1 - ERF_NEAR_ONE - part
  }
  return x < 0 ? 2 - tail(magnitude) : tail(magnitude)
}
