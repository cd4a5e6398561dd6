/**
 * What gather and scatter share: checked indices, and nests that put the axes along which an index repeats innermost
 * where the order of work is free.
 */
import { DTypeError, IndexError, type View } from '@nabla/backend'
import { dataOf } from './buffer.js'
import { BLOCK, type Nest, type Tiling } from './nest.js'

/** The indices of a call as the int32 that they must be. */
export function indexData(indices: View, label: string): Int32Array {
  const data = dataOf(indices)
  if (data instanceof Int32Array) return data
  throw new DTypeError(label, {
    expected: 'int32 indices',
    received: `${indices.dtype} indices`,
    fix: "cast them first with cast(indices, 'int32')",
  })
}

/** An index counted from the front. */
export function checkIndex(index: number, length: number, axis: number, label: string): number {
  const position = index < 0 ? index + length : index
  if (position >= 0 && position < length) return position
  throw new IndexError(label, {
    expected:
      length === 0
        ? `no index, since axis ${axis} has length 0`
        : `indices from ${-length} to ${length - 1} for axis ${axis} of length ${length}`,
    received: `index ${index}`,
    fix: 'check the indices (labels and token numbers count from 0), or clip them first',
  })
}

/** Tiles of whole rows one after the other, in the nest's order. */
export function rowTiling({ lengths }: Nest): Tiling {
  const last = lengths.length - 1
  const columns = Math.min(lengths[last] as number, BLOCK)
  const rows = last === 0 ? 1 : Math.min(lengths[last - 1] as number, Math.floor(BLOCK / columns))
  return { rowAxis: last - 1, rows, columns }
}
