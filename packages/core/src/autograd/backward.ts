/**
 * Backward: walks the recorded graph from results to the leaves, applies the rule of each primitive, and adds up.
 * Unless an outer gradient still needs them, cotangents and intermediate results are freed as soon as they have been
 * used for the last time.
 */

import type { GradientRule } from '../engine/gradient-rule.js'
import { inspector } from '../engine/inspection.js'
import type { GraphNode, Primitive, StepOf } from '../engine/primitives.js'
import { isRecording } from '../engine/recording.js'
import { Owner, runOwned } from '../engine/scope.js'
import { reshape } from '../primitives/views.js'
import type { Tensor } from '../tensor.js'
import { Cotangents } from './cotangents.js'
import { GRADIENT_RULES } from './rules/index.js'

/** What is pulled back, and to where. */
export interface Pull {
  readonly outputs: readonly Tensor[]
  /** One per output, of its shape and dtype. */
  readonly cotangents: readonly Tensor[]
  readonly leaves: readonly Tensor[]
  /** Everything made on the way belongs to it. */
  readonly owner: Owner
  /** Recorded results that must not be freed on the way, for example what the function returned. */
  readonly escaping: ReadonlySet<Tensor>
  /** Whether the graph is needed again afterwards; default false. */
  readonly retain?: boolean
}

/** The same for any primitive: the type of the nodes sees to it that those that are not in the table bring their rule. */
const TABLE: { readonly [P in Primitive]?: GradientRule<P> } = GRADIENT_RULES

interface Walk extends Pull {
  readonly sums: Cotangents
  readonly leafNodes: ReadonlySet<GraphNode>
  /** Nodes that lead to a leaf. */
  readonly wanted: ReadonlySet<GraphNode>
}

function nodesOf(tensors: readonly Tensor[]): Set<GraphNode> {
  return new Set(tensors.flatMap(({ node }) => (node === undefined ? [] : [node])))
}

/**
 * Tensors with a node, inputs before the tensors computed from them, as far as the leaves. Iterative, since graphs can
 * be deep; nodes older than every leaf can't lead to one.
 */
function graphOrder(roots: readonly Tensor[], leafNodes: ReadonlySet<GraphNode>): Tensor[] {
  let oldest = Number.POSITIVE_INFINITY
  for (const { serial = 0 } of leafNodes) oldest = Math.min(oldest, serial)
  const order: Tensor[] = []
  const state = new Map<GraphNode, 'open' | 'done'>()
  const stack: Tensor[] = [...roots]
  while (stack.length > 0) {
    const tensor = stack[stack.length - 1] as Tensor
    const { node } = tensor
    if (node === undefined || state.get(node) === 'done' || (node.serial ?? 0) < oldest) {
      stack.pop()
    } else if (state.get(node) === 'open' || leafNodes.has(node)) {
      state.set(node, 'done')
      order.push(tensor)
      stack.pop()
    } else {
      state.set(node, 'open')
      for (const each of node.inputs) if (each.node !== undefined && !state.has(each.node)) stack.push(each)
    }
  }
  return order
}

/** The nodes among them from which a leaf is reached. */
function nodesTowards(leafNodes: ReadonlySet<GraphNode>, order: readonly Tensor[]): Set<GraphNode> {
  const wanted = new Set<GraphNode>()
  for (const { node } of order) {
    if (node === undefined) continue
    const leads =
      leafNodes.has(node) || node.inputs.some((each) => each.node !== undefined && wanted.has(each.node))
    if (leads) wanted.add(node)
  }
  return wanted
}

/**
 * Cotangents of the leaves; `undefined` for a leaf that no output depends on. Each is a tensor of its own, never one
 * that was passed in.
 */
