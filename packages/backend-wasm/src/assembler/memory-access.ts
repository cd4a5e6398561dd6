/**
 * Loads and stores. An address is an unsigned i32 in bytes; `offset` is a constant that is added to it without wrapping.
 */
import { type Code, unsigned } from './code.js'
import { scalarOf } from './scalar.js'
import { type Operand, type Type, type Value, value } from './value.js'

/** What a load yields, its code, and the alignment that it promises as a power of two. */
const LOADS = {
  i32: ['i32', [0x28], 2],
  f32: ['f32', [0x2a], 2],
  f64: ['f64', [0x2b], 3],
  /** One byte or half-word, zeros above it. */
  i32_8u: ['i32', [0x2d], 0],
  i32_16u: ['i32', [0x2f], 1],
  v128: ['v128', [0xfd, 0], 2],
  /** Four 16-bit lanes widened to 32 bits. */
  v128_16x4u: ['v128', [0xfd, 4], 1],
  /** One element in all lanes. */
  v128_8splat: ['v128', [0xfd, 7], 0],
  v128_16splat: ['v128', [0xfd, 8], 1],
  v128_32splat: ['v128', [0xfd, 9], 2],
  v128_64splat: ['v128', [0xfd, 10], 3],
  /** One element in the lowest lane, zeros in the others. */
  v128_32zero: ['v128', [0xfd, 92], 2],
  v128_64zero: ['v128', [0xfd, 93], 2],
} as const satisfies Record<string, readonly [Type, readonly number[], number]>

const STORES = {
  i32: ['i32', [0x36], 2],
  f32: ['f32', [0x38], 2],
  f64: ['f64', [0x39], 3],
  i32_8: ['i32', [0x3a], 0],
  i32_16: ['i32', [0x3b], 1],
  v128: ['v128', [0xfd, 11], 2],
} as const satisfies Record<string, readonly [Type, readonly number[], number]>

type Loads = typeof LOADS
type Stores = typeof STORES

export type Loaded<K extends keyof Loads> = Loads[K][0]
export type Stored<K extends keyof Stores> = Stores[K][0]
export type LoadKind = keyof Loads
export type StoreKind = keyof Stores

/** `load('f32', address, 8)`: the element at `address + 8`. */
export function load<K extends LoadKind>(kind: K, address: Operand<'i32'>, offset = 0): Value<Loaded<K>> {
  const [type, code, align]: readonly [Loaded<K>, readonly number[], number] = LOADS[kind]
  return value(type, scalarOf('i32', address).code, code, align, unsigned(offset))
}

/** The code that stores a value; `f.store` is what kernels use. */
export function storeCode<K extends StoreKind>(
  kind: K,
  address: Operand<'i32'>,
  stored: Value<Stored<K>>,
  offset: number,
): Code {
  const [, code, align] = STORES[kind]
  return [scalarOf('i32', address).code, stored.code, code, align, unsigned(offset)]
}

/** Widths of a lane that is loaded or stored alone. */
export type LaneBits = 8 | 16 | 32 | 64

const laneCode = (first: number, bits: LaneBits): number => first + Math.log2(bits / 8)

/** A vector with one lane replaced from memory. */
export function loadLane(
  bits: LaneBits,
  address: Operand<'i32'>,
  vector: Value<'v128'>,
  index: number,
  offset = 0,
): Value<'v128'> {
  const align = Math.log2(bits / 8)
  const place = [0xfd, laneCode(84, bits), align, unsigned(offset), index]
  return value('v128', scalarOf('i32', address).code, vector.code, place)
}

export function storeLaneCode(
  bits: LaneBits,
  address: Operand<'i32'>,
  vector: Value<'v128'>,
  index: number,
  offset: number,
): Code {
  const align = Math.log2(bits / 8)
  return [
    scalarOf('i32', address).code,
    vector.code,
    0xfd,
    laneCode(88, bits),
    align,
    unsigned(offset),
    index,
  ]
}
