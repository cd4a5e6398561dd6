/**
 * IEEE binary16 in software, for hosts without `Float16Array`: one number to and from its 16-bit pattern.
 * Rounding is to nearest, ties to even (IEEE 754-2019 §4.3.1), through the exact float32 or float64 value.
 */

/** The number that a binary16 bit pattern stands for. */
export function fromHalfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The binary16 bit pattern nearest to a number. */
export function toHalfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24)
  let exponent = Math.floor(Math.log2(magnitude))
  if (2 ** exponent > magnitude) exponent -= 1
  else if (2 ** (exponent + 1) <= magnitude) exponent += 1
  const fraction = roundHalfEven((magnitude / 2 ** exponent - 1) * 1024)
  return sign | (((exponent + 15) << 10) + fraction)
}

/** The binary16 value nearest to a number, as a number. */
export function roundToHalf(value: number): number {
  return fromHalfBits(toHalfBits(value))
}

/** Nearest integer, ties to even: the rounding of IEEE 754 and of NumPy's `round`. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
