/**
 * Putting an expression in place of an input: how one call takes in another.
 */
import {
  type Expr,
  type InputExpr,
  index,
  mapViews,
  type ProgramCall,
  type ProgramScalar,
  type Shape,
  topologicalOrder,
} from '@nabla/backend'
import type { SlotView } from './graph.js'
import { Operands } from './operands.js'

/** An expression over views of its reader's shape. */
export interface Substitution {
  readonly expression: Expr
  readonly inputs: readonly SlotView[]
  readonly scalars: readonly ProgramScalar[]
  /** What its coordinates are in its reader. */
  readonly coordinates?: readonly Expr[]
}

export function usesCoordinates(expression: Expr): boolean {
  return topologicalOrder([expression]).some(({ kind }) => kind === 'index')
}

type SeenThrough = (view: SlotView) => Substitution | undefined

/** The shapes over which a call evaluates what it reads from a slot, one for each of its views on it. */
export function readers(call: ProgramCall, slot: number): Shape[] {
  const reading = (views: readonly SlotView[], shape: Shape): Shape[] =>
    views.filter(({ buffer }) => buffer === slot).map(() => shape)
  switch (call.kind) {
    case 'map':
      return reading(call.inputs, call.shape)
    case 'reduce':
      return [...reading(call.inputs, call.shape), ...reading(call.postInputs ?? [], call.output.shape)]
    case 'contract':
      return reading(call.postInputs ?? [], call.output.shape)
    default:
      return []
  }
}

/** What is rewritten: the inputs of one part of a call, the first of which has number `first`. */
interface Part {
  readonly inputs: readonly SlotView[]
  readonly scalars: readonly ProgramScalar[]
  readonly first: 0 | 1
}

/**
 * Expressions of a part over other operands, with each input on `slot` replaced; `undefined` where one can't be. An input
 * before the first, which is the result that a post expression maps, stays.
 */
function rewriteAll(
  expressions: readonly Expr[],
  { inputs, scalars, first }: Part,
  operands: Operands,
  slot: number,
  seen: SeenThrough,
): Expr[] | undefined {
  const substitutions = new Map<number, Substitution>()
  for (const [position, view] of inputs.entries()) {
    if (view.buffer !== slot) continue
    const substitution = seen(view)
    if (substitution === undefined) return undefined
    substitutions.set(position, substitution)
  }
  const source = (operand: InputExpr): Expr => {
    const position = operand.slot - first
    if (position < 0) return operand
    const substitution = substitutions.get(position)
    if (substitution === undefined) return operands.read(inputs[position] as SlotView, first)
    return operands.adopt(
      substitution.expression,
      substitution.scalars,
      (each) => operands.read(substitution.inputs[each.slot] as SlotView, first),
      (axis) => substitution.coordinates?.[axis] ?? index(axis),
    )
  }
  return expressions.map((expression) => operands.adopt(expression, scalars, source))
}

/**
 * A call that computes what it read from `slot` itself.
 *
 * @param seen the value of the slot as it is seen through a view
 * @param isCopy whether that value is only another layout of one input: then every kind of call can do without the copy
 */
export function substituteInputs(
  call: ProgramCall,
  slot: number,
  seen: SeenThrough,
  isCopy: boolean,
): ProgramCall | undefined {
  if (isCopy) return withoutCopy(call, slot, seen)
  switch (call.kind) {
    case 'map': {
      const operands = new Operands()
      const expressions = rewriteAll(call.expressions, { ...call, first: 0 }, operands, slot, seen)
      const { inputs, scalars } = operands
      return expressions && { ...call, expressions, inputs, scalars }
    }
    case 'reduce': {
      const operands = new Operands()
      const [expression] = rewriteAll([call.expression], { ...call, first: 0 }, operands, slot, seen) ?? []
      const { inputs, scalars } = operands
      return expression && withPost({ ...call, expression, inputs, scalars }, call.scalars, slot, seen)
    }
    case 'contract':
      if (call.left.buffer === slot || call.right.buffer === slot) return undefined
      return withPost({ ...call, scalars: [] }, call.scalars, slot, seen)
    default:
      return undefined
  }
}

type WithPost = Extract<ProgramCall, { kind: 'reduce' | 'contract' }>

/** The call with its post expression rewritten; `call.scalars` are those of the other parts already rewritten. */
function withPost(
  call: WithPost,
  recorded: readonly ProgramScalar[],
  slot: number,
  seen: SeenThrough,
): ProgramCall | undefined {
  const { post, postInputs: inputs = [] } = call
  if (post === undefined) return call
  const operands = new Operands([...call.scalars])
  const [rewritten] = rewriteAll([post], { inputs, scalars: recorded, first: 1 }, operands, slot, seen) ?? []
  return rewritten && { ...call, post: rewritten, postInputs: operands.inputs, scalars: operands.scalars }
}

/** The call with its views on a copy replaced by views on what was copied. */
function withoutCopy(call: ProgramCall, slot: number, seen: SeenThrough): ProgramCall | undefined {
  let isPossible = true
  const changed = mapViews(call, (view): SlotView => {
    if (view.buffer !== slot) return view
    const source = seen(view)?.inputs[0]
    if (source === undefined) isPossible = false
    return source ?? view
  })
  return isPossible ? changed : undefined
}
