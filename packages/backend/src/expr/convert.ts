/**
 * Numbers brought into an element type: converted as the `cast` instruction does, or as results of arithmetic are.
 */
import type { DType } from '../dtype.js'
import { roundToHalf } from '../float16.js'

function saturate(value: number, low: number, high: number): number {
  // Adding 0 makes -0, which integers don't have, 0.
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(high, Math.max(low, value))) + 0
}

/** A number converted as the `cast` instruction does: truncating and saturating for integers, `!= 0` for bool. */
export function castNumber(value: number, dtype: DType): number {
  switch (dtype) {
    case 'bool':
      return value === 0 ? 0 : 1
    case 'uint8':
      return saturate(value, 0, 255)
    case 'int32':
      return saturate(value, -(2 ** 31), 2 ** 31 - 1)
    case 'uint32':
      return saturate(value, 0, 2 ** 32 - 1)
    default:
      return roundToType(value, dtype)
  }
}

/** A result brought into its type: floats rounded, integers wrapped modulo 2^n. */
export function roundToType(value: number, dtype: DType): number {
  switch (dtype) {
    case 'float64':
      return value
    case 'float32':
      return Math.fround(value)
    case 'float16':
      return roundToHalf(value)
    case 'int32':
      return value | 0
    case 'uint32':
      return value >>> 0
    case 'uint8':
      return value & 255
    case 'bool':
      return value === 0 ? 0 : 1
  }
}
