/**
 * Acceptance intervals: all results that are right. What the conformance suite of WebGPU does for shading languages.
 */

/** Numbers from `low` to `high` (none if `low > high`), and NaN too if `nan`. */
export interface Interval {
  readonly low: number
  readonly high: number
  readonly nan: boolean
  /** Only this very number will do, the sign of zero included: for what is moved and not computed. */
  readonly identical?: boolean
}

export const ONLY_NAN: Interval = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, nan: true }

/** Exactly one value. */
export function exactly(value: number): Interval {
  return Number.isNaN(value) ? ONLY_NAN : { low: value, high: value, nan: false }
}

/** Exactly one value, moved: -0 is not 0. */
export function identically(value: number): Interval {
  return { ...exactly(value), identical: true }
}

export function between(low: number, high: number): Interval {
  return { low, high, nan: false }
}

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), nan: a.nan || b.nan }
}

export function isPoint({ low, high, nan }: Interval): boolean {
  return low === high && !nan
}

/** Whether a result is accepted. */
export function accepts(interval: Interval, value: number): boolean {
  if (Number.isNaN(value)) return interval.nan
  if (interval.identical && Object.is(interval.low, interval.high)) return Object.is(value, interval.low)
  return value >= interval.low && value <= interval.high
}

/** The interval in words, for messages. */
export function formatInterval({ low, high, nan }: Interval): string {
  const numbers =
    low > high
      ? undefined
      : low === high
        ? `${formatNumber(low)}`
        : `${formatNumber(low)} to ${formatNumber(high)}`
  return [numbers, nan ? 'NaN' : undefined].filter((part) => part !== undefined).join(' or ')
}

export function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
