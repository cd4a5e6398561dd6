/**
 * The CSV grammar (RFC 4180) as a machine that is fed text piece by piece: quoted fields with doubled quotes, line
 * breaks inside quotes, any of the three line ends, a byte-order mark.
 */
import { DataError } from '../errors.js'

/** One record and the line it begins on, counted from 1. */
export interface CsvRecord {
  readonly fields: readonly string[]
  readonly line: number
}

const QUOTE = 34
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BYTE_ORDER_MARK = 0xfeff

type State = 'field start' | 'unquoted' | 'quoted' | 'quote in quoted'

/** Splits text into records; blank lines are none. */
export class CsvParser {
  readonly #where: string
  readonly #delimiter: number
  #state: State = 'field start'
  #fields: string[] = []
  /** What earlier pieces of text held of the present field. */
  #field = ''
  #line = 1
  #recordLine = 1
  #afterCarriageReturn = false
  #atBeginning = true
  #hasQuotes = false
  #records: CsvRecord[] = []

  /** @param delimiter one character, e.g. `,` or `;` or a tab */
  constructor(where: string, delimiter: string) {
    this.#where = where
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** The records that `text` completes. */
  push(text: string): CsvRecord[] {
    let start = 0
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      const wasBeginning = this.#atBeginning
      this.#atBeginning = false
      if (this.#skips(code, wasBeginning)) {
        start = i + 1
        continue
      }
      if (this.#state === 'quoted') {
        if (code === QUOTE) {
          this.#field += text.slice(start, i)
          this.#state = 'quote in quoted'
        } else if (code === LINE_FEED) this.#line += 1
        continue
      }
      if (code === QUOTE && this.#state !== 'unquoted') {
        // A second quote stands for one; the first of a field opens it.
        start = this.#state === 'quote in quoted' ? i : i + 1
        this.#state = 'quoted'
        this.#hasQuotes = true
      } else if (code === this.#delimiter || code === LINE_FEED || code === CARRIAGE_RETURN) {
        if (this.#state === 'unquoted') this.#field += text.slice(start, i)
        this.#endField()
        if (code !== this.#delimiter) this.#endRecord(code)
      } else if (this.#state === 'quote in quoted') {
        throw this.#error('a delimiter or line end after a closing quote', `"${text[i]}"`)
      } else if (this.#state === 'field start') {
        this.#state = 'unquoted'
        start = i
      }
    }
    if (this.#state === 'unquoted' || this.#state === 'quoted') this.#field += text.slice(start)
    return this.#takeRecords()
  }

  /** The record that the end of the text completes, if any. */
  finish(): CsvRecord[] {
    if (this.#state === 'quoted') throw this.#error('a closing quote', 'the end of the file')
    if (this.#state !== 'field start' || this.#fields.length > 0) {
      this.#endField()
      this.#endRecord(0)
    }
    return this.#takeRecords()
  }

  /** The line feed of a CRLF, and a byte-order mark, are no content. */
  #skips(code: number, atBeginning: boolean): boolean {
    const lineFeedOfPair = this.#afterCarriageReturn && code === LINE_FEED
    this.#afterCarriageReturn = false
    return lineFeedOfPair || (atBeginning && code === BYTE_ORDER_MARK)
  }

  #endField(): void {
    this.#fields.push(this.#field)
    this.#field = ''
    this.#state = 'field start'
  }

  #endRecord(code: number): void {
    const blank = this.#fields.length === 1 && this.#fields[0] === '' && !this.#hasQuotes
    if (!blank) this.#records.push({ fields: this.#fields, line: this.#recordLine })
    this.#fields = []
    this.#hasQuotes = false
    this.#line += 1
    this.#recordLine = this.#line
    this.#afterCarriageReturn = code === CARRIAGE_RETURN
  }

  #takeRecords(): CsvRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }

  #error(expected: string, received: string): DataError {
    return new DataError(this.#where, {
      expected: `${expected} in the record that begins on line ${this.#recordLine}`,
      received: `${received} on line ${this.#line}`,
      fix: 'double the quotes inside a quoted field ("") and close it',
    })
  }
}
