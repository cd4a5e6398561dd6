/**
 * `readCsv`: a CSV file as typed columns. The file streams through; only the columns stay in memory.
 */
import { ValueError } from '@nabla/core'
import { type ByteSource, describeSource } from '../bytes/source.js'
import { DataError } from '../errors.js'
import { ColumnBuilder, type CsvColumn, type CsvColumnType, inferType } from './columns.js'
import type { CsvRecord } from './parser.js'
import { type CsvFormat, openCsv } from './rows.js'

export interface ReadCsvOptions extends CsvFormat {
  /** Columns to read; default all. */
  readonly columns?: readonly string[]
  /** Types of columns, where inference should not decide. */
  readonly types?: Readonly<Record<string, CsvColumnType>>
  /** How many rows are looked at to infer types; default 1000. */
  readonly inferRows?: number
  /**
   * What to do about missing values: `'error'` (default), `'skip'` the row, `'nan'`, or a number to put there.
   * In a column of categories, `'nan'` and numbers both give -1.
   */
  readonly missing?: 'error' | 'skip' | 'nan' | number
  /** Texts that mean a missing value; default '', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL' and '?'. */
  readonly missingTexts?: readonly string[]
}

/** Typed columns of equal length. */
export interface CsvTable {
  readonly length: number
  readonly columns: readonly CsvColumn[]
}

const MISSING_TEXTS = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?']

/** Distributes records to the builders of the chosen columns, with the policy for missing values. */
class TableBuilder {
  readonly #where: string
  readonly #builders: readonly ColumnBuilder[]
  /** Where each column's field stands in a record. */
  readonly #positions: readonly number[]
  readonly #missing: 'error' | 'skip' | 'nan' | number
  readonly #missingTexts: ReadonlySet<string>
  #length = 0

  constructor(
    where: string,
    names: readonly string[],
    sample: readonly CsvRecord[],
    options: ReadCsvOptions,
  ) {
    const { columns = names, types = {}, missing = 'error', missingTexts = MISSING_TEXTS } = options
    this.#where = where
    this.#missing = missing
    this.#missingTexts = new Set(missingTexts)
    for (const name of [...columns, ...Object.keys(types)]) checkColumn(where, name, names)
    this.#positions = columns.map((name) => names.indexOf(name))
    this.#builders = columns.map((name, index) => {
      const texts = sample
        .map((record) => this.#text(record, index))
        .filter((text) => !this.#missingTexts.has(text))
      return new ColumnBuilder(where, name, types[name] ?? inferType(texts))
    })
  }

  add(record: CsvRecord): void {
    const texts = this.#builders.map((_, index) => this.#text(record, index))
    const absent = texts.findIndex((text) => this.#missingTexts.has(text))
    if (absent >= 0 && this.#missing === 'skip') return
    if (absent >= 0 && this.#missing === 'error') {
      throw new DataError(this.#where, {
        expected: 'a value in every field',
        received: `"${texts[absent]}" in column "${this.#builders[absent]?.name}" on line ${record.line}`,
        fix: "pass missing: 'skip', 'nan' or a number",
      })
    }
    const fill = typeof this.#missing === 'number' ? this.#missing : Number.NaN
    this.#builders.forEach((builder, index) => {
      const text = texts[index] ?? ''
      if (this.#missingTexts.has(text)) builder.pushMissing(fill)
      else builder.push(text, record.line)
    })
    this.#length += 1
  }

  finish(): CsvTable {
    return { length: this.#length, columns: this.#builders.map((builder) => builder.finish()) }
  }

  #text(record: CsvRecord, column: number): string {
    return (record.fields[this.#positions[column] ?? -1] ?? '').trim()
  }
}

/** Throws unless the file has the column `name`. */
export function checkColumn(where: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  throw new ValueError(where, {
    expected: `one of the columns ${names.map((known) => `"${known}"`).join(', ')}`,
    received: `"${name}"`,
    fix: 'correct the name, or pass header: false if the file has no header',
  })
}

/**
 * Reads a CSV file, from a path, URL, `File`, `Response` or stream, compressed with gzip or not. Column types are
 * inferred: numbers, true/false, or else categories.
 *
 * @throws DataError naming the line and column for rows of another length, missing or unreadable values
 * @example
 * const { columns } = await readCsv('iris.csv', { missing: 'skip' })
 */
export async function readCsv(source: ByteSource, options: ReadCsvOptions = {}): Promise<CsvTable> {
  const where = `readCsv ${describeSource(source)}`
  const { names, records } = await openCsv(where, source, options)
  const { inferRows = 1000 } = options
  const sample: CsvRecord[] = []
  let table: TableBuilder | undefined
  const begin = () => {
    const builder = new TableBuilder(where, names, sample, options)
    for (const record of sample.splice(0)) builder.add(record)
    return builder
  }
  for await (const record of records) {
    if (table !== undefined) table.add(record)
    else {
      sample.push(record)
      if (sample.length >= inferRows) table = begin()
    }
  }
  return (table ?? begin()).finish()
}
