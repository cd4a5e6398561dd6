/**
 * Inlining: an elementwise call is computed inside those that read its result, which then never exists in memory. A copy
 * that only changes the layout is left out for every kind of reader.
 */
import { type Expr, type ProgramCall, sizeOf, viewsOf } from '@nabla/backend'
import { expressionCost, instructionCount, LARGEST_EXPRESSION, LAUNCH } from '../cost.js'
import {
  coversSlot,
  type Graph,
  type GraphNode,
  joinLabels,
  type SlotView,
  type Usage,
  usesOf,
} from '../graph.js'
import { coordinatesOf, distinctElements, throughView } from '../layouts.js'
import { coordinateExpression } from '../operands.js'
import { readers, type Substitution, substituteInputs, usesCoordinates } from '../substitute.js'
import type { RecordedMap } from './split.js'

/** What a backend allows, and what memory costs there. */
export interface Limits {
  readonly maximumViews: number
  readonly memoryCost: number
}

/** A call that may be inlined: one expression, whose result is a value of its own. */
interface Candidate {
  readonly call: RecordedMap
  readonly expression: Expr
  readonly output: SlotView
}

function candidateOf(
  graph: Graph,
  { call }: GraphNode,
  uses: (slot: number) => Usage,
  position: number,
): Candidate | undefined {
  if (call.kind !== 'map') return undefined
  const [output, ...others] = call.outputs
  const [expression] = call.expressions
  if (output === undefined || expression === undefined || others.length > 0) return undefined
  const isValue =
    graph.slots[output.buffer]?.role.kind === 'temporary' &&
    coversSlot(graph, output) &&
    uses(output.buffer).writers.length === 1
  // What it reads must still be there when its readers run.
  const settled = call.inputs.every(({ buffer }) => uses(buffer).writers.every((writer) => writer < position))
  return isValue && settled ? { call, expression, output } : undefined
}

/** The candidate as its reader sees it through `view`, or `undefined` where it can't. */
function seenThrough({ call, expression }: Candidate, view: SlotView): Substitution | undefined {
  const inputs: SlotView[] = []
  for (const input of call.inputs) {
    const layout = throughView(input, view)
    if (layout === undefined) return undefined
    inputs.push({ ...input, ...layout })
  }
  const { scalars } = call
  if (!usesCoordinates(expression)) return { expression, inputs, scalars }
  const coordinates = coordinatesOf(call.shape, view)
  return coordinates && { expression, inputs, scalars, coordinates: coordinates.map(coordinateExpression) }
}

/** Whether a call does nothing but change the layout. */
const isCopy = ({ expression, output }: Candidate): boolean =>
  expression.kind === 'input' && expression.dtype === output.dtype

/** All readers with the candidate inside; `undefined` where one of them can't take it. */
function inlined(
  candidate: Candidate,
  calls: readonly ProgramCall[],
  limits: Limits,
): ProgramCall[] | undefined {
  const results: ProgramCall[] = []
  for (const call of calls) {
    const result = substituteInputs(
      call,
      candidate.output.buffer,
      (view) => seenThrough(candidate, view),
      isCopy(candidate),
    )
    if (result === undefined || !isAllowed(result, limits)) return undefined
    results.push(
      isCopy(candidate) ? result : { ...result, label: joinLabels(candidate.call.label, call.label) },
    )
  }
  return results
}

function isAllowed(call: ProgramCall, { maximumViews }: Limits): boolean {
  const { reads, writes } = viewsOf(call)
  const expressions = call.kind === 'map' ? call.expressions : call.kind === 'reduce' ? [call.expression] : []
  const post = call.kind === 'reduce' || call.kind === 'contract' ? call.post : undefined
  const isSmall =
    instructionCount(post === undefined ? expressions : [...expressions, post]) <= LARGEST_EXPRESSION
  return isSmall && reads.length + writes.length <= maximumViews
}

const elementsRead = (views: readonly SlotView[]): number =>
  views.reduce((sum, view) => sum + distinctElements(view), 0)

/** Whether computing the value in each reader costs less than writing and reading it. */
function isWorthwhile(
  { call, expression, output }: Candidate,
  before: readonly ProgramCall[],
  after: readonly ProgramCall[],
  memoryCost: number,
): boolean {
  const size = sizeOf(call.shape)
  const traffic =
    size +
    elementsRead(call.inputs) +
    sum(before, (each) => elementsRead(viewsOf(each).reads)) -
    sum(after, (each) => elementsRead(viewsOf(each).reads))
  const evaluations = sum(before, (each) => sum(readers(each, output.buffer), sizeOf)) - size
  return memoryCost * traffic + LAUNCH >= expressionCost(expression) * evaluations
}

function sum<T>(list: readonly T[], value: (each: T) => number): number {
  return list.reduce((total, each) => total + value(each), 0)
}

/** Inlines whatever can be and pays; returns whether anything was. */
export function inlineMaps(graph: Graph, limits: Limits): boolean {
  const uses = usesOf(graph)
  const nodes: (GraphNode | undefined)[] = [...graph.nodes]
  const finals = new Set(graph.finals.values())
  /** Readers change as calls move into them. */
  const readersOf = new Map<number, Set<number>>()
  const note = (slot: number, reader: number): void => {
    readersOf.set(slot, (readersOf.get(slot) ?? new Set(uses(slot).readers)).add(reader))
  }
  let changed = false
  for (let position = 0; position < nodes.length; position++) {
    const node = nodes[position]
    const candidate = node && candidateOf(graph, node, uses, position)
    if (candidate === undefined || finals.has(candidate.output.buffer)) continue
    const { buffer } = candidate.output
    const places = [...(readersOf.get(buffer) ?? uses(buffer).readers)].filter((place) => nodes[place])
    const before = places.map((place) => (nodes[place] as GraphNode).call)
    const after = inlined(candidate, before, limits)
    if (after === undefined || !isWorthwhile(candidate, before, after, limits.memoryCost)) continue
    places.forEach((place, each) => {
      nodes[place] = { ...(nodes[place] as GraphNode), call: after[each] as ProgramCall }
      for (const input of candidate.call.inputs) note(input.buffer, place)
    })
    nodes[position] = undefined
    changed = true
  }
  graph.nodes = nodes.filter((node) => node !== undefined)
  return changed
}
