/**
 * The operands of a call that is being put together from others: each view and each scalar once, and expressions of the
 * others rewritten to name them.
 */
import {
  constant,
  type Expr,
  expressions as e,
  type InputExpr,
  index,
  input,
  type ProgramScalar,
  rewriteExpr,
  scalar,
} from '@nabla/backend'
import type { SlotView } from './graph.js'
import type { Coordinate } from './layouts.js'

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((each, position) => each === b[position])

/** Whether two views are the same elements in the same order. */
export function sameView(a: SlotView, b: SlotView): boolean {
  return (
    a.buffer === b.buffer && a.offset === b.offset && same(a.strides, b.strides) && same(a.shape, b.shape)
  )
}

export function sameScalar(a: ProgramScalar, b: ProgramScalar): boolean {
  if (typeof a === 'number' || typeof b === 'number') return Object.is(a, b)
  return a.slot === b.slot
}

export class Operands {
  readonly inputs: SlotView[] = []
  readonly scalars: ProgramScalar[]

  /** @param scalars a list to share with another part of the call */
  constructor(scalars: ProgramScalar[] = []) {
    this.scalars = scalars
  }

  /** The number of an input. */
  input(view: SlotView): number {
    const known = this.inputs.findIndex((each) => sameView(each, view))
    return known === -1 ? this.inputs.push(view) - 1 : known
  }

  scalar(value: ProgramScalar): number {
    const known = this.scalars.findIndex((each) => sameScalar(each, value))
    return known === -1 ? this.scalars.push(value) - 1 : known
  }

  /**
   * An expression of another call over these operands.
   *
   * @param scalars of the other call
   * @param source what each of its inputs becomes
   * @param coordinate what each of its coordinates becomes; default: itself
   */
  adopt(
    expression: Expr,
    scalars: readonly ProgramScalar[],
    source: (operand: InputExpr) => Expr,
    coordinate: (axis: number) => Expr = index,
  ): Expr {
    return rewriteExpr(expression, (node) => {
      switch (node.kind) {
        case 'input':
          return source(node)
        case 'scalar':
          return scalar(this.scalar(scalars[node.slot] ?? Number.NaN), node.dtype)
        case 'index':
          return coordinate(node.axis)
        default:
          return undefined
      }
    })
  }

  /** The expression that reads a view. */
  read(view: SlotView, first = 0): Expr {
    return input(this.input(view) + first, view.dtype)
  }
}

/** A coordinate of one shape as an expression of those of another. */
export function coordinateExpression({ start, moves }: Coordinate): Expr {
  return moves.reduce<Expr>(
    (sum, { from, step }) => {
      const moved = step === 1 ? index(from) : e.multiply(index(from), step)
      return sum.kind === 'constant' && sum.value === 0 ? moved : e.add(sum, moved)
    },
    constant(start, 'int32'),
  )
}
