/**
 * Typed values: an expression of WebAssembly whose type the TypeScript compiler knows, so that adding an f32 to an i32
 * doesn't compile. A value is code that runs where it is used; what is needed twice is kept in a local (`f.let`).
 */
import type { Code } from './code.js'

/** The types of WebAssembly that kernels use. */
export type Type = 'i32' | 'f32' | 'f64' | 'v128'

export const TYPE_CODES: Readonly<Record<Type, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

export interface Value<T extends Type = Type> {
  readonly type: T
  readonly code: Code
}

/** A variable of a function. Used as a value it is what it holds at that point. */
export interface Local<T extends Type = Type> extends Value<T> {
  readonly local: number
}

/** Where a value is expected a number may be written too. */
export type Operand<T extends Type> = Value<T> | number

export function value<T extends Type>(type: T, ...code: readonly Code[]): Value<T> {
  return { type, code }
}
