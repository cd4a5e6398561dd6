/**
 * Host data at the type level: the shape and dtype that nested arrays have, and the nested arrays that a tensor reads
 * back as. Nesting is bounded at six axes, which keeps the compiler's work small; deeper data goes through `tensorFrom`.
 */
import type { DType, Shape, TypedArray, TypedArrayOf } from '@nabla/backend'

type Element = number | boolean
type Row = Element | TypedArray
type Nested1 = Row | readonly Row[]
type Nested2 = Row | readonly Nested1[]
type Nested3 = Row | readonly Nested2[]
type Nested4 = Row | readonly Nested3[]
type Nested5 = Row | readonly Nested4[]

/** Numbers or booleans, or arrays of them nested up to six deep, all rows of equal length. */
export type TensorData = Row | readonly Nested5[]

type LengthOf<T extends readonly unknown[]> = number extends T['length'] ? number : T['length']
type FirstOf<T extends readonly unknown[]> = T extends readonly [infer First, ...unknown[]]
  ? First
  : T[number]

type ShapeOfKnown<T> = T extends TypedArray
  ? [number]
  : T extends readonly []
    ? [0]
    : T extends readonly unknown[]
      ? [LengthOf<T>, ...ShapeOfKnown<FirstOf<T>>]
      : []

/** The literal shape of nested arrays where the compiler kept their lengths, else of the right rank. */
export type ShapeOfNested<T> = TensorData extends T ? number[] : ShapeOfKnown<T>

/** The dtype that a typed array stands for. */
export type DTypeOfArray<T> = T extends Float32Array
  ? 'float32'
  : T extends Float64Array
    ? 'float64'
    : T extends Int32Array
      ? 'int32'
      : T extends Uint32Array
        ? 'uint32'
        : T extends Uint16Array
          ? 'float16'
          : 'uint8'

/** What stands at the bottom of nested arrays, numbers as one type. */
type LeafOf<T> = T extends TypedArray
  ? DTypeOfArray<T>
  : T extends readonly (infer E)[]
    ? LeafOf<E>
    : T extends boolean
      ? 'bool'
      : 'float32'

type OnlyOne<D> = [D] extends [never]
  ? 'float32'
  : [D] extends ['bool' | 'float32']
    ? Known<D>
    : [D] extends [DType]
      ? AnyOf<D>
      : DType
type Known<D> = 'float32' extends D ? 'float32' : 'bool'
/** The type itself when it is a single one. */
type AnyOf<D extends DType> = { [K in D]: [D] extends [K] ? K : DType }[D]

/** The dtype of a tensor made of such data when nothing else is said. */
export type DTypeOfNested<T> = TensorData extends T ? DType : OnlyOne<LeafOf<T>>

/** The typed array that a tensor reads back as: float16 comes as float32. */
export type DataOf<D extends DType> = [D] extends ['float16'] ? Float32Array : TypedArrayOf<D>

/** One element on the host: a boolean for `bool`, else a number. */
export type ElementOf<D extends DType> = [D] extends ['bool'] ? boolean : number

/** Nested arrays of any depth, where the rank isn't known. */
export type AnyNested<E> = E | AnyNested<E>[]

/** Nested arrays as deep as the shape has axes; a single element for a scalar. */
export type NestedOf<S extends Shape, E> = number extends S['length']
  ? AnyNested<E>
  : S extends readonly [number, ...infer Rest extends number[]]
    ? NestedOf<Rest, E>[]
    : E
