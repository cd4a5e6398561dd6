/**
 * Packing: the updates of many variables become one call. Variables that are updated alike move into one buffer, one
 * after the other, and so do their gradients and whatever else the updates read, so that one elementwise call over all of
 * it does what one call per variable did.
 */
import { isContiguous, mapViews, type ProgramCall, rowMajorLayout, sizeOf } from '@nabla/backend'
import type { Variable } from '../../variable.js'
import {
  addSlot,
  coversSlot,
  type Graph,
  type GraphNode,
  type SlotView,
  type Usage,
  usesOf,
} from '../graph.js'
import { sameScalar } from '../operands.js'
import { usesCoordinates } from '../substitute.js'
import { dependenciesOf, sortNodes } from './order.js'
import type { RecordedMap } from './split.js'

/** What is packed under one operand: the views of all calls, which become parts of one slot. */
type Column = readonly SlotView[]

interface Packing {
  readonly positions: readonly number[]
  readonly calls: readonly RecordedMap[]
}

/** Whether two calls do the same to different tensors. */
function areAlike(a: RecordedMap, b: RecordedMap): boolean {
  return (
    a.expressions.length === b.expressions.length &&
    a.expressions.every((each, position) => each === b.expressions[position] && !usesCoordinates(each)) &&
    a.inputs.length === b.inputs.length &&
    a.scalars.length === b.scalars.length &&
    a.scalars.every((each, position) => sameScalar(each, b.scalars[position] ?? Number.NaN)) &&
    a.inputs.every((view, position) => view.dtype === b.inputs[position]?.dtype)
  )
}

/** A view that reads one element everywhere. */
const isUniform = ({ shape, strides }: SlotView): boolean =>
  shape.every((length, axis) => length === 1 || strides[axis] === 0)

/** Whether a call updates variables and nothing else, so that it may join others. */
function isUpdate(graph: Graph, call: ProgramCall, finals: ReadonlySet<number>): call is RecordedMap {
  return (
    call.kind === 'map' && call.outputs.every((view) => finals.has(view.buffer) && coversSlot(graph, view))
  )
}

const columnsOf = (calls: readonly RecordedMap[]): Column[] => {
  const [first] = calls as readonly [RecordedMap]
  return [
    ...first.inputs.map((_, input) => calls.map((call) => call.inputs[input] as SlotView)),
    ...first.outputs.map((_, output) => calls.map((call) => call.outputs[output] as SlotView)),
  ]
}

/** Whether the views already lie one after the other in one slot. */
function areConsecutive(column: Column): boolean {
  let next: number | undefined
  return column.every((view) => {
    const follows = (next === undefined || next === view.offset) && view.buffer === column[0]?.buffer
    next = view.offset + sizeOf(view.shape)
    return follows && isContiguous(view)
  })
}

/** Whether all views of a column are the same single element. */
function isShared(column: Column): boolean {
  const [first] = column
  return column.every(
    (view) => isUniform(view) && view.buffer === first?.buffer && view.offset === first.offset,
  )
}

/** Whether the slots of a column can become one: whole variables, or whole values that are computed here. */
function isPackable(graph: Graph, column: Column, uses: (slot: number) => Usage): boolean {
  const kinds = new Set(column.map(({ buffer }) => graph.slots[buffer]?.role.kind))
  const slots = new Set(column.map(({ buffer }) => buffer))
  if (kinds.size !== 1 || slots.size !== column.length) return false
  if (!column.every((view) => coversSlot(graph, view))) return false
  return (
    kinds.has('variables') ||
    (kinds.has('temporary') && column.every(({ buffer }) => uses(buffer).writers.length > 0))
  )
}

/** Slots to be replaced: by which, and from which element on. */
type Moves = Map<number, { readonly slot: number; readonly offset: number }>

/** Makes one slot of those of a column. */
function joinSlots(graph: Graph, column: Column, moves: Moves): void {
  const [first] = column as readonly [SlotView]
  const variables: Variable[] = []
  let length = 0
  const slot = addSlot(graph, { dtype: first.dtype, length: 0, role: { kind: 'temporary' } })
  for (const view of column) {
    const { role, length: own } = graph.slots[view.buffer] as Graph['slots'][number]
    moves.set(view.buffer, { slot, offset: length })
    length += own
    if (role.kind === 'variables') variables.push(...role.variables)
  }
  const role =
    variables.length > 0 ? ({ kind: 'variables', variables } as const) : ({ kind: 'temporary' } as const)
  graph.slots[slot] = { dtype: first.dtype, length, role }
}

