/**
 * Products with one row: the vector is used as it is or copied, the matrix is read once, the way it lies.
 */
import type { Addresses, Progress } from './blocked.js'
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import type { Plan } from './plan.js'

/** Which way the matrix lies. */
export type ThinWay = 'rows' | 'contracted'

/** Sums or elements of k from which on it is worth it. */
const LEAST = 8

/** How the product is computed as a thin one, if it is one. */
export function thinWay({ m, n, k, right }: Plan, { bits, packed }: Element): ThinWay | undefined {
  if (m > 1 || bits !== 8 * packed) return undefined
  if (right.contracted.run === k && k >= LEAST) return 'contracted'
  if (right.rows.run === n && n >= LEAST) return 'rows'
  return undefined
}

/** Room for the sums and a copy of the vector. */
export const thinBytes = ({ n, k }: Plan, { bytes }: Element): number => (n + 8 + k) * bytes

export function multiplyThin(
  kernels: Kernels,
  { batches, n, k, left, right, output }: Plan,
  at: Addresses,
  way: ThinWay,
  progress: Progress,
): void {
  const { bytes } = kernels.element
  const { address: offsets } = left.contracted
  for (let batch = 0; batch < batches; batch++) {
    const vector = at.left + left.batch[batch]!
    const matrix = at.right + right.batch[batch]!
    const to = at.output + output.batch[batch]!
    const direct = way === 'rows' && output.columns.run === n
    const sums = direct ? to : at.scratch
    if (way === 'rows') {
      kernels.addRows(sums, n, vector, offsets, matrix, right.contracted.address, k)
    } else {
      let copy = vector
      if (left.contracted.run !== k) {
        copy = at.scratch + (n + 8) * bytes
        kernels.collect(copy, k, vector, offsets)
      }
      kernels.dotRows(sums, n, copy, matrix, right.rows.address, k)
    }
    if (!direct) kernels.scatter(sums, 1, n, to, output.rows.address, output.columns.address, 0, 0)
    progress(batch, 1)
  }
}
