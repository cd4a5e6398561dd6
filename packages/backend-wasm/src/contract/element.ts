/**
 * What the kernels of a contraction need to know about a dtype: how lanes are loaded, multiplied, added and stored.
 * float16 and uint8 widen to 32 bits when they are packed and narrow when the finished sum is stored.
 */
import type { DType } from '@nabla/backend'
import {
  type FunctionBuilder,
  f32x4,
  f64x2,
  i8x16,
  i16x8,
  i32x4,
  type LaneBits,
  type LoadKind,
  load,
  loadLane,
  type Value,
  type Vector,
  v128,
} from '../assembler/index.js'

export interface Element {
  /** Of one element in memory. */
  readonly bits: LaneBits
  readonly bytes: number
  /** Bytes of a packed element. */
  readonly packed: 4 | 8
  readonly lanes: 4 | 2
  /** One packed element in all lanes. */
  readonly splat: LoadKind & `v128_${string}splat`
  /** `a · b + c`. */
  multiplyAdd(a: Vector, b: Vector, c: Vector): Vector
  add(a: Vector, b: Vector): Vector
  /** Neighbouring elements, one per lane. */
  load(f: FunctionBuilder, address: Value<'i32'>, offset?: number): Vector
  /** One element per address. */
  gather(f: FunctionBuilder, addresses: readonly Value<'i32'>[]): Vector
  store(f: FunctionBuilder, address: Value<'i32'>, value: Vector, offset?: number): void
}

type Words = Pick<Element, 'packed' | 'lanes' | 'splat' | 'multiplyAdd' | 'add'>

const float32 = (relaxed: boolean): Words => ({
  packed: 4,
  lanes: 4,
  splat: 'v128_32splat',
  multiplyAdd: relaxed ? f32x4.relaxed_madd : (a, b, c) => f32x4.add(c, f32x4.mul(a, b)),
  add: f32x4.add,
})

const float64: Words = {
  packed: 8,
  lanes: 2,
  splat: 'v128_64splat',
  multiplyAdd: (a, b, c) => f64x2.add(c, f64x2.mul(a, b)),
  add: f64x2.add,
}

const int32: Words = {
  packed: 4,
  lanes: 4,
  splat: 'v128_32splat',
  multiplyAdd: (a, b, c) => i32x4.add(c, i32x4.mul(a, b)),
  add: i32x4.add,
}

/** How an element in memory becomes a packed one, and back; nothing where they are the same. */
interface Conversion {
  /** Neighbouring elements in lanes of 32 bits each, zeros above them. */
  readonly load: (address: Value<'i32'>, offset?: number) => Vector
  readonly widen: (f: FunctionBuilder, loaded: Vector) => Vector
  /** The elements side by side from the lowest byte on. */
  readonly narrow: (f: FunctionBuilder, value: Vector) => Vector
}

function element(words: Words, bits: LaneBits, conversion?: Conversion): Element {
  const perLane = (words.packed * 8) / bits
  return {
    ...words,
    bits,
    bytes: bits / 8,
    load: (f, address, offset) =>
      conversion === undefined
        ? load('v128', address, offset)
        : conversion.widen(f, conversion.load(address, offset)),
    gather(f, addresses) {
      const loaded = addresses.reduce(
        (vector, address, lane) => loadLane(bits, address, vector, lane * perLane),
        i32x4.constant(0),
      )
      return conversion === undefined ? loaded : conversion.widen(f, loaded)
    },
    store(f, address, value, offset = 0) {
      if (conversion === undefined) f.store('v128', address, value, offset)
      else f.storeLane(bits === 16 ? 64 : 32, address, conversion.narrow(f, value), 0, offset)
    },
  }
}

/** Half-words in 32-bit lanes as float32; the exponent is corrected by a product, which makes subnormals right too. */
function widenHalf(f: FunctionBuilder, loaded: Vector): Vector {
  const half = f.let(loaded)
  const magnitude = f.let(i32x4.shl(v128.and(half, 0x7fff), 13))
  const special = v128.and(i32x4.gt_s(magnitude, 0x0f7fffff), 0x7f800000)
  const sign = i32x4.shl(v128.and(half, 0x8000), 16)
  return v128.or(v128.or(f32x4.mul(magnitude, 2 ** 112), special), sign)
}

/** float32 to the nearest half-word, ties to even; adding 0.5 rounds what becomes subnormal. */
function narrowHalf(f: FunctionBuilder, value: Vector): Vector {
  const bits = f.let(value)
  const magnitude = f.let(v128.and(bits, 0x7fffffff))
  const odd = v128.and(i32x4.shr_u(magnitude, 13), 1)
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, 0xc8000fff), odd), 13)
  const small = i32x4.sub(f32x4.add(magnitude, 0.5), 0x3f000000)
  const large = v128.bitselect(
    i32x4.gt_s(magnitude, 0x7f800000),
    i32x4.constant(0x7e00),
    i32x4.constant(0x7c00),
  )
  const finite = v128.bitselect(i32x4.lt_s(magnitude, 0x38800000), small, normal)
  const rounded = v128.bitselect(i32x4.lt_s(magnitude, 0x47800000), finite, large)
  const half = f.let(v128.or(rounded, i32x4.shr_u(v128.andnot(bits, i32x4.constant(0x7fffffff)), 16)))
  return i16x8.narrow_i32x4_u(half, half)
}

function narrowByte(f: FunctionBuilder, value: Vector): Vector {
  const low = f.let(v128.and(value, 255))
  const words = f.let(i16x8.narrow_i32x4_u(low, low))
  return i8x16.narrow_i16x8_u(words, words)
}

const HALF: Conversion = {
  load: (address, offset) => load('v128_16x4u', address, offset),
  widen: widenHalf,
  narrow: narrowHalf,
}

const BYTE: Conversion = {
  load: (address, offset) =>
    i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(load('v128_32zero', address, offset))),
  widen: (_f, loaded) => loaded,
  narrow: narrowByte,
}

export function elementOf(dtype: DType, relaxed: boolean): Element {
  switch (dtype) {
    case 'float32':
      return element(float32(relaxed), 32)
    case 'float64':
      return element(float64, 64)
    case 'int32':
    case 'uint32':
      return element(int32, 32)
    case 'float16':
      return element(float32(relaxed), 16, HALF)
    case 'uint8':
    case 'bool':
      return element(int32, 8, BYTE)
  }
}
