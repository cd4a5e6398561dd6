/**
 * Products that threads share: some matrices of the batch each, or some columns of a thin product, or of one matrix some
 * rows or columns, for which blocks of the other operand are packed together. Every element is computed by one thread in
 * the same steps as by a single one, so results are the same to the last bit.
 */
import type { Crew } from './crew.js'
import type { Kernels } from './kernels.js'
import { multiply, wholeOf } from './multiply.js'
import type { Addresses, Offset, Progress } from './part.js'
import type { Plan } from './plan.js'
import { evenness, SharedProduct } from './shared-product.js'

/** Multiplications of one list of matrices: some 200 µs, while writing a list of 16 takes 10. */
const PRODUCTS = 4 * 1024 * 1024
/** Columns of a thin product are divided at multiples of this: a cache line of float32. */
const THIN_UNIT = 16

export function multiplyTogether(
  crew: Crew,
  kernels: Kernels,
  offset: Offset,
  plan: Plan,
  at: Addresses,
  scratchBytes: number,
  progress: Progress,
): void {
  const { way, batches, m, n, k } = plan
  const { threads } = crew
  const addresses = (thread: number): Addresses => ({ ...at, scratch: at.scratch + thread * scratchBytes })
  const whole = wholeOf(plan)
  if (way === 'tiny' || evenness(batches, threads) > 0.8) {
    const each = Math.ceil(PRODUCTS / (m * n * Math.max(1, k)))
    for (let first = 0; first < batches; first += each * threads) {
      const count = Math.min(each * threads, batches - first)
      crew.divide(count, 1, (thread, from, to) => {
        const part = { ...whole, batchFrom: first + from, batchTo: first + to }
        multiply(kernels, offset, plan, addresses(thread), part, () => {})
      })
      progress(first + count - 1, m)
    }
  } else if (way === 'blocked') {
    for (let batch = 0; batch < batches; batch++) {
      const shared = new SharedProduct(crew, kernels, plan, addresses, {
        left: at.left + offset(plan.left.batch, batch),
        right: at.right + offset(plan.right.batch, batch),
        output: at.output + offset(plan.output.batch, batch),
      })
      shared.run((rows) => progress(batch, rows))
    }
  } else {
    crew.divide(n, THIN_UNIT, (thread, from, to) => {
      multiply(kernels, offset, plan, addresses(thread), { ...whole, from, to }, () => {})
    })
    progress(batches - 1, m)
  }
}
