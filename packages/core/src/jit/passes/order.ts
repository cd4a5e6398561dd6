/**
 * The order of calls: what depends on what, and an order that respects it.
 */
import { viewsOf } from '@nabla/backend'
import type { Graph, GraphNode } from '../graph.js'

/** For each node the earlier ones that must run before it: writers of what it reads or writes, readers of what it writes. */
export function dependenciesOf(nodes: readonly GraphNode[]): readonly ReadonlySet<number>[] {
  const writers = new Map<number, number[]>()
  const readers = new Map<number, number[]>()
  const add = (map: Map<number, number[]>, slot: number, position: number): void => {
    const list = map.get(slot)
    if (list === undefined) map.set(slot, [position])
    else list.push(position)
  }
  return nodes.map(({ call }, position) => {
    const { reads, writes } = viewsOf(call)
    const before = new Set<number>()
    for (const { buffer } of reads) for (const each of writers.get(buffer) ?? []) before.add(each)
    for (const { buffer } of writes) {
      for (const each of writers.get(buffer) ?? []) before.add(each)
      for (const each of readers.get(buffer) ?? []) before.add(each)
    }
    before.delete(position)
    for (const { buffer } of reads) add(readers, buffer, position)
    for (const { buffer } of writes) add(writers, buffer, position)
    return before
  })
}

/**
 * Puts nodes in an order in which each comes after what it depends on, otherwise as they are, except that calls that only
 * finish variables come last: then nobody reads the old values any more.
 *
 * @param dependencies of each node, as `dependenciesOf` gives them
 * @param groups for each node the number of the group that it became part of; a group is placed as one node
 */
export function sortNodes(
  graph: Graph,
  nodes: readonly GraphNode[],
  dependencies: readonly ReadonlySet<number>[],
  groups: readonly number[],
  merged: (group: number) => GraphNode,
): void {
  const waiting = new Map<number, Set<number>>()
  groups.forEach((group, position) => {
    const set = waiting.get(group) ?? new Set<number>()
    for (const each of dependencies[position] ?? []) {
      const other = groups[each] as number
      if (other !== group) set.add(other)
    }
    waiting.set(group, set)
  })
  const order: GraphNode[] = []
  const placed = new Set<number>()
  const last = lastGroups(graph, nodes, groups)
  const visit = (root: number): void => {
    const stack = [root]
    while (stack.length > 0) {
      const group = stack[stack.length - 1] as number
      const missing = [...(waiting.get(group) ?? [])].filter((each) => !placed.has(each))
      if (placed.has(group) || missing.length === 0) {
        stack.pop()
        if (!placed.has(group)) order.push(merged(group))
        placed.add(group)
      } else stack.push(...missing.sort((a, b) => b - a))
    }
  }
  const all = [...new Set(groups)]
  for (const group of all.filter((each) => !last.has(each))) visit(group)
  for (const group of all) visit(group)
  graph.nodes = order
}

/** Groups that write nothing but final values of variables which no call reads. */
function lastGroups(graph: Graph, nodes: readonly GraphNode[], groups: readonly number[]): Set<number> {
  const finals = new Set(graph.finals.values())
  const read = new Set(nodes.flatMap(({ call }) => viewsOf(call).reads.map(({ buffer }) => buffer)))
  const others = new Set<number>()
  nodes.forEach(({ call }, position) => {
    const finishes = viewsOf(call).writes.every(({ buffer }) => finals.has(buffer) && !read.has(buffer))
    if (!finishes) others.add(groups[position] as number)
  })
  return new Set(groups.filter((group) => !others.has(group)))
}
