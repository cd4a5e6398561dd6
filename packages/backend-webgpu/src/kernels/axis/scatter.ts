/**
 * Scatter: updates combined into the output by index along one axis, without float atomics and in the order of the
 * updates. Of the updates of a line that have one index, the first (of a `set`, the last) has an invocation that does them
 * all. A short line of indices is searched for them; of a long one, the indices are sorted first, once for all lines of
 * updates that share them.
 */
import { type Buffer, describeShape, type ScatterCall, sizeOf } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, KernelPlan, Planner, Scratch } from '../../plan/plan.js'
import { accumulationOf } from './accumulate.js'
import { Elements } from './elements.js'
import { checkIndexType, indexFault, indexKeyText } from './indices.js'
import { axesExcept, buildNest, type Nest, neighboursAreCloser, orderByStride } from './nest.js'
import { type IndexSource, type ScatterText, scatterText } from './scatter-text.js'
import { type SortedLines, sortLines } from './sort-lines.js'
import { groupsFor, lanesOf } from './threads.js'
import { Walk } from './walk.js'

/** Lines of indices up to this length are searched. */
const SEARCHED = 64

/** The axes but the picked one: those along which indices differ, and those along which they repeat. */
interface Axes {
  readonly lines: readonly number[]
  readonly repeats: readonly number[]
}

function axesOf({ axis, indices, updates }: ScatterCall<Buffer>): Axes {
  const others = orderByStride(updates, axesExcept(updates.shape, axis))
  const repeated = (other: number): boolean => indices.strides[other] === 0 || indices.shape[other] === 1
  return { lines: others.filter((other) => !repeated(other)), repeats: others.filter(repeated) }
}

/** The sorted indices of every line, those out of range last, and where they were in their line. */
function sortIndices(call: ScatterCall<Buffer>, label: string, lines: Nest, facts: DeviceFacts): SortedLines {
  const { axis, indices, output } = call
  const limit = output.shape[axis] as number
  const across = neighboursAreCloser(lines, 0, indices.strides[axis] as number)
  const fault = indexFault(call.label, axis, limit)
  const order = { name: 'indices', flip: 0, limit, fault, text: indexKeyText }
  return sortLines(
    { label: `${label}, indices`, axis, input: indices, results: [], lines, across, order },
    facts,
  )
}

function bindIndices(
  builder: DispatchBuilder,
  { label, axis, indices, output }: ScatterCall<Buffer>,
  facts: DeviceFacts,
  sorted: Scratch | undefined,
): { source: IndexSource; key: string } {
  if (sorted !== undefined) {
    const variable = `b${builder.scratch(sorted, 'u32', 'read')}`
    return { source: { kind: 'sorted', variable }, key: `sorted ${variable}` }
  }
  const elements = new Elements(builder, indices, 'read', facts)
  const faults = builder.faults(indexFault(label, axis, output.shape[axis] as number))
  return { source: { kind: 'searched', indices: elements, faults }, key: `${elements.key} ${faults}` }
}

/** The dispatch that combines: one invocation for each update. */
function combineDispatch(
  call: ScatterCall<Buffer>,
  label: string,
  axes: Axes,
  facts: DeviceFacts,
  sorted: Scratch | undefined,
): Dispatch {
  const { operation, axis, indices, updates, output } = call
  const { shape } = updates
  const views = [indices, updates, output] as const
  const lines = buildNest(shape, views, axes.lines)
  const repeats = buildNest(
    shape,
    views.map(({ strides }) => ({ strides, offset: 0 })),
    axes.repeats,
  )
  const lanes = lanesOf(facts)
  const builder = new DispatchBuilder(label)
  const { source, key: sourceKey } = bindIndices(builder, call, facts, sorted)
  const from = new Elements(builder, updates, 'read', facts)
  const to = new Elements(builder, output, 'read_write', facts)
  const count = shape[axis] as number
  const positions = lines.size * repeats.size * count
  const sizes = [positions, count, repeats.size, lines.size, output.shape[axis] as number]
  const first = builder.integers([...sizes, ...views.map(({ strides }) => strides[axis] as number)])
  const across = repeats.size === 1 && neighboursAreCloser(lines, 1, updates.strides[axis] as number)
  const accumulation =
    operation === 'set' ? undefined : accumulationOf(operation === 'add' ? 'sum' : operation, output.dtype)
  const text: ScatterText = {
    ...{ lanes, first, source, accumulation, updates: from, output: to, across },
    lines: new Walk(builder, lines),
    repeats: new Walk(builder, repeats),
  }
  const ranks = `${text.lines.rank} ${text.repeats.rank}`
  const key = `scatter ${accumulation?.key ?? 'set'} ${across} ${sourceKey} ${from.key} ${to.key} ${ranks} ${lanes}`
  return builder.build(
    { key, body: () => scatterText(text), invocations: lanes },
    groupsFor(positions, lanes),
  )
}

export const planScatter: Planner<ScatterCall<Buffer>> = (call, facts): KernelPlan => {
  const { axis, indices, updates } = call
  checkIndexType(indices, call.label)
  if (sizeOf(updates.shape) === 0) return []
  const label = `${call.label} ${describeShape(call)}`
  const axes = axesOf(call)
  if ((updates.shape[axis] as number) <= SEARCHED)
    return [combineDispatch(call, label, axes, facts, undefined)]
  const lines = buildNest(updates.shape, [indices], axes.lines)
  const { dispatches, sorted } = sortIndices(call, label, lines, facts)
  return [...dispatches, combineDispatch(call, label, axes, facts, sorted)]
}