export function backward(pull: Pull): (Tensor | undefined)[] {
  const { outputs, cotangents, leaves, owner } = pull
  const leafNodes = nodesOf(leaves)
  const order = graphOrder(outputs, leafNodes)
  const sums = new Cotangents()
  const walk: Walk = { ...pull, leafNodes, sums, wanted: nodesTowards(leafNodes, order) }
  return runOwned(owner, () => {
    outputs.forEach(({ node }, position) => {
      if (node !== undefined && walk.wanted.has(node)) sums.push(node, cotangents[position] as Tensor)
    })
    for (const tensor of order.reverse()) visit(tensor, walk)
    return distinct(leaves, walk)
  })
}

/** Results, with another handle in place of one that stands twice or belongs to someone else. */
function distinct(leaves: readonly Tensor[], { sums, owner }: Walk): (Tensor | undefined)[] {
  const given = new Set<Tensor>()
  return leaves.map(({ node }) => {
    const sum = node === undefined ? undefined : sums.peek(node)
    if (sum === undefined) return undefined
    const result = sum.owner !== owner || given.has(sum) ? reshape('gradient', sum, sum.shape) : sum
    given.add(result)
    return result
  })
}

/** Pulls back through the step that made one tensor. */
function visit(tensor: Tensor, walk: Walk): void {
  const { node } = tensor
  const { sums, wanted, leafNodes, escaping, retain = false } = walk
  if (node === undefined || leafNodes.has(node) || node.primitive === 'leaf') return
  const cotangent = sums.take(node)
  if (cotangent !== undefined && wanted.has(node)) {
    inspector.current?.differentiates(node)
    const parts = applyRule(node as StepOf<Primitive>, tensor, cotangent, walk)
    inspector.current?.differentiates(undefined)
    release([cotangent, ...distribute(node, parts, walk)], walk)
  }
  if (!retain && !escaping.has(tensor)) release([tensor], walk)
}

/** Adds the parts to the sums of the inputs; returns what may not be needed any more. */
function distribute(
  node: GraphNode,
  parts: readonly (Tensor | undefined)[],
  { sums, wanted }: Walk,
): Tensor[] {
  const used: Tensor[] = []
  parts.forEach((part, position) => {
    if (part === undefined) return
    used.push(part)
    const source = node.inputs[position]?.node
    if (source === undefined || !wanted.has(source)) return
    const earlier = sums.push(source, part)
    if (earlier !== undefined) used.push(earlier)
  })
  return used
}

/** Frees tensors that this computation made and that are nobody's cotangent. */
function release(tensors: readonly Tensor[], { owner, sums }: Walk): void {
  if (isRecording()) return
  for (const tensor of tensors) if (tensor.owner === owner && !sums.holds(tensor)) tensor.dispose()
}

/** The cotangents of a step's inputs. What its rule made besides is freed, unless an outer gradient needs it. */
function applyRule<P extends Primitive>(
  node: StepOf<P>,
  output: Tensor,
  cotangent: Tensor,
  { owner, wanted }: Walk,
): readonly (Tensor | undefined)[] {
  const rule = node.rule ?? TABLE[node.primitive]
  const needs = (position: number): boolean => {
    const source = node.inputs[position]?.node
    return source !== undefined && wanted.has(source)
  }
  const apply = () =>
    rule?.({
      operation: node.operation,
      parameters: node.parameters,
      inputs: node.inputs,
      output,
      cotangent,
      needs,
    }) ?? []
  if (isRecording()) return apply()
  const temporary = new Owner('when the gradient rule that made it ended', true)
  try {
    // A recorded tensor that a rule returns as it is would be freed with the cotangents: another handle stands for it.
    const own = (part: Tensor | undefined): Tensor | undefined =>
      part === undefined || part === cotangent || part.owner === temporary
        ? part
        : reshape('gradient', part, part.shape)
    const parts = runOwned(temporary, () => apply().map(own))
    temporary.close(
      parts.filter((part) => part !== undefined),
      owner,
    )
    return parts
  } finally {
    if (!temporary.closed) temporary.close()
  }
}
