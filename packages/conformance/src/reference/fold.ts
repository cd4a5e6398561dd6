/**
 * How the reference combines two numbers of one type, and what it begins with: shared by reductions, scans and scatters.
 * Floats are combined in float64; integers wrap.
 */
import { type DType, isFloat, roundToType, type ScanOperation } from '@nabla/backend'

/** Smallest and largest value of a type. */
export function limitsOf(dtype: DType): readonly [low: number, high: number] {
  switch (dtype) {
    case 'bool':
      return [0, 1]
    case 'uint8':
      return [0, 255]
    case 'int32':
      return [-(2 ** 31), 2 ** 31 - 1]
    case 'uint32':
      return [0, 2 ** 32 - 1]
    default:
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  }
}

/** What combining nothing gives. */
export function identityOf(operation: ScanOperation, dtype: DType): number {
  const [low, high] = limitsOf(dtype)
  return { sum: 0, product: 1, maximum: low, minimum: high }[operation]
}

export function combine(operation: ScanOperation, dtype: DType, a: number, b: number): number {
  switch (operation) {
    case 'sum':
      return isFloat(dtype) ? a + b : roundToType(a + b, dtype)
    case 'product':
      return isFloat(dtype) ? a * b : roundToType(Math.imul(a, b), dtype)
    case 'maximum':
      return Math.max(a, b)
    case 'minimum':
      return Math.min(a, b)
  }
}