/** Groups of updates that are alike; long tensors first, so that those of odd length don't shift the others. */
function packingsOf(graph: Graph): Packing[] {
  const finals = new Set(graph.finals.values())
  const groups: { positions: number[]; calls: RecordedMap[] }[] = []
  graph.nodes.forEach(({ call }, position) => {
    if (!isUpdate(graph, call, finals)) return
    const group = groups.find(({ calls: [first] }) => first !== undefined && areAlike(first, call))
    if (group === undefined) groups.push({ positions: [position], calls: [call] })
    else {
      group.positions.push(position)
      group.calls.push(call)
    }
  })
  return groups
    .filter(({ calls }) => calls.length > 1)
    .map(({ positions, calls }) => {
      const isOdd = (each: number): boolean => sizeOf((calls[each] as RecordedMap).shape) % 16 !== 0
      const order = calls.map((_, each) => each).sort((a, b) => Number(isOdd(a)) - Number(isOdd(b)) || a - b)
      return {
        positions: order.map((each) => positions[each] as number),
        calls: order.map((each) => calls[each] as RecordedMap),
      }
    })
}

/** The updates of a group as one call, once their operands lie one after the other. */
function packed(calls: readonly RecordedMap[]): RecordedMap {
  const [first] = calls as readonly [RecordedMap]
  const total = calls.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const views = columnsOf(calls).map((column): SlotView => {
    const [view] = column as readonly [SlotView]
    return isShared(column)
      ? { ...view, shape: [total], strides: [0] }
      : { ...view, ...rowMajorLayout([total]), offset: view.offset }
  })
  const count = first.inputs.length
  return { ...first, shape: [total], inputs: views.slice(0, count), outputs: views.slice(count) }
}

/** Whether the variables of a column all end with the values of one column, each at its own place. */
function keepsFinals(graph: Graph, columns: readonly Column[]): boolean {
  const places = new Map(
    columns.flatMap((column, number) =>
      column.map(({ buffer }, place) => [buffer, { number, place }] as const),
    ),
  )
  const ends = new Map<number, number>()
  return [...graph.finals].every(([variable, value]) => {
    const [from, to] = [places.get(variable), places.get(value)]
    if (from === undefined || to === undefined) return from === to
    const end = ends.get(from.number) ?? to.number
    ends.set(from.number, end)
    return from.place === to.place && end === to.number
  })
}

/** Whether no call of a group needs another one's results. */
function areIndependent(dependencies: readonly ReadonlySet<number>[], positions: readonly number[]): boolean {
  const inGroup = new Set(positions)
  const reaches = new Set<number>()
  const stack = [...positions]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const each of dependencies[next] ?? []) {
      if (inGroup.has(each)) return false
      if (!reaches.has(each)) stack.push(each)
      reaches.add(each)
    }
  }
  return true
}

/** Packs one group; returns whether it could be. */
function pack(graph: Graph, { positions, calls }: Packing): boolean {
  const uses = usesOf(graph)
  const columns = columnsOf(calls)
  const toJoin = columns.filter((column) => !isShared(column) && !areConsecutive(column))
  const joined = new Set<number>()
  for (const column of toJoin) {
    if (!isPackable(graph, column, uses)) return false
    // One slot twice in an update: then both columns have to be the same.
    for (const { buffer } of column) joined.add(buffer)
  }
  const distinct = toJoin.filter(
    (column, position) => toJoin.findIndex((other) => other[0]?.buffer === column[0]?.buffer) === position,
  )
  if (joined.size !== distinct.reduce((sum, column) => sum + column.length, 0)) return false
  // Before slots are joined: parts of one slot depend on each other no more than they did.
  const dependencies = dependenciesOf(graph.nodes)
  if (!keepsFinals(graph, distinct) || !areIndependent(dependencies, positions)) return false
  const moves: Moves = new Map()
  for (const column of distinct) joinSlots(graph, column, moves)
  const move = (call: ProgramCall): ProgramCall =>
    mapViews(call, (view) => {
      const to = moves.get(view.buffer)
      return to === undefined ? view : { ...view, buffer: to.slot, offset: view.offset + to.offset }
    })
  const nodes = graph.nodes.map((node) => ({ ...node, call: move(node.call) }))
  moveFinals(graph, moves)
  const [leader = 0] = positions
  const group = new Set(positions)
  const moved = calls.map((call) => move(call) as RecordedMap)
  sortNodes(
    graph,
    nodes,
    dependencies,
    nodes.map((_, position) => (group.has(position) ? leader : position)),
    (position) => {
      const node = nodes[position] as GraphNode
      return position === leader ? { ...node, call: packed(moved) } : node
    },
  )
  return true
}

function moveFinals(graph: Graph, moves: Moves): void {
  for (const [variable, value] of [...graph.finals]) {
    const target = moves.get(variable)
    const source = moves.get(value)
    if (target === undefined || source === undefined) continue
    graph.finals.delete(variable)
    graph.finals.set(target.slot, source.slot)
  }
}

/** Merges updates of variables that are alike. */
export function packUpdates(graph: Graph): void {
  for (const packing of packingsOf(graph)) {
    // Packing renumbers nodes: a group is looked up again by what it writes.
    const targets = packing.calls.map(({ outputs }) => outputs[0]?.buffer)
    const positions = targets.map((target) =>
      graph.nodes.findIndex(({ call }) => call.kind === 'map' && call.outputs[0]?.buffer === target),
    )
    const calls = positions.map((position) => graph.nodes[position]?.call)
    if (calls.every((call) => call?.kind === 'map')) pack(graph, { positions, calls: calls as RecordedMap[] })
  }
}
