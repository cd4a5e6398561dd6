/**
 * `ArrayDataset`: samples held in typed arrays, one per column, in their smallest form (pictures as bytes), and
 * converted to float32 only as batches are gathered. Selections are index lists over the same memory.
 */
import { ShapeError, ValueError } from '@nabla/core'
import {
  type BatchData,
  batchTypeOf,
  dataTypeName,
  elementCount,
  type HostArray,
  type HostBatch,
} from '../host-array.js'
import { indexRange } from '../random.js'
import { checkIndex } from './dataset.js'
import { describeColumns } from './describe.js'
import { type Column, gatherRows, type PreparedColumn } from './gather.js'
import { type ArrayInput, hostArray } from './nested.js'
import { SelectableDataset } from './selectable.js'

/** A sample of an `ArrayDataset`: every column an array of the sample's shape (`[]` for a scalar). */
export type ArraySample<Name extends string = string> = Readonly<Record<Name, HostArray<BatchData>>>

function prepare(name: string, column: Column): PreparedColumn {
  const { data, shape, scale = 1, shift = 0 } = column
  const size = elementCount(shape)
  if (!shape.every((length) => Number.isSafeInteger(length) && length > 0)) {
    throw new ShapeError(`column "${name}"`, {
      expected: 'a shape per sample of whole numbers, 1 or more',
      received: `[${shape.join(', ')}]`,
      fix: 'leave the sample axis out of the shape, e.g. [28, 28], or [] for labels',
    })
  }
  if (data.length % size !== 0) {
    throw new ShapeError(`column "${name}"`, {
      expected: `a multiple of ${size} elements, since a sample has shape [${shape.join(', ')}]`,
      received: `${data.length} elements`,
      fix: 'correct the shape per sample, or complete the data',
    })
  }
  const converts = scale !== 1 || shift !== 0
  const dtype = column.dtype ?? (converts && !(data instanceof Float64Array) ? 'float32' : batchTypeOf(data))
  return { data, shape: [...shape], scale, shift, dtype, size }
}

/** Copies a record, value by value, keeping its names in the type. */
function mapRecord<Name extends string, A, B>(
  record: Readonly<Record<Name, A>>,
  change: (value: A, name: Name) => B,
): Record<Name, B> {
  const result: Partial<Record<Name, B>> = {}
  for (const name of Object.keys(record) as Name[]) result[name] = change(record[name], name)
  return result as Record<Name, B>
}

function commonLength(columns: Readonly<Record<string, PreparedColumn>>): number {
  const lengths = Object.entries(columns).map(([name, { data, size }]) => ({
    name,
    count: data.length / size,
  }))
  const [first] = lengths
  const other = lengths.find(({ count }) => count !== first?.count)
  if (first !== undefined && other === undefined) return first.count
  throw new ShapeError('ArrayDataset', {
    expected: 'at least one column, and as many samples in each',
    received: lengths.map(({ name, count }) => `${count} in "${name}"`).join(', ') || 'no column',
    fix: 'give every column one entry per sample',
  })
}

/**
 * Samples in typed arrays, one per named column (usually `inputs` and `targets`).
 *
 * @throws ShapeError if the columns' sample counts differ or a column's length doesn't fit its shape
 * @example
 * const pictures = new ArrayDataset({
 *   inputs: { data: bytes, shape: [28, 28, 1], scale: 1 / 255 }, // uint8 in memory, float32 from 0 to 1 in batches
 *   targets: { data: labels, shape: [] },
 * })
 * pictures.batch([0, 2]).inputs.shape // [2, 28, 28, 1]
 */
export class ArrayDataset<Name extends string = string> extends SelectableDataset<
  Name,
  ArraySample<Name>,
  ArrayDataset<Name>
