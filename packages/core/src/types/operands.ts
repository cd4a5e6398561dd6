/**
 * Operands of elementwise operations at the type level: a tensor, or a plain number that takes the tensors' type. What
 * broadcasting and promotion make of two or three of them.
 */
import type { DType, Shape } from '@nabla/backend'
import type { Tensor } from '../tensor.js'
import type { Promote, PromoteNumber, ToFloat, ToNumber } from './dtypes.js'
import type { Broadcast, Broadcastable } from './shapes.js'

/** What elementwise operations take. */
export type Operand = Tensor | number

/** The shape of an operand; numbers are scalars. */
export type ShapeOf<O extends Operand> = O extends Tensor ? O['shape'] : []

/** `unknown` if the shapes of two operands broadcast, else a reason that does not compile. */
export type Fits<A extends Operand, B extends Operand> = Broadcastable<ShapeOf<A>, ShapeOf<B>>

/** Numbers alone have no backend to run on. */
export interface OnlyNumbers {
  readonly 'at least one operand must be a tensor': never
}

/** `unknown` unless both operands are plain numbers. */
export type NotOnlyNumbers<A extends Operand, B extends Operand> = [A | B] extends [number]
  ? OnlyNumbers
  : unknown

/** `unknown` if an operation can take these two operands, else a reason that does not compile. */
export type Meets<A extends Operand, B extends Operand> = Fits<A, B> & NotOnlyNumbers<A, B>

/** The shape that two or three operands meet in. */
export type MeetingShape<A extends Operand, B extends Operand, C extends Operand = 0> = Broadcast<
  Broadcast<ShapeOf<A>, ShapeOf<B>>,
  ShapeOf<C>
>

type DTypeIn<O extends Operand> = O extends Tensor ? O['dtype'] : never

type Meet<A extends DType, B extends DType> = [A] extends [never]
  ? B
  : [B] extends [never]
    ? A
    : Promote<A, B>

type WithNumbers<D extends DType, N extends number> = [N] extends [never]
  ? D
  : [D] extends [never]
    ? 'float32'
    : PromoteNumber<D, N>

/** The dtype that two or three operands meet in: that of the tensors among them, then the numbers. */
export type MeetingDType<A extends Operand, B extends Operand, C extends Operand = never> = WithNumbers<
  Meet<Meet<DTypeIn<A>, DTypeIn<B>>, DTypeIn<C>>,
  Extract<A | B | C, number>
>

/** The dtype that each rule for dtypes gives (see ops/elementwise/dtype-rules.ts). */
export interface RuleResults<D extends DType> {
  number: ToNumber<D>
  any: D
  float: ToFloat<D>
  test: 'bool'
  compare: 'bool'
  logical: 'bool'
  bits: D
  integer: ToNumber<D>
  select: D
}

export type DTypeRule = keyof RuleResults<DType>

/** The result of an operation with a rule on one operand. */
export type UnaryResult<R extends DTypeRule, S extends Shape, D extends DType> = Tensor<S, RuleResults<D>[R]>

/** The result of an operation with a rule on two operands. */
export type BinaryResult<R extends DTypeRule, A extends Operand, B extends Operand> = Tensor<
  MeetingShape<A, B>,
  RuleResults<MeetingDType<A, B>>[R]
>

/** The result of an operation with a rule on three operands. */
export type TernaryResult<
  R extends DTypeRule,
  A extends Operand,
  B extends Operand,
  C extends Operand,
> = Tensor<MeetingShape<A, B, C>, RuleResults<MeetingDType<A, B, C>>[R]>
