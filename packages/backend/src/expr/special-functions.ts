/**
 * erf and erfc in float64, which JavaScript lacks; the reference that backends are held against.
 * Series (Abramowitz & Stegun 7.1.6) for small arguments, Lentz's continued fraction (7.1.14) for the tail; both to
 * about 1e-15 relative.
 */

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI)

/** exp(-x²) as a product, the square of a short number being exact: rounding x² would be magnified by it. */
function gauss(x: number): number {
  const short = Math.fround(x)
  return Math.exp(-short * short) * Math.exp((short - x) * (short + x))
}

function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return TWO_OVER_SQRT_PI * gauss(x) * sum
}

function erfcFraction(x: number): number {
  let fraction = 0
  for (let n = x < 2 ? 200 : 80; n >= 1; n--) fraction = n / 2 / (x + fraction)
  return gauss(x) / (Math.sqrt(Math.PI) * (x + fraction))
}

/** The error function. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x
  const magnitude = Math.abs(x)
  if (magnitude > 6) return Math.sign(x)
  return magnitude < 2 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(magnitude))
}

/** 1 - erf(x) without cancellation in the tail. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 28) return 0
  return x < 1 ? 1 - erf(x) : erfcFraction(x)
}
