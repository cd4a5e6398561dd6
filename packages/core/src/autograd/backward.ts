/**
 * Backward: walks the recorded graph from a result to the leaves, applies the rule of each primitive, and adds up.
 * Unless an outer gradient still needs them, cotangents and intermediate results are freed as soon as they have been
 * used for the last time.
 */
import { expressions, input } from '@nabla/backend'
import type { GraphNode, GraphNodeOf, Primitive } from '../engine/primitives.js'
import { recordingDepth } from '../engine/recording.js'
import { Owner, runOwned } from '../engine/scope.js'
import { map } from '../primitives/map.js'
import type { Tensor } from '../tensor.js'
import { GRADIENT_RULES } from './rules/index.js'

/** Tensors with a node, inputs before the tensors computed from them. Iterative, since graphs can be deep. */
function graphOrder(root: Tensor): Tensor[] {
  const order: Tensor[] = []
  const state = new Map<GraphNode, 'open' | 'done'>()
  const stack: Tensor[] = [root]
  while (stack.length > 0) {
    const tensor = stack[stack.length - 1] as Tensor
    const { node } = tensor
    if (node === undefined || state.get(node) === 'done') {
      stack.pop()
    } else if (state.get(node) === 'open') {
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

function applyRule<P extends Primitive>(
  node: GraphNodeOf<P>,
  output: Tensor,
  cotangent: Tensor,
  wanted: ReadonlySet<GraphNode>,
): readonly (Tensor | undefined)[] {
  const rule = GRADIENT_RULES[node.primitive]
  return rule({
    operation: node.operation,
    parameters: node.parameters,
    inputs: node.inputs,
    output,
    cotangent,
    needs: (position) => {
      const source = node.inputs[position]?.node
      return source !== undefined && wanted.has(source)
    },
  })
}

function add(a: Tensor, b: Tensor): Tensor {
  return map('gradient sum', expressions.add(input(0, a.dtype), input(1, a.dtype)), [a, b])
}

/** The cotangents found so far, and who may be freed. */
class Accumulator {
  private readonly sums = new Map<GraphNode, Tensor>()

  constructor(
    private readonly owner: Owner,
    private readonly freeing: boolean,
  ) {}

  /** Frees a tensor that this computation made and nothing needs any more. */
  release(tensor: Tensor): void {
    if (this.freeing && tensor.owner === this.owner) tensor.dispose()
  }

  take(node: GraphNode): Tensor | undefined {
    const sum = this.sums.get(node)
    this.sums.delete(node)
    return sum
  }

  peek(node: GraphNode): Tensor | undefined {
    return this.sums.get(node)
  }

  /** Adds a contribution. */
  push(node: GraphNode, part: Tensor): void {
    const earlier = this.sums.get(node)
    this.sums.set(node, earlier === undefined ? part : add(earlier, part))
  }

  holds(tensor: Tensor): boolean {
    for (const sum of this.sums.values()) if (sum === tensor) return true
    return false
  }
}

/**
 * Cotangents of `leaves` for a cotangent of `output`; `undefined` for a leaf that the output doesn't depend on.
 * Everything made here belongs to `owner`.
 *
 * @param escaping tensors that must not be freed on the way: what the function returned.
 */
export function backward(
  output: Tensor,
  cotangent: Tensor,
  leaves: readonly Tensor[],
  owner: Owner,
  escaping: ReadonlySet<Tensor>,
): (Tensor | undefined)[] {
  const order = graphOrder(output)
  const leafNodes = new Set(leaves.map((leaf) => leaf.node))
  const wanted = new Set<GraphNode>()
  for (const { node } of order) {
    if (node === undefined) continue
    if (leafNodes.has(node) || node.inputs.some((each) => each.node !== undefined && wanted.has(each.node))) wanted.add(node)
  }
  const cotangents = new Accumulator(owner, recordingDepth() === 0)
  if (output.node !== undefined && wanted.has(output.node)) cotangents.push(output.node, cotangent)
  for (const tensor of order.reverse()) visit(tensor, cotangents, wanted, leafNodes, owner, escaping)
  return leaves.map((leaf) => (leaf.node === undefined ? undefined : cotangents.peek(leaf.node)))
}

function visit(
  tensor: Tensor,
  cotangents: Accumulator,
  wanted: ReadonlySet<GraphNode>,
  leafNodes: ReadonlySet<GraphNode | undefined>,
  owner: Owner,
  escaping: ReadonlySet<Tensor>,
): void {
  const { node } = tensor
  if (node === undefined || leafNodes.has(node) || node.primitive === 'leaf') return
  const cotangent = cotangents.take(node)
  if (cotangent !== undefined && wanted.has(node)) {
    const temporary = new Owner('when the gradient rule that made it ended', true)
    const parts = runOwned(temporary, () => applyRule(node as GraphNodeOf<Primitive>, tensor, cotangent, wanted))
    const kept = parts.filter((part) => part !== undefined)
    // While an outer gradient records, its graph needs every intermediate result of the rules.
    if (recordingDepth() > 0) temporary.hand(owner)
    else temporary.close(kept, owner)
    runOwned(owner, () =>
      parts.forEach((part, position) => {
        const source = node.inputs[position]?.node
        if (part !== undefined && source !== undefined && wanted.has(source)) cotangents.push(source, part)
      }),
    )
    if (!kept.includes(cotangent) && !cotangents.holds(cotangent)) cotangents.release(cotangent)
  }
  if (!escaping.has(tensor)) cotangents.release(tensor)
}
