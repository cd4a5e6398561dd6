/**
 * The text of `describe()`: a table of a data set's columns.
 */

/** One row of the table. */
export interface ColumnDescription {
  readonly name: string
  /** The element type as stored, and as batched where that differs. */
  readonly dtype: string
  /** The shape of one sample. */
  readonly shape: readonly number[]
  readonly bytes: number
}

/** `1536` as `1.5 kB`; powers of 1000. */
function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** A table with a title line, e.g. `60,000 samples`, and one line per column. */
export function describeColumns(length: number, columns: readonly ColumnDescription[]): string {
  const rows = [
    ['column', 'dtype', 'shape per sample', 'memory'],
    ...columns.map(({ name, dtype, shape, bytes }) => [
      name,
      dtype,
      shape.length === 0 ? 'scalar' : `[${shape.join(', ')}]`,
      formatBytes(bytes),
    ]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const samples = `${length.toLocaleString('en-US')} sample${length === 1 ? '' : 's'}`
  return [samples, ...lines].join('\n')
}
