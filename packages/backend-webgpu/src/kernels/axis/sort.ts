/** Stable sorting along one axis: the call in terms of lines. */
import { type Buffer, type DType, describeShape, type SortCall, sizeOf } from '@nabla/backend'
import type { KernelPlan, Planner } from '../../plan/plan.js'
import { orderKeyText } from './elements.js'
import { axesExcept, buildNest, orderByStride } from './nest.js'
import { type SortOrder, type SortResult, sortLines } from './sort-lines.js'

function orderOf(dtype: DType, descending: boolean): SortOrder {
  const key = `${descending ? '~' : ''}order_key(bits)`
  return {
    name: `${dtype} ${descending}`,
    text: () => `${orderKeyText(dtype)}\nfn sort_key(bits: u32) -> u32 { return ${key}; }`,
  }
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
  const apart = Math.abs(lines.strides[0]?.at(-1) as number)
  const across = lines.size > 1 && apart < Math.abs(input.strides[axis] as number)
  const label = `${call.label} ${describeShape(call)}`
  const order = orderOf(input.dtype, descending)
  return sortLines({ label, axis, input, results, lines, across, order }, facts).dispatches
}
