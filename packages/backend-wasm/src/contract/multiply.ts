/**
 * One product, or a part of it, in the way that its plan says: all that a thread has to run.
 */
import { blockedBytes, multiplyBlocked } from './blocked-product.js'
import type { Element } from './element.js'
import type { Kernels } from './kernels.js'
import type { Addresses, Offset, Part, Progress } from './part.js'
import type { Plan } from './plan.js'
import type { Table } from './table.js'
import { multiplyThin, thinBytes } from './thin-product.js'

export function wholeOf({ way, batches, m, n }: Plan): Part {
  const thin = way === 'rows' || way === 'contracted'
  return { batchFrom: 0, batchTo: batches, from: 0, to: thin ? n : m }
}

export function scratchBytes(plan: Plan, element: Element): number {
  if (plan.way === 'tiny') return 0
  return plan.way === 'blocked' ? blockedBytes(plan, element) : thinBytes(plan, element)
}

function multiplyTiny(
  kernels: Kernels,
  { m, n, k, left, right, output }: Plan,
  at: Addresses,
  { batchFrom, batchTo }: Part,
  progress: Progress,
): void {
  const table = ({ address }: Table): number => address + 4 * batchFrom
  kernels.tiny({
    batches: batchTo - batchFrom,
    m,
    n,
    k,
    left: at.left,
    leftBatch: table(left.batch),
    leftRows: left.rows.address,
    leftContracted: left.contracted.address,
    right: at.right,
    rightBatch: table(right.batch),
    rightColumns: right.rows.address,
    rightContracted: right.contracted.address,
    output: at.output,
    outputBatch: table(output.batch),
    outputRows: output.rows.address,
    outputColumns: output.columns.address,
  })
  progress(batchTo - 1, m)
}

export function multiply(
  kernels: Kernels,
  offset: Offset,
  plan: Plan,
  at: Addresses,
  part: Part,
  progress: Progress,
): void {
  if (plan.way === 'tiny') multiplyTiny(kernels, plan, at, part, progress)
  else if (plan.way === 'blocked') multiplyBlocked(kernels, offset, plan, at, part, progress)
  else multiplyThin(kernels, offset, plan, at, part, progress)
}
