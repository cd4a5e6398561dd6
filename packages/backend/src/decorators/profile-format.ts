/**
 * A profile as a table for people, and the rates that follow from its numbers.
 */
import type { ProfileEntry } from './profile.js'

/** What rates are made of: an entry, or a sum of several. */
export type ProfileSums = Pick<ProfileEntry, 'microseconds' | 'operations' | 'bytes'>

/** Amounts per microsecond are millions per second. */
function billionsPerSecond(amount: number, microseconds: number): number | undefined {
  return microseconds > 0 ? amount / microseconds / 1000 : undefined
}

/**
 * Scalar operations in GFLOP/s, which is 10⁹ per second, of whatever type.
 *
 * @returns `undefined` where no time was measured
 * @example gigaflopsOf({ microseconds: 5, operations: 10_000, bytes: 0 }) // 2
 */
export function gigaflopsOf({ operations, microseconds }: ProfileSums): number | undefined {
  return billionsPerSecond(operations, microseconds)
}

/**
 * Bytes in GB/s, which is 10⁹ per second.
 *
 * @returns `undefined` where no time was measured
 * @example gigabytesPerSecondOf({ microseconds: 5, operations: 0, bytes: 10_000 }) // 2
 */
export function gigabytesPerSecondOf({ bytes, microseconds }: ProfileSums): number | undefined {
  return billionsPerSecond(bytes, microseconds)
}

interface Row extends ProfileSums {
  readonly name: string
  readonly calls: number
}

const COLUMNS = ['kernel', 'calls', 'ms', 'share', 'GFLOP/s', 'GB/s']

function added(row: Row, { microseconds, operations, bytes }: ProfileSums, calls: number): Row {
  return {
    name: row.name,
    calls: row.calls + calls,
    microseconds: row.microseconds + microseconds,
    operations: row.operations + operations,
    bytes: row.bytes + bytes,
  }
}

const emptyRow = (name: string): Row => ({ name, calls: 0, microseconds: 0, operations: 0, bytes: 0 })

function cellsOf(row: Row, total: number): string[] {
  const rate = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2))
  return [
    row.name,
    row.calls.toLocaleString('en-US'),
    (row.microseconds / 1000).toFixed(2),
    total > 0 ? `${((100 * row.microseconds) / total).toFixed(1)} %` : '–',
    // A copy has no arithmetic to be fast at.
    rate(row.operations === 0 ? undefined : gigaflopsOf(row)),
    rate(gigabytesPerSecondOf(row)),
  ]
}

/** Names to the left, numbers to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  return lines.map((cells) => cells.map(pad).join('  ')).join('\n')
}

/**
 * A table of the entries, summed by label and kind, the costliest first, with a line for all of them at the end. The
 * share is that of the time in kernels. A rate stands as `–` where no time was measured or nothing was calculated.
 *
 * @example
 * console.log(formatProfile(backend.entries()))
 * // kernel           calls    ms    share  GFLOP/s  GB/s
 * // contract matmul      1  5.00  100.0 %     2.00  0.80
 * // total                1  5.00  100.0 %     2.00  0.80
 */
export function formatProfile(entries: readonly ProfileEntry[]): string {
  const sums = new Map<string, Row>()
  for (const entry of entries) {
    const name = `${entry.kind} ${entry.label}`
    sums.set(name, added(sums.get(name) ?? emptyRow(name), entry, 1))
  }
  const rows = [...sums.values()].sort((a, b) => b.microseconds - a.microseconds)
  const total = rows.reduce((sum, row) => added(sum, row, row.calls), emptyRow('total'))
  return aligned([COLUMNS, ...[...rows, total].map((row) => cellsOf(row, total.microseconds))])
}
