/**
 * The contract of a data set with random access: two members, so that any class or literal object can be one.
 * `ArrayDataset` and `MappedDataset` implement it, `DataLoader` consumes it.
 */
import { IndexError } from '@nabla/core'
import type { HostBatch, HostSample } from '../host-array.js'

/**
 * Random access to samples.
 *
 * @example
 * const squares: Dataset<'inputs' | 'targets'> = { length: 10, get: (i) => ({ inputs: i, targets: i * i }) }
 */
export interface Dataset<Name extends string = string> {
  /** The number of samples. */
  readonly length: number
  /** The sample at `index` (from 0); may be a promise, e.g. when it is read from a file. */
  get(index: number): HostSample<Name> | Promise<HostSample<Name>>
  /** The samples at `indices` as one batch: a faster way than `get` and stacking, where there is one. */
  batch?(indices: ArrayLike<number>): HostBatch<Name> | Promise<HostBatch<Name>>
}

/** Throws unless `index` is one of `0 … length - 1`. */
export function checkIndex(where: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new IndexError(where, {
    expected: length === 0 ? 'no index, since the data set is empty' : `an index from 0 to ${length - 1}`,
    received: String(index),
    fix: `look at the data set's length (${length}) first`,
  })
}
