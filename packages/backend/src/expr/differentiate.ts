/**
 * Symbolic reverse-mode differentiation of scalar expressions: the derivative of every elementwise operation comes
 * from here, as one simplified expression, so backward is one kernel.
 */
import { isFloat } from '../dtype.js'
import { rebuild } from './build.js'
import { expressions as e } from './expressions.js'
import { type ApplyExpr, constant, type Expr, topologicalOrder } from './node.js'
import type { Instruction } from './operands.js'

/** The cotangent of each operand, `undefined` where the derivative is zero everywhere. */
type CotangentRule = (
  cotangent: Expr,
  operands: readonly Expr[],
  result: Expr,
) => readonly (Expr | undefined)[]

const none: CotangentRule = () => []

const unary =
  (rule: (cotangent: Expr, a: Expr, result: Expr) => Expr): CotangentRule =>
  (cotangent, operands, result) => [rule(cotangent, operands[0] as Expr, result)]

const binary =
  (rule: (cotangent: Expr, a: Expr, b: Expr, result: Expr) => readonly [Expr, Expr]): CotangentRule =>
  (cotangent, operands, result) =>
    rule(cotangent, operands[0] as Expr, operands[1] as Expr, result)

/** Cotangents of two operands: all of it to the first if `a` is larger, to the second if `b` is, half to each if equal. */
const larger = (cotangent: Expr, a: Expr, b: Expr): readonly [Expr, Expr] => {
  const half = e.multiply(cotangent, 0.5)
  const tied = (otherwise: Expr): Expr => e.select(e.equal(a, b), half, otherwise)
  return [tied(e.select(e.less(b, a), cotangent, 0)), tied(e.select(e.less(a, b), cotangent, 0))]
}

function power(cotangent: Expr, a: Expr, b: Expr, result: Expr): readonly [Expr, Expr] {
  const base = e.multiply(cotangent, e.multiply(b, e.power(a, e.subtract(b, 1))))
  const towardsExponent = e.multiply(result, e.log(a))
  const zero = constant(0, a.dtype)
  return [
    e.select(e.equal(b, 0), zero, base),
    e.multiply(cotangent, e.select(e.equal(a, 0), zero, towardsExponent)),
  ]
}

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI)
const gauss = (a: Expr): Expr => e.multiply(e.exp(e.negate(e.multiply(a, a))), TWO_OVER_SQRT_PI)

const RULES: Record<Instruction, CotangentRule> = {
  negate: unary((ct) => e.negate(ct)),
  absolute: unary((ct, a) => e.multiply(ct, e.sign(a))),
  sign: none,
  floor: none,
  ceil: none,
  round: none,
  truncate: none,
  exp: unary((ct, _a, out) => e.multiply(ct, out)),
  expm1: unary((ct, _a, out) => e.multiply(ct, e.add(out, 1))),
  log: unary((ct, a) => e.divide(ct, a)),
  log1p: unary((ct, a) => e.divide(ct, e.add(a, 1))),
  sin: unary((ct, a) => e.multiply(ct, e.cos(a))),
  cos: unary((ct, a) => e.negate(e.multiply(ct, e.sin(a)))),
  tanh: unary((ct, _a, out) => e.multiply(ct, e.subtract(1, e.multiply(out, out)))),
  erf: unary((ct, a) => e.multiply(ct, gauss(a))),
  erfc: unary((ct, a) => e.negate(e.multiply(ct, gauss(a)))),
  sqrt: unary((ct, _a, out) => e.divide(ct, e.multiply(out, 2))),
  rsqrt: unary((ct, a, out) => e.multiply(ct, e.multiply(e.divide(out, a), -0.5))),
  not: none,
  isNaN: none,
  isFinite: none,
  add: binary((ct) => [ct, ct]),
  subtract: binary((ct) => [ct, e.negate(ct)]),
  multiply: binary((ct, a, b) => [e.multiply(ct, b), e.multiply(ct, a)]),
  divide: binary((ct, _a, b, out) => [e.divide(ct, b), e.negate(e.divide(e.multiply(ct, out), b))]),
  power: binary(power),
  remainder: binary((ct, a, b) => [ct, e.negate(e.multiply(ct, e.truncate(e.divide(a, b))))]),
  maximum: binary((ct, a, b) => larger(ct, a, b)),
  minimum: binary((ct, a, b) => larger(ct, b, a)),
  atan2: binary((ct, a, b) => {
    const scaled = e.divide(ct, e.add(e.multiply(a, a), e.multiply(b, b)))
    return [e.multiply(scaled, b), e.negate(e.multiply(scaled, a))]
  }),
  equal: none,
  less: none,
  lessEqual: none,
  and: none,
  or: none,
  xor: none,
  shiftLeft: none,
  shiftRight: none,
  multiplyAdd: (ct, [a, b]) => [e.multiply(ct, b as Expr), e.multiply(ct, a as Expr), ct],
  select: (ct, [condition]) => [
    undefined,
    e.select(condition as Expr, ct, 0),
    e.select(condition as Expr, 0, ct),
  ],
  cast: (ct, [a]) => [e.cast(ct, (a as Expr).dtype)],
  bitcast: none,
  threefryFirst: none,
  threefrySecond: none,
}

/**
 * The cotangents of some leaves of an expression.
 *
 * @param root the expression that is differentiated
 * @param cotangent what multiplies its derivative: an expression of the same type, usually an input of its own
 * @param leaves nodes to differentiate with respect to
 * @returns one expression per leaf, `undefined` where the root doesn't depend on it differentiably
 */
export function differentiate(root: Expr, cotangent: Expr, leaves: readonly Expr[]): (Expr | undefined)[] {
  const order = topologicalOrder([root])
  const reaching = new Set<Expr>(leaves)
  for (const node of order) {
    if (node.kind === 'apply' && node.arguments.some((operand) => reaching.has(operand))) reaching.add(node)
  }
  const cotangents = new Map<Expr, Expr>([[root, cotangent]])
  for (const node of order.reverse()) {
    const own = cotangents.get(node)
    if (own !== undefined && node.kind === 'apply') pushCotangents(node, own, reaching, cotangents)
  }
  return leaves.map((leaf) => cotangents.get(leaf))
}

function pushCotangents(node: ApplyExpr, own: Expr, reaching: Set<Expr>, cotangents: Map<Expr, Expr>): void {
  const parts = RULES[node.instruction](own, node.arguments, node)
  node.arguments.forEach((operand, position) => {
    const part = parts[position]
    if (part === undefined || !reaching.has(operand) || !isFloat(operand.dtype)) return
    const earlier = cotangents.get(operand)
    cotangents.set(operand, earlier === undefined ? part : e.add(earlier, part))
  })
}

/** An expression with nodes replaced, simplified again on the way up; `replace` is asked for each node once. */
export function rewriteExpr(root: Expr, replace: (node: Expr) => Expr | undefined): Expr {
  const done = new Map<Expr, Expr>()
  const visit = (node: Expr): Expr => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = replace(node) ?? (node.kind === 'apply' ? rebuild(node, node.arguments.map(visit)) : node)
    done.set(node, result)
    return result
  }
  return visit(root)
}

/** An expression with leaves or subexpressions replaced. */
export function substitute(root: Expr, replacements: ReadonlyMap<Expr, Expr>): Expr {
  return rewriteExpr(root, (node) => replacements.get(node))
}

/** Inputs renumbered: input `slot` of the expression becomes input `slots[slot]`. */
export function renumberInputs(root: Expr, rename: (slot: number) => Expr): Expr {
  return rewriteExpr(root, (node) => (node.kind === 'input' ? rename(node.slot) : undefined))
}
