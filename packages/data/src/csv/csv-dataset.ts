/**
 * `csvDataset`: a CSV file as a data set for training, with one column as the label and the others as features.
 */
import { type ByteSource, describeSource } from '../bytes/source.js'
import { ArrayDataset } from '../dataset/array-dataset.js'
import { DataError } from '../errors.js'
import type { CsvColumn } from './columns.js'
import { type CsvTable, checkColumn, type ReadCsvOptions, readCsv } from './table.js'

export interface CsvDatasetOptions extends ReadCsvOptions {
  /** The column to be predicted. */
  readonly label: string
  /** Categories among the features: one column per category (default), or their index as one number. */
  readonly categories?: 'oneHot' | 'index'
}

export interface CsvDataset {
  /** `inputs`: float32 [features]; `targets`: a scalar, int32 for classes and whole numbers, else float32. */
  readonly dataset: ArrayDataset<'inputs' | 'targets'>
  /** The name of each input, e.g. `age` or, one-hot, `colour=red`. */
  readonly features: readonly string[]
  /** What each target means, if the label is a category or boolean. */
  readonly classes?: readonly string[]
}

/** One column of the inputs. */
interface Feature {
  readonly name: string
  readonly value: (row: number) => number
}

function featuresOf(column: CsvColumn, categories: 'oneHot' | 'index'): Feature[] {
  const { name, data } = column
  if (column.categories === undefined || categories === 'index') {
    return [{ name, value: (row) => data[row] as number }]
  }
  return column.categories.map((category, index) => ({
    name: `${name}=${category}`,
    value: (row) => (data[row] === index ? 1 : 0),
  }))
}

function inputsOf(features: readonly Feature[], length: number): Float32Array {
  const inputs = new Float32Array(length * features.length)
  features.forEach(({ value }, index) => {
    for (let row = 0; row < length; row++) inputs[row * features.length + index] = value(row)
  })
  return inputs
}

function targetsOf(where: string, label: CsvColumn): Int32Array | Float32Array {
  const { data, name, type } = label
  const absent = data.findIndex((value) => Number.isNaN(value) || (type === 'category' && value < 0))
  if (absent >= 0) {
    throw new DataError(where, {
      expected: `a label in every row of column "${name}"`,
      received: `none in row ${absent} (from 0)`,
      fix: "pass missing: 'skip' to leave such rows out",
    })
  }
  return data instanceof Float64Array ? Float32Array.from(data) : Int32Array.from(data)
}

function classesOf(label: CsvColumn): readonly string[] | undefined {
  return label.type === 'boolean' ? ['false', 'true'] : label.categories
}

/**
 * Reads a CSV file into a data set.
 *
 * @throws DataError as `readCsv` does, and if a label is missing; ValueError if there is no such column
 * @example
 * const { dataset, classes } = await csvDataset('iris.csv', { label: 'species' })
 * dataset.get(0).inputs.shape // [4]
 */
export async function csvDataset(source: ByteSource, options: CsvDatasetOptions): Promise<CsvDataset> {
  const where = `csvDataset ${describeSource(source)}`
  const { label, columns, categories = 'oneHot' } = options
  const table: CsvTable = await readCsv(source, {
    ...options,
    ...(columns === undefined ? {} : { columns: [...new Set([...columns, label])] }),
  })
  const names = table.columns.map(({ name }) => name)
  checkColumn(where, label, names)
  const features = table.columns
    .filter(({ name }) => name !== label)
    .flatMap((column) => featuresOf(column, categories))
  const labelColumn = table.columns[names.indexOf(label)]
  if (features.length === 0 || labelColumn === undefined || table.length === 0) {
    throw new DataError(where, {
      expected: 'at least one row, and a column besides the label',
      received: `${table.length} rows of ${names.length} columns`,
      fix: 'check the file, and that missing: "skip" leaves rows',
    })
  }
  const dataset = new ArrayDataset({
    inputs: { data: inputsOf(features, table.length), shape: [features.length] },
    targets: { data: targetsOf(where, labelColumn), shape: [] },
  })
  const classes = classesOf(labelColumn)
  return {
    dataset,
    features: features.map(({ name }) => name),
    ...(classes === undefined ? {} : { classes }),
  }
}
