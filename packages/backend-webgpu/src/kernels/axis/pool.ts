/**
 * Pooling: what is picked from the winner of every window, or added at it. One invocation per element of the output, or
 * per window and the cell around it where windows share nothing; neighbours are neighbouring channels.
 */
import {
  type Buffer,
  describeShape,
  type PoolCall,
  type PoolGeometry,
  type Shape,
  sizeOf,
} from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { KernelPlan, Planner } from '../../plan/plan.js'
import { accumulationOf } from './accumulate.js'
import { Elements } from './elements.js'
import { cellsText, POOL_WORDS, type PoolText, selectText, spreadText } from './pool-text.js'
import { groupsFor, lanesOf } from './threads.js'

type Mode = 'select' | 'spread' | 'cells'

const TEXTS: Readonly<Record<Mode, (text: PoolText) => string>> = {
  select: selectText,
  spread: spreadText,
  cells: cellsText,
}

/** Whether no position is in two windows, nor between the first and the last row of one and in another. */
function disjoint({ window, strides, dilation }: PoolGeometry): boolean {
  return ([0, 1] as const).every((axis) => (window[axis] - 1) * dilation[axis] < strides[axis])
}

/** Cells along an axis: a window and all up to the next one. The first begins in the padding. */
function cellsAlong({ by, geometry: { strides, padding } }: PoolCall, axis: 0 | 1): number {
  return Math.ceil(((by.shape[axis + 1] as number) + padding[axis][0]) / strides[axis])
}

/** The positions that invocations have. */
function positionsOf(call: PoolCall<Buffer>, mode: Mode): Shape {
  const { shape } = call.output
  if (mode !== 'cells') return shape
  return [shape[0] as number, cellsAlong(call, 0), cellsAlong(call, 1), shape[3] as number]
}

export const planPool: Planner<PoolCall<Buffer>> = (call, facts): KernelPlan => {
  const { by, source, output, geometry } = call
  if (sizeOf(output.shape) === 0) return []
  const mode = call.mode === 'select' ? 'select' : disjoint(geometry) ? 'cells' : 'spread'
  const lanes = lanesOf(facts)
  const positions = positionsOf(call, mode)
  const builder = new DispatchBuilder(`${call.label} ${describeShape(call)}`)
  const views = [
    new Elements(builder, by, 'read', facts),
    new Elements(builder, source, 'read', facts),
    new Elements(builder, output, 'read_write', facts),
  ] as const
  const { window, strides, dilation, padding } = geometry
  const words = [
    ...[sizeOf(positions), ...positions.slice(1), ...by.shape.slice(1, 3), ...source.shape.slice(1, 3)],
    ...[...window, ...strides, ...dilation, padding[0][0], padding[1][0]],
    ...[by, source, output].flatMap((view) => [view.offset, ...view.strides]),
  ]
  if (words.length !== POOL_WORDS.length) throw new RangeError(`${call.label}: windows need four axes`)
  const first = builder.integers(words)
  const key = `pool ${mode} ${by.dtype} ${source.dtype} ${views.map((view) => view.key).join()} ${lanes}`
  const body = (): string =>
    TEXTS[mode]({ lanes, first, dtype: by.dtype, views, sum: accumulationOf('sum', output.dtype) })
  return [builder.build({ key, body, invocations: lanes }, groupsFor(sizeOf(positions), lanes))]
}
