/**
 * CSV as a stream of rows with a header, from any source, in constant memory.
 */
import { ValueError } from '@nabla/core'
import { type ByteSource, describeSource, looksLikeWebPage, readChunks } from '../bytes/source.js'
import { DataError } from '../errors.js'
import { CsvParser, type CsvRecord } from './parser.js'

export interface CsvFormat {
  /** The character between fields; default `,`. */
  readonly delimiter?: string
  /** `true` (default): the first record names the columns; `false`: they are `column0`, `column1` …; or their names. */
  readonly header?: boolean | readonly string[]
}

/** Rows behind a header: every record has a field for each name. */
export interface CsvRows {
  readonly names: readonly string[]
  readonly records: AsyncIterable<CsvRecord>
}

async function* parseRecords(where: string, source: ByteSource, delimiter: string) {
  const parser = new CsvParser(where, delimiter)
  const decoder = new TextDecoder()
  let first = true
  for await (const chunk of readChunks(where, source)) {
    if (first && looksLikeWebPage(chunk)) {
      throw new DataError(where, {
        expected: 'CSV',
        received: 'a web page (HTML), which servers often send for a wrong address',
        fix: 'check the address',
      })
    }
    first = false
    yield* parser.push(decoder.decode(chunk, { stream: true }))
  }
  yield* parser.push(decoder.decode())
  yield* parser.finish()
}

function checkNames(where: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new DataError(where, {
    expected: 'columns of different names',
    received: `"${twice}" twice`,
    fix: 'rename one of them in the file or in the header option',
  })
}

async function* checked(
  where: string,
  records: AsyncIterable<CsvRecord>,
  width: number,
): AsyncGenerator<CsvRecord, void, undefined> {
  for await (const record of records) {
    if (record.fields.length !== width) {
      throw new DataError(where, {
        expected: `${width} field${width === 1 ? '' : 's'}, as many as there are columns`,
        received: `${record.fields.length} on line ${record.line}`,
        fix: 'quote fields that contain the delimiter, and check the delimiter option',
      })
    }
    yield record
  }
}

/** Opens `source` and reads its header. */
export async function openCsv(where: string, source: ByteSource, format: CsvFormat): Promise<CsvRows> {
  const { delimiter = ',', header = true } = format
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) {
    throw new ValueError(where, {
      expected: 'a delimiter of one character, no quote or line end',
      received: JSON.stringify(delimiter),
      fix: "pass e.g. delimiter: ';'",
    })
  }
  const records = parseRecords(where, source, delimiter)
  const first = await records.next()
  if (first.done === true) {
    throw new DataError(where, {
      expected: 'at least one record',
      received: 'an empty file',
      fix: 'check the file',
    })
  }
  const { fields } = first.value
  const names =
    typeof header === 'object'
      ? header
      : fields.map((field, index) => (header ? field.trim() : `column${index}`))
  checkNames(where, names)
  async function* rows() {
    if (first.done !== true && header !== true) yield first.value
    yield* records
  }
  return { names, records: checked(where, rows(), names.length) }
}

/**
 * The rows of a CSV file one by one, each an object of strings by column name: for files larger than memory.
 *
 * @throws DataError if the source can't be read, is a web page, or a row has another number of fields
 * @example
 * const samples = IterableDataset.from(() => csvRows('huge.csv')).map((row) => ({ inputs: Number(row.x), targets: Number(row.y) }))
 */
export async function* csvRows(
  source: ByteSource,
  format: CsvFormat = {},
): AsyncGenerator<Readonly<Record<string, string>>, void, undefined> {
  const { names, records } = await openCsv(`csvRows ${describeSource(source)}`, source, format)
  for await (const { fields } of records) {
    yield Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']))
  }
}
