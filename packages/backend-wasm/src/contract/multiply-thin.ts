/**
 * Products with very few rows: each is used as it is or copied, and the matrix is read the way it lies.
 */
import type { LinearMemory } from '../memory/linear-memory.js'
import type { Addresses, Progress } from './blocked.js'
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import type { Plan } from './plan.js'
import type { Table } from './table.js'

/** Which way the matrix lies. */
export type ThinWay = 'rows' | 'contracted'

/** Sums or elements of k from which on it is worth it. */
const LEAST = 8
/** With four rows packing the matrix takes no longer than reading it four times: 107 µs for 4×512×512. */
const MOST_ROWS = 3

/** How the product is computed as a thin one, if it is one. */
export function thinWay({ m, n, k, right }: Plan, { bits, packed }: Element): ThinWay | undefined {
  if (m > MOST_ROWS || bits !== 8 * packed) return undefined
  if (right.contracted.run === k && k >= LEAST) return 'contracted'
  if (right.rows.run === n && n >= LEAST) return 'rows'
  return undefined
}

/** Room for the sums and a copy of the vector. */
export const thinBytes = ({ n, k }: Plan, { bytes }: Element): number => (n + 8 + k) * bytes

export function multiplyThin(
  kernels: Kernels,
  { views }: LinearMemory,
  { batches, m, n, k, left, right, output }: Plan,
  at: Addresses,
  way: ThinWay,
  progress: Progress,
): void {
  const { bytes } = kernels.element
  const copy = at.scratch + (n + 8) * bytes
  const matrixOffsets = right.contracted.address
  const direct = way === 'rows' && output.columns.run === n
  const offset = ({ address }: Table, row: number): number => views.i32[address / 4 + row]!
  for (let batch = 0; batch < batches; batch++) {
    const matrix = at.right + right.batch[batch]!
    const outputBase = at.output + output.batch[batch]!
    for (let row = 0; row < m; row++) {
      const vector = at.left + left.batch[batch]! + offset(left.rows, row)
      const sums = direct ? outputBase + offset(output.rows, row) : at.scratch
      if (way === 'rows') kernels.addRows(sums, n, vector, left.contracted.address, matrix, matrixOffsets, k)
      else {
        const copied = left.contracted.run !== k
        if (copied) kernels.collect(copy, k, vector, left.contracted.address)
        kernels.dotRows(sums, n, copied ? copy : vector, matrix, right.rows.address, k)
      }
      if (!direct) {
        const rowOffsets = output.rows.address + 4 * row
        kernels.scatter(sums, 1, n, outputBase, rowOffsets, output.columns.address, 0, 0)
      }
    }
    progress(batch, m)
  }
}
