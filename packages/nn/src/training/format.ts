/**
 * Numbers and durations as the progress report shows them.
 */

/** Four decimals; three significant digits and an exponent for very small and large values. @example formatValue(0.5) // '0.5000' */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return value.toExponential(2)
  return value.toFixed(4)
}

/** Whole numbers with separators; one decimal below ten. @example formatCount(12345.6) // '12,346' */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 9.95 ? 1 : 0 })
}

/** `3.0s`, `25s`, `2m05s`, `1h02m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}m${String(whole % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`
}