> {
  readonly length: number
  readonly #columns: Readonly<Record<Name, PreparedColumn>>
  /** Which rows of the columns are here, in which order; all of them if undefined. */
  readonly #rows: Uint32Array | undefined

  constructor(columns: Readonly<Record<Name, Column>>, rows?: Uint32Array) {
    super()
    this.#columns = mapRecord(columns, (column, name) => prepare(name, column))
    const stored = commonLength(this.#columns)
    for (const row of rows ?? []) checkIndex('ArrayDataset', row, stored)
    this.#rows = rows
    this.length = rows?.length ?? stored
  }

  /**
   * A data set of arrays whose axis 0 counts the samples: nested lists, typed arrays (one number per sample),
   * or `{ data, shape }` as `readIdx` and `readNpy` return.
   *
   * @example ArrayDataset.fromArrays({ inputs: [[0, 0], [0, 1]], targets: [0, 1] })
   */
  static fromArrays<Name extends string>(arrays: Readonly<Record<Name, ArrayInput>>): ArrayDataset<Name> {
    return new ArrayDataset(
      mapRecord(arrays, (input, name) => {
        const { data, shape } = hostArray(input)
        if (shape.length === 0) {
          throw new ShapeError(`column "${name}"`, {
            expected: 'an array whose axis 0 counts the samples',
            received: 'a scalar',
            fix: 'wrap it in a list',
          })
        }
        return { data, shape: shape.slice(1) }
      }),
    )
  }

  /** The names of the columns. */
  get columns(): readonly Name[] {
    return Object.keys(this.#columns) as Name[]
  }

  /** The sample at `index`, converted as in a batch. */
  get(index: number): ArraySample<Name> {
    checkIndex('get', index, this.length)
    const rows = [this.#rows?.[index] ?? index]
    return mapRecord(this.#columns, (column) => ({ data: gatherRows(column, rows), shape: column.shape }))
  }

  /** The samples at `indices` in fresh arrays; axis 0 counts them. */
  batch(indices: ArrayLike<number>): HostBatch<Name> {
    const rows = this.#resolve('batch', indices)
    return mapRecord(this.#columns, (column) => ({
      data: gatherRows(column, rows),
      shape: [rows.length, ...column.shape],
    }))
  }

  /** Everything as one batch. */
  all(): HostBatch<Name> {
    return this.batch(indexRange(0, this.length))
  }

  subset(indices: ArrayLike<number>): ArrayDataset<Name> {
    return new ArrayDataset(this.#columns, this.#resolve('subset', indices))
  }

  /**
   * The same data set with another shape per sample in one column.
   *
   * @example pictures.reshape('inputs', [784])
   */
  reshape(name: Name, shape: readonly number[]): ArrayDataset<Name> {
    const column: PreparedColumn | undefined = this.#columns[name]
    if (column === undefined) {
      throw new ValueError('reshape', {
        expected: `one of the columns ${this.columns.join(', ')}`,
        received: `"${name}"`,
        fix: 'name a column that the data set has',
      })
    }
    if (elementCount(shape) !== column.size) {
      throw new ShapeError('reshape', {
        expected: `a shape of ${column.size} elements, as many as [${column.shape.join(', ')}] has`,
        received: `[${shape.join(', ')}] with ${elementCount(shape)}`,
        fix: 'give the shape of one sample, without the sample axis',
      })
    }
    const columns = mapRecord(this.#columns, (other, key) => (key === name ? { ...other, shape } : other))
    return new ArrayDataset(columns, this.#rows)
  }

  /** A table of the columns: element types, shapes and memory. Selections share their memory with the whole. */
  describe(): string {
    const rows = Object.entries<PreparedColumn>(this.#columns).map(([name, { data, dtype, shape }]) => {
      const stored = dataTypeName(data)
      return { name, dtype: stored === dtype ? dtype : `${stored} → ${dtype}`, shape, bytes: data.byteLength }
    })
    return describeColumns(this.length, rows)
  }

  #resolve(where: string, indices: ArrayLike<number>): Uint32Array {
    const rows = new Uint32Array(indices.length)
    for (let i = 0; i < rows.length; i++) {
      const index = indices[i] as number
      checkIndex(where, index, this.length)
      rows[i] = this.#rows === undefined ? index : (this.#rows[index] as number)
    }
    return rows
  }
}
