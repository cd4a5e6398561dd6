/**
 * Siblings: elementwise calls over one shape that read the same and don't need each other become one call with several
 * outputs, which reads its inputs once.
 */
import { sameShape } from '@nabla/backend'
import { instructionCount, LARGEST_EXPRESSION } from '../cost.js'
import { type Graph, type GraphNode, joinLabels } from '../graph.js'
import { Operands, sameView } from '../operands.js'
import type { Limits } from './inline.js'
import { dependenciesOf, sortNodes } from './order.js'
import type { RecordedMap } from './split.js'

/** How many later calls are looked at: siblings stand close to each other. */
const REACH = 64

function merge(calls: readonly RecordedMap[]): RecordedMap {
  const [first] = calls as readonly [RecordedMap]
  const operands = new Operands()
  const expressions = calls.flatMap(({ expressions: own, inputs, scalars }) =>
    own.map((expression) =>
      operands.adopt(expression, scalars, ({ slot }) =>
        operands.read(inputs[slot] as RecordedMap['inputs'][number]),
      ),
    ),
  )
  return {
    ...first,
    label: joinLabels(...calls.map(({ label }) => label)),
    expressions,
    inputs: operands.inputs,
    scalars: operands.scalars,
    outputs: calls.flatMap(({ outputs }) => outputs),
  }
}

function sharesInput(a: RecordedMap, b: RecordedMap): boolean {
  return a.inputs.some((view) => b.inputs.some((other) => sameView(view, other)))
}

/** Calls in the course of being merged: each node belongs to the group of its first member. */
class Groups {
  readonly groupOf: number[]
  readonly #members: number[][]
  readonly dependencies: readonly ReadonlySet<number>[]

  constructor(private readonly nodes: readonly GraphNode[]) {
    this.groupOf = nodes.map((_, position) => position)
    this.#members = nodes.map((_, position) => [position])
    this.dependencies = dependenciesOf(nodes)
  }

  /** The elementwise calls of a group. */
  calls(group: number): RecordedMap[] {
    return this.members(group).flatMap((position) => {
      const call = this.nodes[position]?.call
      return call?.kind === 'map' ? [call] : []
    })
  }

  members(group: number): readonly number[] {
    return this.#members[group] ?? []
  }

  /** Whether a group needs another, directly or not. */
  needs(group: number, other: number): boolean {
    const seen = new Set([group])
    const stack = [group]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const position of this.members(next)) {
        for (const dependency of this.dependencies[position] ?? []) {
          const found = this.groupOf[dependency] as number
          if (found === other) return true
          if (!seen.has(found)) stack.push(found)
          seen.add(found)
        }
      }
    }
    return false
  }

  join(group: number, other: number): void {
    this.#members[group]?.push(...this.members(other))
    for (const position of this.members(other)) this.groupOf[position] = group
    this.#members[other] = []
  }
}

/** Whether two groups are alike and small enough together. */
function areSiblings(
  a: readonly RecordedMap[],
  b: readonly RecordedMap[],
  { maximumViews }: Limits,
): boolean {
  const [first] = a
  const [other] = b
  if (first === undefined || other === undefined || !sameShape(first.shape, other.shape)) return false
  if (!a.some((each) => b.some((candidate) => sharesInput(each, candidate)))) return false
  const { inputs, outputs, expressions } = merge([...a, ...b])
  return inputs.length + outputs.length <= maximumViews && instructionCount(expressions) <= LARGEST_EXPRESSION
}

/** Merges siblings. */
export function mergeSiblings(graph: Graph, limits: Limits): void {
  const { nodes } = graph
  const groups = new Groups(nodes)
  let changed = false
  nodes.forEach((node, position) => {
    if (node.call.kind !== 'map' || groups.groupOf[position] !== position) return
    const end = Math.min(nodes.length, position + REACH)
    for (let other = position + 1; other < end; other++) {
      if (groups.groupOf[other] !== other || nodes[other]?.segment !== node.segment) continue
      if (!areSiblings(groups.calls(position), groups.calls(other), limits)) continue
      if (groups.needs(other, position) || groups.needs(position, other)) continue
      groups.join(position, other)
      changed = true
    }
  })
  if (!changed) return
  sortNodes(graph, nodes, groups.dependencies, groups.groupOf, (group): GraphNode => {
    const node = nodes[group] as GraphNode
    return groups.members(group).length > 1 ? { ...node, call: merge(groups.calls(group)) } : node
  })
}
