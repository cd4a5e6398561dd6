/**
 * Linear algebra at the type level: the shapes and dtypes of products. Where a shape isn't known to the compiler,
 * everything degrades to `number[]`.
 */
import type { DType, Shape } from '@nabla/backend'
import type { Promote, ToNumber } from '../../types/dtypes.js'
import type { ShapeMismatch } from '../../types/shapes.js'

type IsLiteral<S extends Shape> = number extends S['length'] ? false : true
type AreLiteral<A extends Shape, B extends Shape> = IsLiteral<A> extends true ? IsLiteral<B> : false

type SameLength<A extends number, B extends number> = number extends A
  ? true
  : number extends B
    ? true
    : A extends B
      ? true
      : false

/** The dtype of a product: the operands' common one, with bool counted in int32. */
export type ProductType<D extends DType, E extends DType> = ToNumber<Promote<D, E>>

type DotLiteral<A extends Shape, B extends Shape> = A extends readonly []
  ? [...B]
  : B extends readonly []
    ? [...A]
    : A extends readonly [...infer Rows extends number[], infer K extends number]
      ? B extends readonly [infer L extends number]
        ? SameLength<K, L> extends true
          ? Rows
          : never
        : B extends readonly [...infer Lead extends number[], infer L extends number, infer N extends number]
          ? SameLength<K, L> extends true
            ? [...Rows, ...Lead, N]
            : never
          : never
      : never

/** The shape of NumPy's `dot`; `never` when the shapes don't fit. */
export type Dot<A extends Shape, B extends Shape> =
  AreLiteral<A, B> extends true ? DotLiteral<A, B> : number[]

export type Dottable<A extends Shape, B extends Shape> = [Dot<A, B>] extends [never]
  ? ShapeMismatch<'the last axis of the first must equal the second to last of the second'>
  : unknown

type InnerLiteral<A extends Shape, B extends Shape> = A extends readonly []
  ? [...B]
  : B extends readonly []
    ? [...A]
    : A extends readonly [...infer Rows extends number[], infer K extends number]
      ? B extends readonly [...infer Columns extends number[], infer L extends number]
        ? SameLength<K, L> extends true
          ? [...Rows, ...Columns]
          : never
        : never
      : never

/** The shape of NumPy's `inner`; `never` when the last axes differ. */
export type Inner<A extends Shape, B extends Shape> =
  AreLiteral<A, B> extends true ? InnerLiteral<A, B> : number[]

export type Innerable<A extends Shape, B extends Shape> = [Inner<A, B>] extends [never]
  ? ShapeMismatch<'the last axes must be equally long'>
  : unknown

type FlatLength<S extends Shape> = S extends readonly [infer N extends number]
  ? N
  : S extends readonly []
    ? 1
    : number

/** Both operands flattened. */
export type Outer<A extends Shape, B extends Shape> = [FlatLength<A>, FlatLength<B>]

/** The last two axes exchanged. */
export type MatrixTransposed<S extends Shape> =
  IsLiteral<S> extends true
    ? S extends readonly [...infer Batch extends number[], infer M extends number, infer N extends number]
      ? [...Batch, N, M]
      : never
    : number[]
