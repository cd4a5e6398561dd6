/** Stable sorting along one axis: the call in terms of lines. */
import { type Buffer, type DType, describeShape, isFloat, type SortCall, sizeOf } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'
import { orderKeyText } from './elements.js'
import { axesExcept, buildNest, neighboursAreCloser, orderByStride } from './nest.js'
import { type SortOrder, type SortResult, sortLines } from './sort-lines.js'

/** Integers are in order once the sign of those that have one is flipped; descending is all bits flipped. */
function orderOf(dtype: DType, descending: boolean): SortOrder {
  const order = descending ? 0xffffffff : 0
  if (!isFloat(dtype)) {
    const sign = dtype === 'int32' ? 0x80000000 : 0
    return { name: 'bits', flip: order ^ sign, text: () => 'fn sort_key(bits: u32) -> u32 { return bits; }' }
  }
  const text = (): string =>
    `${orderKeyText(dtype)}\nfn sort_key(bits: u32) -> u32 { return order_key(bits); }`
  return { name: dtype, flip: order, text }
}

export const planSort: Planner<SortCall<Buffer>> = (call, facts): KernelPlan => {
  const { axis, descending, input, values, indices } = call
  if (sizeOf(input.shape) === 0) return []
  const results: SortResult[] = []
  if (values !== undefined) results.push({ what: 'elements', view: values })
  if (indices !== undefined) results.push({ what: 'positions', view: indices })
  if (results.length === 0) return []
  const views = [input, ...results.map(({ view }) => view)]
  const lines = buildNest(input.shape, views, orderByStride(input, axesExcept(input.shape, axis)))
  const across = neighboursAreCloser(lines, 0, input.strides[axis] as number)
  const label = `${call.label} ${describeShape(call)}`
  const order = orderOf(input.dtype, descending)
  return sortLines({ label, axis, input, results, lines, across, order }, facts).dispatches
}
