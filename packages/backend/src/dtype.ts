/**
 * Data types: the closed set of element types, their typed arrays, and how two of them combine.
 * The lowest file of the architecture: everything else is written in these terms.
 */

/** All element types that Nabla knows. A backend declares which of them it has (`Capabilities.dtypes`). */
export const DTYPES = ['bool', 'uint8', 'int32', 'uint32', 'float16', 'float32', 'float64'] as const

/** The name of an element type. `bool` is stored as one byte of 0 or 1. */
export type DType = (typeof DTYPES)[number]
export type FloatDType = 'float16' | 'float32' | 'float64'
export type IntegerDType = 'uint8' | 'int32' | 'uint32'

interface TypedArrays {
  bool: Uint8Array
  uint8: Uint8Array
  int32: Int32Array
  uint32: Uint32Array
  /** Bit patterns of IEEE binary16: `Float16Array` is not in every engine yet. */
  float16: Uint16Array
  float32: Float32Array
  float64: Float64Array
}

/** The host array that carries elements of type `D` (float16 travels as its bit patterns). */
export type TypedArrayOf<D extends DType = DType> = TypedArrays[D]
export type TypedArray = TypedArrayOf

interface Arrays<D extends DType> {
  new (length: number): TypedArrayOf<D>
  readonly BYTES_PER_ELEMENT: number
}

const ARRAYS: { readonly [D in DType]: Arrays<D> } = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
}

/** Bytes per element. */
export function bytesPerElement(dtype: DType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT
}

/** A zero-filled host array for `length` elements of `dtype`. */
export function createTypedArray<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  return new ARRAYS[dtype](length)
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16'
}

export function isInteger(dtype: DType): dtype is IntegerDType {
  return dtype === 'int32' || dtype === 'uint32' || dtype === 'uint8'
}

export function isDType(name: string): name is DType {
  return (DTYPES as readonly string[]).includes(name)
}

/**
 * The type in which two tensors of different types meet: the lattice of JAX (wider wins, a float beats every integer
 * and keeps its own width, `int32` with `uint32` is `int32`).
 *
 * @example promoteTypes('int32', 'float32') // 'float32'
 */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a
  if (isFloat(a) || isFloat(b) || a === 'bool' || b === 'bool' || a === 'uint8' || b === 'uint8') {
    return DTYPES.indexOf(a) > DTYPES.indexOf(b) ? a : b
  }
  return 'int32'
}

/** The type of a tensor combined with a plain number, which is weak: it widens only across kinds. */
export function promoteWithNumber(dtype: DType, value: number): DType {
  if (isFloat(dtype)) return dtype
  if (!Number.isInteger(value)) return 'float32'
  return dtype === 'bool' ? 'int32' : dtype
}

/** The type that a float-valued function (exp, mean …) computes in for inputs of `dtype`. */
export function toFloatType(dtype: DType): FloatDType {
  return isFloat(dtype) ? dtype : 'float32'
}
