/**
 * erf and erfc in float64, which JavaScript lacks; the reference that backends are held against.
 * Series (Abramowitz & Stegun 7.1.6) for small arguments, Lentz's continued fraction (7.1.14) for the tail; both to
 * about 1e-15 relative.
 */

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI)

function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum
}

function erfcFraction(x: number): number {
  let fraction = 0
  for (let n = 80; n >= 1; n--) fraction = n / 2 / (x + fraction)
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction))
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
  if (x < 2) return 1 - erf(x)
  return erfcFraction(x)
}
