/** What a whole expression may give at one position: the intervals of its instructions, composed. */
import type { Expr } from '@nabla/backend'
import { instructionInterval, stored } from './instruction.js'
import { exactly, type Interval, ONLY_NAN } from './interval.js'

/** Where an expression finds its leaves. */
export interface IntervalPosition {
  readonly inputs: readonly Interval[]
  readonly scalars?: readonly number[]
  readonly coordinates?: readonly number[]
}

export function expressionInterval(root: Expr, position: IntervalPosition): Interval {
  const done = new Map<Expr, Interval>()
  const visit = (node: Expr): Interval => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result =
      node.kind === 'apply'
        ? instructionInterval(node, node.arguments.map(visit))
        : leafInterval(node, position)
    done.set(node, result)
    return result
  }
  return visit(root)
}

function leafInterval(node: Exclude<Expr, { kind: 'apply' }>, position: IntervalPosition): Interval {
  switch (node.kind) {
    case 'input':
      return position.inputs[node.slot] ?? ONLY_NAN
    case 'scalar':
      return stored(position.scalars?.[node.slot] ?? Number.NaN, node.dtype)
    case 'constant':
      return stored(node.value, node.dtype)
    case 'index':
      return exactly(position.coordinates?.[node.axis] ?? Number.NaN)
  }
}
