/**
 * The second pass of a product: sums of slices that lie in scratch memory are added up, in one order always, mapped, and
 * stored. For products that were divided along the contracted index, and for epilogues that read more buffers than fit
 * beside the operands.
 */
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Scratch } from '../../plan/plan.js'
import { mainText, wordText } from '../../wgsl/module.js'
import { type Accumulator, accumulatorOf } from './accumulator.js'
import { NONE_WIDE } from './loading.js'
import { labelOf, type Problem } from './problem.js'
import { finalDestination } from './store.js'

const INVOCATIONS = 64

function finishText(type: Accumulator, sums: number, words: number, store: string): string {
  const [total, slices, rows, columns] = [0, 1, 2, 3].map((i) => wordText(words + i))
  const statements = `let element = group * ${INVOCATIONS}u + lane;
if (element < ${total}) {
  var sum = ${type}();
  for (var slice = 0u; slice < ${slices}; slice++) { sum += b${sums}[slice * ${total} + element]; }
  let line = element / ${columns};
  store_one(sum, line / ${rows}, line % ${rows}, element % ${columns});
}`
  return `${store}\n${mainText({ invocations: INVOCATIONS }, statements)}`
}

export function finishDispatch(
  problem: Problem,
  facts: DeviceFacts,
  scratch: Scratch,
  slices: number,
): Dispatch {
  const { batches, rows, columns, dtype } = problem
  const type = accumulatorOf(dtype)
  const builder = new DispatchBuilder(`${labelOf(problem)}, ${slices} slices`)
  const sums = builder.scratch(scratch, type, 'read')
  const total = batches * rows * columns
  const words = builder.integers([total, slices, rows, columns])
  const store = finalDestination(problem, facts).add(builder, NONE_WIDE, false)
  const shader = {
    key: `contract finish ${dtype} ${store.key}`,
    invocations: INVOCATIONS,
    body: () => finishText(type, sums, words, store.text()),
  }
  return builder.build(shader, Math.ceil(total / INVOCATIONS))
}
