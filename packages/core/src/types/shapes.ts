/**
 * Shapes at the type level: what broadcasting, matmul, transpose and reductions do to literal shapes. Where a shape or a
 * length isn't known to the compiler, everything degrades to `number` or `number[]`; nothing here is ever wrong, only
 * less precise.
 */
import type { Shape } from '@nabla/backend'

/** Whether the rank is known. */
type IsLiteral<S extends Shape> = number extends S['length'] ? false : true

/** A reason that a call does not compile, with the shapes that it is about; it has no values. */
export interface ShapeMismatch<Reason extends string, A extends Shape = Shape, B extends Shape = Shape> {
  readonly 'shapes do not fit': Reason
  readonly shapes: readonly [A, B]
}

type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : never
type Front<S extends Shape> = S extends readonly [...infer F extends number[], number] ? F : []

/** One pair of lengths under broadcasting; `never` when they can't meet. */
type BroadcastLength<A extends number, B extends number> = number extends A
  ? number extends B
    ? number
    : B extends 1
      ? number
      : B
  : number extends B
    ? A extends 1
      ? number
      : A
    : A extends 1
      ? B
      : B extends 1
        ? A
        : A extends B
          ? A
          : never

type BroadcastLiteral<A extends Shape, B extends Shape, R extends number[] = []> = A extends readonly []
  ? [...B, ...R]
  : B extends readonly []
    ? [...A, ...R]
    : [BroadcastLength<Last<A>, Last<B>>] extends [never]
      ? never
      : BroadcastLiteral<Front<A>, Front<B>, [BroadcastLength<Last<A>, Last<B>>, ...R]>

/** The shape in which two shapes meet; `never` when they can't. */
export type Broadcast<A extends Shape, B extends Shape> =
  IsLiteral<A> extends true ? (IsLiteral<B> extends true ? BroadcastLiteral<A, B> : number[]) : number[]

/** What the second operand must also be: anything if the shapes broadcast, impossible if they don't. */
export type Broadcastable<A extends Shape, B extends Shape> = [Broadcast<A, B>] extends [never]
  ? ShapeMismatch<'lengths must be equal or 1, aligned at the last axis', A, B>
  : unknown

type SameLength<A extends number, B extends number> = number extends A
  ? true
  : number extends B
    ? true
    : A extends B
      ? true
      : false

type MatmulLiteral<A extends Shape, B extends Shape> = A extends readonly [infer K extends number]
  ? B extends readonly [infer L extends number]
    ? SameLength<K, L> extends true
      ? []
      : never
    : B extends readonly [...infer Batch extends number[], infer L extends number, infer N extends number]
      ? SameLength<K, L> extends true
        ? [...Batch, N]
        : never
      : never
  : A extends readonly [...infer BatchA extends number[], infer M extends number, infer K extends number]
    ? B extends readonly [infer L extends number]
      ? SameLength<K, L> extends true
        ? [...BatchA, M]
        : never
      : B extends readonly [...infer BatchB extends number[], infer L extends number, infer N extends number]
        ? SameLength<K, L> extends true
          ? [Broadcast<BatchA, BatchB>] extends [never]
            ? never
            : [...Broadcast<BatchA, BatchB>, M, N]
          : never
        : never
    : never

/** The shape of a matrix product with NumPy's `matmul` rules; `never` when the shapes don't fit. */
export type Matmul<A extends Shape, B extends Shape> =
  IsLiteral<A> extends true ? (IsLiteral<B> extends true ? MatmulLiteral<A, B> : number[]) : number[]

export type Matmulable<A extends Shape, B extends Shape> = [Matmul<A, B>] extends [never]
  ? ShapeMismatch<'the last axis of the first must equal the second to last of the second', A, B>
  : unknown

type ReverseLiteral<S extends Shape> = S extends readonly [
  infer F extends number,
  ...infer R extends number[],
]
  ? [...ReverseLiteral<R>, F]
  : []

/** All axes reversed. */
export type Reversed<S extends Shape> = IsLiteral<S> extends true ? ReverseLiteral<S> : number[]

/** Axes in a given order. */
export type Permuted<S extends Shape, Order extends readonly number[]> =
  IsLiteral<S> extends true
    ? number extends Order['length']
      ? number[]
      : {
          -readonly [I in keyof Order]: Order[I] extends keyof S
            ? S[Order[I]] extends number
              ? S[Order[I]]
              : number
            : number
        }
    : { -readonly [I in keyof Order]: number }

/** A shape as it is written, with readonly removed. */
export type Mutable<S extends Shape> = IsLiteral<S> extends true ? [...S] : number[]

type ProductOf<S extends Shape> = S extends readonly []
  ? 1
  : S extends readonly [infer Only extends number]
    ? Only
    : number

/** Whether two literal shapes can be seen to differ in size; unknown counts as fitting (checked when it runs). */
export type Reshapeable<S extends Shape, T extends Shape> =
  IsLiteral<S> extends true
    ? number extends ProductOf<S>
      ? unknown
      : number extends ProductOf<T>
        ? unknown
        : ProductOf<T> extends -1 | ProductOf<S>
          ? unknown
          : ShapeMismatch<'the new shape has another number of elements', S, T>
    : unknown

/** A requested shape with -1 (to be computed) turned into `number`. */
export type Requested<T extends Shape> =
  IsLiteral<T> extends true ? { -readonly [I in keyof T]: T[I] extends -1 ? number : T[I] } : number[]
