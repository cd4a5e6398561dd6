/**
 * The code of whole expressions: what does not change along the innermost axis first, once per row, the rest for every
 * four elements. Shared parts are computed once.
 */
import {
  type ConstantExpr,
  type Expr,
  type IndexExpr,
  type InputExpr,
  roundToType,
  type ScalarExpr,
  topologicalOrder,
} from '@nabla/backend'
import { f32, f32x4, f64x2, i32x4, type Local, load } from '../assembler/index.js'
import { formOf, type Lanes } from './convert.js'
import { EMIT } from './instructions.js'
import type { Kit } from './kit.js'

/** What an expression reads from views. */
export type Leaf = InputExpr | IndexExpr

/** Values that are there already. */
export type Known = ReadonlyMap<Expr, Lanes>

function constantLanes(kit: Kit, { value, dtype }: ConstantExpr): Lanes {
  const number = roundToType(value, dtype)
  switch (formOf(dtype)) {
    case 'float':
      return [kit.float(number)]
    case 'double':
      return [kit.double(number), kit.double(number)]
    case 'word':
      return [kit.word(number)]
    case 'mask':
      return [kit.word(-number)]
  }
}

/** A scalar, from the block of arguments: floats as float64, others as the int32 that is in every lane. */
function scalarLanes(kit: Kit, scalar: ScalarExpr, args: Local<'i32'>, offset: number): Lanes {
  const value = kit.f.hoist(`scalar ${offset}`, () => {
    if (formOf(scalar.dtype) === 'float') return f32x4.splat(f32.demote(load('f64', args, offset)))
    if (formOf(scalar.dtype) === 'double') return f64x2.splat(load('f64', args, offset))
    return i32x4.splat(load('i32', args, offset))
  })
  return formOf(scalar.dtype) === 'double' ? [value, value] : [value]
}

/** Where scalars lie in the arguments, eight bytes each. */
export interface ScalarPlaces {
  readonly args: Local<'i32'>
  readonly offsetOf: (scalar: ScalarExpr) => number
}

/** Writes the code of `roots` and returns their values; nodes that are known are not computed again. */
export function emitExpressions(
  kit: Kit,
  roots: readonly Expr[],
  known: Known,
  scalars: ScalarPlaces,
  leaf: (node: Leaf) => Lanes,
): Map<Expr, Lanes> {
  const values = new Map(known)
  const valueOf = (node: Expr): Lanes => values.get(node) ?? []
  const compute = (node: Expr): Lanes => {
    switch (node.kind) {
      case 'constant':
        return constantLanes(kit, node)
      case 'scalar':
        return scalarLanes(kit, node, scalars.args, scalars.offsetOf(node))
      case 'apply':
        return inLocals(kit, EMIT[node.instruction](kit, node, node.arguments.map(valueOf)))
      default:
        return inLocals(kit, leaf(node))
    }
  }
  for (const node of neededOf(roots, known)) values.set(node, compute(node))
  return values
}

function inLocals(kit: Kit, lanes: Lanes): Lanes {
  return lanes.map((each) => ('local' in each ? each : kit.let(each)))
}

/** Nodes in the order of their computation, without those that only known ones need. */
function neededOf(roots: readonly Expr[], known: Known): Expr[] {
  const needed = new Set<Expr>()
  const order = topologicalOrder(roots)
  for (const root of roots) needed.add(root)
  for (const node of [...order].reverse()) {
    if (!needed.has(node) || known.has(node) || node.kind !== 'apply') continue
    for (const operand of node.arguments) needed.add(operand)
  }
  return order.filter((node) => needed.has(node) && !known.has(node))
}

/** The largest parts of expressions that don't change along the innermost axis. */
export function invariantParts(roots: readonly Expr[], varies: (leaf: Leaf) => boolean): Expr[] {
  const varying = new Set<Expr>()
  const order = topologicalOrder(roots)
  for (const node of order) {
    const changes =
      node.kind === 'apply'
        ? node.arguments.some((operand) => varying.has(operand))
        : (node.kind === 'input' || node.kind === 'index') && varies(node)
    if (changes) varying.add(node)
  }
  return order.filter((node) => !varying.has(node))
}
