/** The plan of a product straight from memory: matrix times vector, few rows or columns, and small products. */
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { accumulatorOf } from './accumulator.js'
import { directText } from './direct-text.js'
import { type Loading, scalarOf } from './loading.js'
import { labelOf, type Operand, type Problem } from './problem.js'
import { addSide, sideKey } from './side.js'
import type { Slices } from './slices.js'
import type { Destination } from './store.js'
import { trafficOf } from './traffic.js'

/** How the direct kernel divides its work. */
export interface Direct {
  /** Rows and columns of one invocation. */
  readonly rows: 1 | 2 | 4
  readonly columns: 1 | 2 | 4 | 8
  /** Invocations that share the contracted index of the same elements. */
  readonly lanes: number
  /** Whether neighbours are those, which suits operands that are contiguous along it, or have other elements. */
  readonly neighbours: 'contracted' | 'free'
  readonly invocations: number
}

/** Fours of rows (or columns) need that many in an invocation. */
function directLoading({ loading }: Operand, count: number): Loading {
  return loading === 'vectorFree' && count !== 4 ? scalarOf(loading) : loading
}

export function directDispatch(
  problem: Problem,
  facts: DeviceFacts,
  way: Direct,
  slices: Slices,
  destination: Destination,
): Dispatch {
  const { rows, columns, depth, batches, dtype } = problem
  const wanted = {
    left: directLoading(problem.left, way.rows),
    right: directLoading(problem.right, way.columns),
    fours: false,
  }
  const traffic = trafficOf(problem, wanted, destination.buffer)
  const builder = new DispatchBuilder(labelOf(problem))
  const left = addSide(builder, 'left', problem.left, traffic.left, traffic.isWide, facts)
  const right = addSide(builder, 'right', problem.right, traffic.right, traffic.isWide, facts)
  const store = destination.add(builder, traffic.isWide, false)
  const [rowBlocks, columnBlocks] = [Math.ceil(rows / way.rows), Math.ceil(columns / way.columns)]
  const blocks = rowBlocks * columnBlocks * batches * slices.count
  const words = {
    rows: builder.integer(rows),
    columns: builder.integer(columns),
    depth: builder.integer(depth),
    rowBlocks: builder.integer(rowBlocks),
    columnBlocks: builder.integer(columnBlocks),
    blocks: builder.integer(blocks),
    batches: builder.integer(batches),
    chunk: builder.integer(slices.chunk),
  }
  const type = accumulatorOf(dtype)
  const shape = `${way.rows}x${way.columns} ${way.lanes}/${way.invocations} ${way.neighbours}`
  const shader = {
    key: `contract direct ${shape} ${dtype} ${sideKey(left)} ${sideKey(right)} ${store.key}`,
    invocations: way.invocations,
    body: () => directText({ way, type, words, left, right, store: store.text() }),
  }
  return builder.build(shader, Math.ceil((blocks * way.lanes) / way.invocations))
}
