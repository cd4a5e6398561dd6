/**
 * How an elementwise operation is defined: a name, what it does to dtypes, and an expression. Kernels for every
 * backend, gradients of every order, broadcasting, plain numbers as operands, static types, and a row in the catalogue
 * that tests go through all follow from that one line.
 */
import type { DType, Expr, Shape } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import type {
  BinaryResult,
  DTypeRule,
  Fits,
  Meets,
  Operand,
  TernaryResult,
  UnaryResult,
} from '../../types/operands.js'
import { typed } from '../../types/typed.js'
import { type Definition, define, type Traits } from './definition.js'
import { type BuildExpression, elementwise } from './kernels.js'

export type UnaryOperation<R extends DTypeRule> = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
) => UnaryResult<R, S, D>

export type BinaryOperation<R extends DTypeRule> = <A extends Operand, B extends Operand>(
  a: A,
  b: B & Meets<A, B>,
) => BinaryResult<R, A, B>

export type TernaryOperation<R extends DTypeRule> = <A extends Operand, B extends Operand, C extends Operand>(
  a: A,
  b: B & Fits<A, B>,
  c: C & Fits<A, C> & Fits<B, C>,
) => TernaryResult<R, A, B, C>

/** An operation on a tensor with a number to adjust it. */
export type AdjustableOperation<R extends DTypeRule> = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  parameter?: number,
) => UnaryResult<R, S, D>

/**
 * An operation without a signature of its own yet: for those that take options, and so pick among several.
 *
 * @param arity how many operands are tensors
 * @param parameters typical values of the plain numbers that follow them
 */
export function operation(
  name: string,
  rule: DTypeRule,
  build: BuildExpression,
  traits: Traits,
  arity: number,
  parameters: readonly number[] = [],
): Definition {
  return { name, rule, build, arity, parameters, traits, run: elementwise(name, rule, build, traits.slope) }
}

/** A public function with its own signature over operations, whose rows in the catalogue it has. */
export function callable<Signature extends (...parameters: never[]) => Tensor>(
  implementation: (...parameters: never[]) => Tensor,
  ...operations: readonly Definition[]
): Signature {
  return define(typed<Signature>(implementation), ...operations)
}

/** An operation on one tensor. */
export function unary<R extends DTypeRule>(
  name: string,
  rule: R,
  build: (x: Expr) => Expr,
  traits: Traits = {},
): UnaryOperation<R> {
  const meant = operation(name, rule, build, traits, 1)
  const { run } = meant
  return callable((x: Tensor) => run([x]), meant)
}

/** An operation on two operands, tensors or numbers, that broadcast. */
export function binary<R extends DTypeRule>(
  name: string,
  rule: R,
  build: (a: Expr, b: Expr) => Expr,
  traits: Traits = {},
): BinaryOperation<R> {
  const meant = operation(name, rule, build, traits, 2)
  const { run } = meant
  return callable((a: Operand, b: Operand) => run([a, b]), meant)
}

/** An operation on three operands, tensors or numbers, that broadcast. */
export function ternary<R extends DTypeRule>(
  name: string,
  rule: R,
  build: (a: Expr, b: Expr, c: Expr) => Expr,
  traits: Traits = {},
): TernaryOperation<R> {
  const meant = operation(name, rule, build, traits, 3)
  const { run } = meant
  return callable((a: Operand, b: Operand, c: Operand) => run([a, b, c]), meant)
}

/** An operation on one tensor with a number to adjust it, which kernels take as a scalar: no kernel per value. */
export function adjustable<R extends DTypeRule>(
  name: string,
  rule: R,
  parameter: number,
  build: (x: Expr, parameter: Expr) => Expr,
  traits: Traits = {},
): AdjustableOperation<R> {
  const meant = operation(name, rule, build, traits, 1, [parameter])
  const { run } = meant
  return callable((x: Tensor, value: number = parameter) => run([x, value]), meant)
}
