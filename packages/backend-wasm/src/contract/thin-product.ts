/**
 * Products with very few rows: each is used as it is or copied, and the matrix is read the way it lies.
 */
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import type { Addresses, Offset, Part, Progress } from './part.js'
import type { Plan } from './plan.js'

/** Room for the sums and a copy of the vector. */
export const thinBytes = ({ n, k }: Plan, { bytes }: Element): number => (n + 8 + k) * bytes

export function multiplyThin(
  kernels: Kernels,
  offset: Offset,
  { way, m, n, k, left, right, output }: Plan,
  at: Addresses,
  { batchFrom, batchTo, from, to }: Part,
  progress: Progress,
): void {
  const { bytes } = kernels.element
  const copy = at.scratch + (n + 8) * bytes
  const matrixOffsets = right.contracted.address
  const columnOffsets = output.columns.address + 4 * from
  const count = to - from
  const direct = way === 'rows' && output.columns.run === n
  for (let batch = batchFrom; batch < batchTo; batch++) {
    const matrix = at.right + offset(right.batch, batch)
    const outputBase = at.output + offset(output.batch, batch)
    for (let row = 0; row < m; row++) {
      const vector = at.left + offset(left.batch, batch) + offset(left.rows, row)
      const sums = direct ? outputBase + offset(output.rows, row) + from * bytes : at.scratch
      if (way === 'rows') {
        const vectorOffsets = left.contracted.address
        kernels.addRows(sums, count, vector, vectorOffsets, matrix + from * bytes, matrixOffsets, k)
      } else {
        const copied = left.contracted.run !== k
        if (copied) kernels.collect(copy, k, vector, left.contracted.address)
        kernels.dotRows(sums, count, copied ? copy : vector, matrix, right.rows.address + 4 * from, k)
      }
      if (!direct) {
        const rowOffsets = output.rows.address + 4 * row
        kernels.scatter(sums, 1, count, outputBase, rowOffsets, columnOffsets, 0, 0)
      }
    }
    progress(batch, m)
  }
}
