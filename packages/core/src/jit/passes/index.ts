/**
 * The passes in their order: from a recorded graph to one that costs as few kernels and as little memory traffic as can be.
 */
import type { Backend, Buffer } from '@nabla/backend'
import { MEMORY } from '../cost.js'
import type { Graph } from '../graph.js'
import { mergeEqualCalls } from './common-subexpressions.js'
import { useConditions } from './conditions.js'
import { foldConstants } from './constants.js'
import { dropDeadCode } from './dead-code.js'
import { fuseEpilogues } from './epilogue.js'
import { inlineMaps } from './inline.js'
import { packUpdates } from './pack.js'
import { mergeSiblings } from './siblings.js'
import { splitOutputs } from './split.js'
import { writeBack } from './write-back.js'

/** What each pass did, in numbers of kernels. */
export interface Report {
  readonly recorded: number
  /** Kernels fewer after each pass. */
  readonly saved: {
    readonly deadCode: number
    readonly equalCalls: number
    readonly fusion: number
    readonly constants: number
    readonly siblings: number
    readonly packing: number
  }
  readonly kernels: number
}

export interface Optimized {
  readonly report: Report
  /** Buffers with constants that were computed for the program. */
  readonly constants: readonly Buffer[]
}

/** Kernels of a graph; calls that were taken apart for the passes count as one. */
function counted(graph: Graph, run: () => void): number {
  const before = graph.nodes.length
  run()
  return before - graph.nodes.length
}

/** Rewrites a graph in place. */
export function optimize(graph: Graph, backend: Backend): Optimized {
  const { maximumViews, memoryCost = MEMORY } = backend.capabilities
  const limits = { maximumViews, memoryCost }
  const recorded = graph.nodes.length
  const deadCode = counted(graph, () => dropDeadCode(graph))
  const equalCalls = counted(graph, () => mergeEqualCalls(graph))
  const whole = graph.nodes.length
  splitOutputs(graph)
  const split = graph.nodes.length
  const fused = counted(graph, () => {
    let changed = true
    while (changed) {
      changed = fuseEpilogues(graph, limits)
      changed = inlineMaps(graph, limits) || changed
      dropDeadCode(graph)
      mergeEqualCalls(graph)
    }
  })
  let constants: Buffer[] = []
  const folded = counted(graph, () => {
    constants = foldConstants(graph, backend)
  })
  const merged = counted(graph, () => mergeSiblings(graph, limits))
  const packing = counted(graph, () => packUpdates(graph))
  writeBack(graph)
  useConditions(graph)
  const saved = {
    deadCode,
    equalCalls,
    fusion: fused,
    constants: folded,
    // Calls with several outputs were split first: putting them together again saves nothing.
    siblings: merged - (split - whole),
    packing,
  }
  return { report: { recorded, saved, kernels: graph.nodes.length }, constants }
}
