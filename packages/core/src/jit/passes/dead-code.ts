/**
 * Dead code: calls whose results nobody needs.
 */
import { viewsOf } from '@nabla/backend'
import { type Graph, type GraphNode, wantedSlots } from '../graph.js'

/** Drops calls that neither a result nor a variable depends on. */
export function dropDeadCode(graph: Graph): void {
  const needed = new Set(wantedSlots(graph))
  const kept: GraphNode[] = []
  for (const node of graph.nodes.toReversed()) {
    const { reads, writes } = viewsOf(node.call)
    if (!writes.some(({ buffer }) => needed.has(buffer))) continue
    for (const { buffer } of reads) needed.add(buffer)
    kept.push(node)
  }
  graph.nodes = kept.reverse()
}
