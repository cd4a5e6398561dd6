/**
 * What a lane is: one numeric representation (float32, or float64 for everything else) with a tight loop per
 * instruction over blocks, and loads and stores between blocks and buffers. The interpreter is written once over it.
 *
 * The two lanes have their own loops in source, not instances of one factory: V8 keeps type feedback per function in
 * the source, so loops that see one kind of typed array stay fast only if no other kind runs through them.
 */
import type { ApplyExpr, TypedArray } from '@nabla/backend'

/** A block of numbers in one of the two representations. */
export type Block = Float32Array | Float64Array

/** `n` elements of `out` from position `o` on, computed from those of the operands from their positions on. */
export type Loop<A> = (
  n: number,
  out: A,
  o: number,
  a: A,
  i: number,
  b: A,
  j: number,
  c: A,
  k: number,
  d: A,
  l: number,
) => void

/**
 * The loops of one instruction. `variants[mask]` is for operands of which those with their bit set in `mask` are
 * uniform: one element, the same for the whole block. `variants[0]` takes whole blocks only; where a variant is
 * missing, uniform operands are spread into blocks first.
 */
export type InstructionCode<A> =
  | { readonly on: 'values'; readonly variants: readonly (Loop<A> | undefined)[] }
  /** Works on the bits of float32. */
  | { readonly on: 'words'; readonly variants: readonly (Loop<Int32Array> | undefined)[] }

/** Brings the first `n` elements of a block into a type. */
export type Rounding<A> = (n: number, block: A, o: number) => void

/** Where the elements of a tile lie: from `at`, by `row` and `column` steps. */
export interface Place {
  at: number
  row: number
  column: number
}

export interface ScratchBlock<A> {
  readonly values: A
  readonly words: Int32Array
}

export interface Lane<A extends Block> {
  createScratch(length: number): ScratchBlock<A>
  /** The array itself if it is of the native kind. */
  asNative(data: TypedArray): A | undefined
  codeFor(node: ApplyExpr): InstructionCode<A>
  /** The rounding that must follow an instruction, if its loop leaves any to do. */
  roundingAfter(node: ApplyExpr): Rounding<A> | undefined
  /** Spreads the element at `a[i]` over `n` elements. */
  spread(n: number, out: A, o: number, a: A, i: number): void
  /** Reads a tile row by row into `block` from its start. */
  load(block: A, data: TypedArray, place: Place, rows: number, columns: number): void
  /** Writes a tile from `block`, whose own places are given too (steps are 0 for a uniform). */
  store(data: TypedArray, place: Place, block: A, from: Place, rows: number, columns: number): void
  /** Coordinates: `first + row · rowStep + column · columnStep`. */
  count(block: A, place: Place, rows: number, columns: number): void
}
