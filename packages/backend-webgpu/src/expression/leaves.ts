/** What expressions read (inputs, scalars and coordinates) and how much they compute. Kept for each root, since eager work plans it again and again. */
import { type DType, type Expr, type Instruction, topologicalOrder } from '@nabla/backend'

export interface ExpressionLeaves {
  /** Types by slot, in the order of the slots. */
  readonly inputs: ReadonlyMap<number, DType>
  /** Slots with the types in which they are used; one slot may be used in several. */
  readonly scalars: readonly { readonly slot: number; readonly dtype: DType }[]
  /** Axes whose coordinates are read, ascending. */
  readonly axes: readonly number[]
  /** About how many simple instructions there are to do for an element. */
  readonly weight: number
}

/** Instructions that are many of the hardware's; all others are about one. */
const WEIGHTS: Partial<Record<Instruction, number>> = {
  exp: 20,
  expm1: 20,
  log: 25,
  log1p: 35,
  sin: 30,
  cos: 30,
  tanh: 25,
  erf: 40,
  erfc: 40,
  power: 70,
  atan2: 35,
  divide: 8,
  sqrt: 5,
  rsqrt: 5,
  remainder: 50,
  // Both words come from one call.
  threefryFirst: 90,
  threefrySecond: 10,
}

function find(roots: readonly Expr[]): ExpressionLeaves {
  const inputs: [number, DType][] = []
  const scalars: { slot: number; dtype: DType }[] = []
  const axes: number[] = []
  let weight = 0
  // Nodes are interned, so each leaf comes once.
  for (const node of topologicalOrder(roots)) {
    if (node.kind === 'input') inputs.push([node.slot, node.dtype])
    else if (node.kind === 'scalar') scalars.push({ slot: node.slot, dtype: node.dtype })
    else if (node.kind === 'index') axes.push(node.axis)
    else if (node.kind === 'apply') weight += WEIGHTS[node.instruction] ?? 1
  }
  return {
    inputs: new Map(inputs.sort(([a], [b]) => a - b)),
    scalars,
    axes: axes.sort((a, b) => a - b),
    weight,
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
