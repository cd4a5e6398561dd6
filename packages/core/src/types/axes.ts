/**
 * Axes at the type level: what removing, keeping, inserting, swapping and slicing axes does to literal shapes. As in
 * `shapes.ts`, whatever the compiler doesn't know degrades to `number` or `number[]`.
 */
import type { DType, Shape } from '@nabla/backend'
import type { Permuted, Reversed } from './shapes.js'

/** Whether the rank is known. */
type HasRank<S extends Shape> = number extends S['length'] ? false : true

type Counter = readonly unknown[]
type DropFront<S extends Shape, N extends number, C extends Counter = []> = C['length'] extends N
  ? S
  : S extends readonly [number, ...infer R extends number[]]
    ? DropFront<R, N, [...C, unknown]>
    : never

/** A literal axis counted from the front; `number` where it isn't literal. Distributes over unions. */
type FromFront<S extends Shape, X extends number> = X extends number
  ? number extends X
    ? number
    : `${X}` extends `-${infer N extends number}`
      ? DropFront<S, N>['length']
      : X
  : never

/** One axis, several, or (left out) all of them. */
export type Axes = number | readonly number[] | undefined

type Named<X extends Axes> = X extends number ? X : X extends readonly number[] ? X[number] : never

type Without<
  S extends Shape,
  X extends number,
  K extends boolean,
  C extends Counter = [],
> = S extends readonly [infer F extends number, ...infer R extends number[]]
  ? C['length'] extends X
    ? K extends true
      ? [1, ...Without<R, X, K, [...C, unknown]>]
      : Without<R, X, K, [...C, unknown]>
    : [F, ...Without<R, X, K, [...C, unknown]>]
  : []

/** A shape reduced over axes: they disappear, or stay with length 1. */
export type Reduced<S extends Shape, X extends Axes, K extends boolean> = boolean extends K
  ? number[]
  : X extends undefined
    ? K extends true
      ? HasRank<S> extends true
        ? { -readonly [I in keyof S]: 1 }
        : number[]
      : []
    : HasRank<S> extends false
      ? number[]
      : number extends FromFront<S, Named<X>>
        ? K extends true
          ? { -readonly [I in keyof S]: number }
          : X extends number
            ? Anonymous<Rest<S>>
            : number[]
        : Without<S, FromFront<S, Named<X>>, K>

type Rest<S extends Shape> = S extends readonly [number, ...infer R extends number[]] ? R : []
/** The rank alone. */
type Anonymous<S extends Shape> = { -readonly [I in keyof S]: number }

/** A shape of the same rank whose lengths aren't known. */
export type SameRank<S extends Shape> = HasRank<S> extends true ? Anonymous<S> : number[]

type WithoutOnes<S extends Shape> = S extends readonly [infer F extends number, ...infer R extends number[]]
  ? F extends 1
    ? WithoutOnes<R>
    : [F, ...WithoutOnes<R>]
  : []

/** Axes of length 1 removed: all of them, or those that are named. */
export type Squeezed<S extends Shape, X extends Axes> = X extends undefined
  ? HasRank<S> extends true
    ? number extends S[number]
      ? number[]
      : WithoutOnes<S>
    : number[]
  : Reduced<S, X, false>

type InsertFront<S extends Shape, N extends number, C extends Counter = []> = C['length'] extends N
  ? [1, ...S]
  : S extends readonly [infer F extends number, ...infer R extends number[]]
    ? [F, ...InsertFront<R, N, [...C, unknown]>]
    : []

/** A new axis of length 1. */
export type Expanded<S extends Shape, X extends number | readonly number[]> =
  HasRank<S> extends true
    ? X extends number
      ? number extends X
        ? [number, ...Anonymous<S>]
        : InsertFront<S, Extract<FromFront<readonly [1, ...S], X>, number>>
      : number[]
    : number[]

type AxisKey<S extends Shape, X extends number> = `${FromFront<S, X>}`

/** Two axes exchanged. */
export type Swapped<S extends Shape, A extends number, B extends number> =
  HasRank<S> extends true
    ? number extends A | B
      ? Anonymous<S>
      : {
          -readonly [I in keyof S]: I extends AxisKey<S, A>
            ? LengthAt<S, FromFront<S, B>>
            : I extends AxisKey<S, B>
              ? LengthAt<S, FromFront<S, A>>
              : S[I]
        }
    : number[]

type LengthAt<S extends Shape, X extends number> = X extends keyof S
  ? S[X] extends number
    ? S[X]
    : number
  : number

/** The dtype of sums and products: small integers and booleans are counted in int32. */
export type Summed<D extends DType> = D extends 'bool' | 'uint8' ? 'int32' : D

/** What reductions take after the tensor. */
export type ReductionParameters<O = object> = readonly [
  axes?: Axes,
  options?: O & { readonly keepdims?: boolean },
]

type Kept<P> = P extends readonly [unknown, { readonly keepdims: infer K extends boolean }] ? K : false

/** The shape that a reduction with these parameters leaves of `S`. */
export type ReducedBy<S extends Shape, P extends readonly unknown[]> = P extends readonly []
  ? []
  : P extends readonly [infer X extends Axes, ...infer _]
    ? Reduced<S, X, Kept<P>>
    : number[]

/** Axes reversed, or in the given order. */
export type Transposed<S extends Shape, O extends readonly number[] | undefined> = O extends readonly number[]
  ? Permuted<S, O>
  : Reversed<S>
