/**
 * Columns of a CSV table while they grow: what type a column has, and how its texts become numbers.
 */
import { DataError } from '../errors.js'

/** `category`: texts, numbered in alphabetical order. */
export type CsvColumnType = 'number' | 'boolean' | 'category'

/** A finished column. */
export interface CsvColumn {
  readonly name: string
  readonly type: CsvColumnType
  /**
   * Numbers: Int32Array if all are whole and fit, else Float64Array. Booleans: 0 and 1. Categories: indices into
   * `categories`, -1 where missing.
   */
  readonly data: Int32Array | Float64Array | Uint8Array
  readonly categories?: readonly string[]
}

const INFINITIES: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** The number that `text` spells, or NaN. */
function parseNumber(text: string): number {
  if (text === '') return Number.NaN
  return INFINITIES[text.toLowerCase()] ?? Number(text)
}

function parseBoolean(text: string): number {
  const lower = text.toLowerCase()
  return lower === 'true' ? 1 : lower === 'false' ? 0 : Number.NaN
}

/** The type that all of `texts` (none of them missing) have in common. */
export function inferType(texts: readonly string[]): CsvColumnType {
  if (texts.length === 0 || texts.every((text) => !Number.isNaN(parseNumber(text)))) return 'number'
  return texts.every((text) => !Number.isNaN(parseBoolean(text))) ? 'boolean' : 'category'
}

/** Collects the values of one column in a doubling array, whatever the type: a category is its number of arrival. */
export class ColumnBuilder {
  readonly name: string
  readonly type: CsvColumnType
  readonly #where: string
  readonly #arrivals = new Map<string, number>()
  #values = new Float64Array(1024)
  #length = 0

  constructor(where: string, name: string, type: CsvColumnType) {
    this.#where = where
    this.name = name
    this.type = type
  }

  /** Appends a value that is not missing. */
  push(text: string, line: number): void {
    if (this.type === 'category') {
      this.pushValue(this.#arrival(text))
      return
    }
    const value = this.type === 'number' ? parseNumber(text) : parseBoolean(text)
    if (Number.isNaN(value)) {
      throw new DataError(this.#where, {
        expected: `a ${this.type} in column "${this.name}", as in the rows before`,
        received: `"${text}" on line ${line}`,
        fix: `pass types: { '${this.name}': 'category' }, or name the text in missingTexts if it means a missing value`,
      })
    }
    this.pushValue(value)
  }

  /** Appends the value that stands for a missing one; categories have only one such, -1. */
  pushMissing(fill: number): void {
    this.pushValue(this.type === 'category' ? -1 : fill)
  }

  pushValue(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  finish(): CsvColumn {
    const { name, type } = this
    const values = this.#values.subarray(0, this.#length)
    if (type === 'category') {
      const categories = [...this.#arrivals.keys()].sort()
      const ranks = new Map(categories.map((category, rank) => [this.#arrival(category), rank]))
      return { name, type, data: Int32Array.from(values, (value) => ranks.get(value) ?? -1), categories }
    }
    const fitsByte = type === 'boolean' && values.every((value) => value === 0 || value === 1)
    if (fitsByte) return { name, type, data: Uint8Array.from(values) }
    const whole = values.every((value) => value === (value | 0) && !Object.is(value, -0))
    return { name, type, data: whole ? Int32Array.from(values) : values.slice() }
  }

  #arrival(text: string): number {
    const known = this.#arrivals.get(text)
    if (known !== undefined) return known
    this.#arrivals.set(text, this.#arrivals.size)
    return this.#arrivals.size - 1
  }
}
