/** What expressions read: inputs, scalars and coordinates. Kept for each root, since eager work plans it again and again. */
import { type DType, type Expr, topologicalOrder } from '@nabla/backend'

export interface ExpressionLeaves {
  /** Types by slot, in the order of the slots. */
  readonly inputs: ReadonlyMap<number, DType>
  /** Slots with the types in which they are used; one slot may be used in several. */
  readonly scalars: readonly { readonly slot: number; readonly dtype: DType }[]
  /** Axes whose coordinates are read, ascending. */
  readonly axes: readonly number[]
}

function find(roots: readonly Expr[]): ExpressionLeaves {
  const inputs: [number, DType][] = []
  const scalars: { slot: number; dtype: DType }[] = []
  const axes: number[] = []
  // Nodes are interned, so each leaf comes once.
  for (const node of topologicalOrder(roots)) {
    if (node.kind === 'input') inputs.push([node.slot, node.dtype])
    else if (node.kind === 'scalar') scalars.push({ slot: node.slot, dtype: node.dtype })
    else if (node.kind === 'index') axes.push(node.axis)
  }
  return {
    inputs: new Map(inputs.sort(([a], [b]) => a - b)),
    scalars,
    axes: axes.sort((a, b) => a - b),
  }
}

const known = new WeakMap<Expr, ExpressionLeaves>()

export function leavesOf(roots: readonly Expr[]): ExpressionLeaves {
  const [root] = roots
  if (root === undefined || roots.length > 1) return find(roots)
  const before = known.get(root)
  if (before !== undefined) return before
  const leaves = find(roots)
  known.set(root, leaves)
  return leaves
}
