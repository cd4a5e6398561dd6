/**
 * How far sums and products of many floats may be off. The order of summation is the backend's, so the bounds are those
 * that hold for any order (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., ch. 3 and 4).
 */
import type { FloatDType } from '@nabla/backend'
import { epsilonOf } from './float-format.js'
import { accepted } from './instruction.js'
import { between, exactly, hull, type Interval, isPoint, ONLY_NAN } from './interval.js'

const add = (a: number, b: number): number => a + b

function special(parts: readonly Interval[]): Interval | undefined {
  const infinite = parts.filter(({ low, high }) => !Number.isFinite(low) || !Number.isFinite(high))
  if (parts.some(({ nan }) => nan))
    return parts.some((part) => part.nan && part.low > part.high) ? ONLY_NAN : undefined
  if (infinite.length === 0 || !infinite.every(isPoint)) return undefined
  return exactly(infinite.map(({ low }) => low).reduce(add, 0))
}

function sumBound(parts: readonly Interval[], relative: number, dtype: FloatDType): Interval {
  const known = special(parts)
  if (known !== undefined) return known
  const magnitude = parts.reduce((sum, { low, high }) => sum + Math.max(Math.abs(low), Math.abs(high)), 0)
  const error = relative * magnitude
  const low = accepted(
    parts.reduce((sum, part) => sum + part.low, 0),
    dtype,
    error,
  )
  const high = accepted(
    parts.reduce((sum, part) => sum + part.high, 0),
    dtype,
    error,
  )
  return hull(low, high)
}

/**
 * A sum by pairs, in blocks of up to 32, compensated, or in a wider type. A plain running sum of many numbers loses small
 * terms, so it is accepted in float64 only, where that doesn't matter.
 */
export function sumInterval(parts: readonly Interval[], dtype: FloatDType): Interval {
  if (dtype === 'float64') return runningSumInterval(parts, dtype)
  const depth = parts.length <= 32 ? parts.length : 32 + Math.log2(parts.length)
  return sumBound(parts, (depth * epsilonOf(dtype)) / 2, dtype)
}

/** A running sum: what a scan is, and all that a contraction promises. */
export function runningSumInterval(parts: readonly Interval[], dtype: FloatDType): Interval {
  return sumBound(parts, (parts.length + 1) * epsilonOf(dtype), dtype)
}

/** A product of many. */
export function productInterval(parts: readonly Interval[], dtype: FloatDType): Interval {
  const multiply = (a: Interval, b: Interval): Interval => {
    const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
    const nan = a.nan || b.nan || corners.some(Number.isNaN)
    const numbers = corners.filter((corner) => !Number.isNaN(corner))
    return numbers.length === 0 ? ONLY_NAN : { low: Math.min(...numbers), high: Math.max(...numbers), nan }
  }
  const exact = parts.reduce(multiply, between(1, 1))
  if (exact.low > exact.high) return ONLY_NAN
  const error = (value: number): number =>
    Number.isFinite(value) ? Math.abs(value) * parts.length * epsilonOf(dtype) : 0
  const low = accepted(exact.low, dtype, error(exact.low))
  const high = accepted(exact.high, dtype, error(exact.high))
  return { ...hull(low, high), nan: exact.nan }
}
