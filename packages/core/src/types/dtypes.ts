/**
 * Element types at the type level: how two of them combine, and what a plain number does to one. The same rules as
 * `promoteTypes` and `promoteWithNumber` of the contract; where a type isn't known, the result is a union of all that
 * it may be.
 */
import type { DType, FloatDType } from '@nabla/backend'

type Order = { bool: 0; uint8: 1; int32: 2; uint32: 3; float16: 4; float32: 5; float64: 6 }
type Below = [never, 0, 0 | 1, 0 | 1 | 2, 0 | 1 | 2 | 3, 0 | 1 | 2 | 3 | 4, 0 | 1 | 2 | 3 | 4 | 5]

type PromoteOne<A extends DType, B extends DType> = A extends B
  ? A
  : [A | B] extends ['int32' | 'uint32']
    ? 'int32'
    : Order[B] extends Below[Order[A]]
      ? A
      : B

type PromoteEach<A extends DType, B extends DType> = A extends DType
  ? B extends DType
    ? PromoteOne<A, B>
    : never
  : never

/** `promoteTypes` at the type level. */
export type Promote<A extends DType, B extends DType> = DType extends A
  ? DType
  : DType extends B
    ? DType
    : PromoteEach<A, B>

/** The type of a float-valued function's result. */
export type ToFloat<D extends DType> = DType extends D ? DType : D extends FloatDType ? D : 'float32'

/** The type of arithmetic, which counts with booleans as int32. */
export type ToNumber<D extends DType> = DType extends D ? DType : D extends 'bool' ? 'int32' : D

type WithInteger<D extends DType> = D extends 'bool' ? 'int32' : D
type WithAnyNumber<D extends DType> = D extends FloatDType ? D : WithInteger<D> | 'float32'

/** `promoteWithNumber` at the type level: an integer keeps the type, a fraction makes integers float32. */
export type PromoteNumber<D extends DType, N extends number> = DType extends D
  ? DType
  : [D] extends [FloatDType]
    ? D
    : number extends N
      ? WithAnyNumber<D>
      : [`${N}`] extends [`${bigint}`]
        ? WithInteger<D>
        : WithAnyNumber<D>
