/**
 * The three float formats: what error bounds in units of the last place, rounding to a neighbour, overflow and denormals
 * mean for each (IEEE 754-2019, table 3.5).
 */
import { type FloatDType, roundToType } from '@nabla/backend'

export interface FloatFormat {
  /** Bits of the significand with the hidden one. */
  readonly precision: number
  readonly minimumNormal: number
  readonly maximum: number
}

export const FLOAT_FORMATS: Readonly<Record<FloatDType, FloatFormat>> = {
  float16: { precision: 11, minimumNormal: 2 ** -14, maximum: 65504 },
  float32: { precision: 24, minimumNormal: 2 ** -126, maximum: (2 - 2 ** -23) * 2 ** 127 },
  float64: { precision: 53, minimumNormal: 2 ** -1022, maximum: Number.MAX_VALUE },
}

/** Distance between 1 and the next larger number. */
export function epsilonOf(dtype: FloatDType): number {
  return 2 ** (1 - FLOAT_FORMATS[dtype].precision)
}

/** Distance between neighbours at the magnitude of `value`. */
export function ulpAt(value: number, dtype: FloatDType): number {
  const { precision, minimumNormal, maximum } = FLOAT_FORMATS[dtype]
  const magnitude = Math.min(maximum, Math.max(minimumNormal, Math.abs(value)))
  let exponent = Math.floor(Math.log2(magnitude))
  if (2 ** exponent > magnitude) exponent -= 1
  return Math.max(Number.MIN_VALUE, 2 ** (exponent + 1 - precision))
}

/** The largest number of the format that is not above `value`. */
export function roundDown(value: number, dtype: FloatDType): number {
  if (dtype === 'float64' || !Number.isFinite(value)) return value
  const { maximum } = FLOAT_FORMATS[dtype]
  if (value >= maximum) return maximum
  if (value < -maximum) return Number.NEGATIVE_INFINITY
  const nearest = roundToType(value, dtype)
  return nearest <= value ? nearest : nearest - ulpAt(value, dtype)
}

/** The smallest number of the format that is not below `value`. */
export function roundUp(value: number, dtype: FloatDType): number {
  return -roundDown(-value, dtype)
}

/** Whether a number is too small for the format to hold at full precision; hardware may take it for 0. */
export function isDenormal(value: number, dtype: FloatDType): boolean {
  return value !== 0 && Math.abs(value) < FLOAT_FORMATS[dtype].minimumNormal
}
