/**
 * Epilogues: an elementwise call on the result of a contraction or a reduction becomes its post expression, so that bias,
 * activation or scale cost no pass over memory of their own.
 */
import { type Expr, input, isContiguous, type ProgramCall, sizeOf, viewsOf } from '@nabla/backend'
import { instructionCount, LARGEST_EXPRESSION } from '../cost.js'
import {
  coversSlot,
  type Graph,
  type GraphNode,
  joinLabels,
  type SlotView,
  type Usage,
  usesOf,
} from '../graph.js'
import { coordinatesOf, throughView } from '../layouts.js'
import { coordinateExpression, Operands } from '../operands.js'
import { usesCoordinates } from '../substitute.js'
import type { Limits } from './inline.js'
import type { RecordedMap } from './split.js'

type Producer = Extract<ProgramCall, { kind: 'reduce' | 'contract' }>

/** A call whose result is a value that only one reader needs, and no variable at the end. */
function producerOf(
  graph: Graph,
  { call }: GraphNode,
  uses: (slot: number) => Usage,
  finals: ReadonlySet<number>,
): Producer | undefined {
  if (call.kind !== 'reduce' && call.kind !== 'contract') return undefined
  const slot = graph.slots[call.output.buffer]
  const { writers, readers } = uses(call.output.buffer)
  const isValue =
    slot?.role.kind === 'temporary' &&
    slot.length === sizeOf(call.output.shape) &&
    !finals.has(call.output.buffer)
  return isValue && writers.length === 1 && readers.length === 1 ? call : undefined
}

/** The type of what a post expression maps. */
function resultType(producer: Producer): Expr['dtype'] {
  if (producer.kind === 'contract') return producer.left.dtype
  switch (producer.operation) {
    case 'argMax':
    case 'argMin':
      return 'int32'
    case 'any':
    case 'all':
      return 'bool'
    default:
      return producer.expression.dtype
  }
}

/** The producer with its reader as epilogue, or `undefined` where that can't be. */
function joined(graph: Graph, producer: Producer, reader: RecordedMap): Producer | undefined {
  const { buffer } = producer.output
  const [target] = reader.outputs
  const [expression] = reader.expressions
  if (target === undefined || expression === undefined || reader.outputs.length > 1) return undefined
  // A contraction has one type throughout.
  if (producer.kind === 'contract' && target.dtype !== producer.output.dtype) return undefined
  const own = reader.inputs.filter((view) => view.buffer === buffer)
  const readsAll = own.every((view) => coversSlot(graph, view))
  if (!readsAll || !isContiguous(target) || sizeOf(reader.shape) !== sizeOf(producer.output.shape))
    return undefined
  const { output: seen } = producer
  const place = throughView(target, seen)
  const coordinates = usesCoordinates(expression) ? coordinatesOf(reader.shape, seen) : []
  if (place === undefined || coordinates === undefined) return undefined
  const others: (SlotView | undefined)[] = reader.inputs.map((view) => {
    if (view.buffer === buffer) return view
    const layout = throughView(view, seen)
    return layout && { ...view, ...layout }
  })
  if (others.includes(undefined)) return undefined
  const operands = new Operands([...producer.scalars])
  operands.inputs.push(...(producer.postInputs ?? []))
  const result = producer.post ?? input(0, resultType(producer))
  const post = operands.adopt(
    expression,
    reader.scalars,
    ({ slot }) => {
      const view = others[slot] as SlotView
      return view.buffer === buffer ? result : operands.read(view, 1)
    },
    (axis) => coordinateExpression(coordinates[axis] ?? { start: 0, moves: [] }),
  )
  if (instructionCount([post]) > LARGEST_EXPRESSION) return undefined
  return {
    ...producer,
    label: joinLabels(producer.label, reader.label),
    scalars: operands.scalars,
    post,
    postInputs: operands.inputs,
    output: { ...target, ...place },
  }
}

/** Turns elementwise readers into epilogues wherever they are the only ones; returns whether there were any. */
export function fuseEpilogues(graph: Graph, { maximumViews }: Limits): boolean {
  const finals = new Set(graph.finals.values())
  let changed = false
  for (let progress = true; progress; ) {
    progress = false
    const uses = usesOf(graph)
    const nodes: (GraphNode | undefined)[] = [...graph.nodes]
    graph.nodes.forEach((node, position) => {
      const producer = producerOf(graph, node, uses, finals)
      const place = producer && uses(producer.output.buffer).readers[0]
      const reader = place === undefined ? undefined : nodes[place]
      if (producer === undefined || place === undefined || nodes[position] !== node) return
      if (reader?.call.kind !== 'map' || reader !== graph.nodes[place]) return
      const settled = viewsOf(producer).reads.every(({ buffer }) =>
        uses(buffer).writers.every((writer) => writer < position),
      )
      const call = settled ? joined(graph, producer, reader.call) : undefined
      if (call === undefined) return
      const { reads, writes } = viewsOf(call)
      if (reads.length + writes.length > maximumViews) return
      nodes[place] = { call, segment: reader.segment }
      nodes[position] = undefined
      progress = true
    })
    graph.nodes = nodes.filter((node) => node !== undefined)
    changed ||= progress
  }
  return changed
}
