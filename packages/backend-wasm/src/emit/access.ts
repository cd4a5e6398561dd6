/**
 * Reading and writing four elements of a view, or one: from wherever they lie into the registers that kernels compute in.
 */
import { bytesPerElement, type DType } from '@nabla/backend'
import {
  i8x16,
  i16x8,
  i32,
  i32x4,
  type LaneBits,
  type Local,
  load,
  loadLane,
  type Operand,
  type Value,
  type Vector,
  v128,
} from '../assembler/index.js'
import { floatToHalf, halfToFloat, type Lanes } from './convert.js'
import type { Kit } from './kit.js'

/**
 * How a view goes along the innermost axis: from element to neighbour, one element again and again, or by a stride.
 */
export type Pace = 'contiguous' | 'uniform' | 'strided'

/** Types of elements in memory; `raw16` moves float16 as the bits that it is. */
export type StoredType = DType | 'raw16'

/** A view within a loop: where its next element is, in a local that the loop moves on. */
export interface Cursor {
  /** `undefined` for coordinates, whose "address" is the coordinate itself. */
  readonly dtype: StoredType | undefined
  readonly pace: Pace
  readonly at: Local<'i32'>
  /** Bytes from element to element, where the pace is strided. */
  readonly stride: Value<'i32'>
}

export function bytesOfType(dtype: StoredType | undefined): number {
  if (dtype === undefined) return 1
  return dtype === 'raw16' ? 2 : bytesPerElement(dtype)
}

/** The bytes as registers; `bytes` holds the elements from its lowest lanes on. */
function decode(kit: Kit, dtype: StoredType, words: Vector): Vector {
  if (dtype === 'float16') return halfToFloat(kit, words)
  if (dtype === 'bool') return i32x4.ne(words, kit.word(0))
  return words
}

function loadContiguous(kit: Kit, dtype: StoredType, at: Value<'i32'>, offset: number): Lanes {
  switch (bytesOfType(dtype)) {
    case 1: {
      const bytes = load('v128_32zero', at, offset)
      return [decode(kit, dtype, i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)))]
    }
    case 2:
      return [decode(kit, dtype, load('v128_16x4u', at, offset))]
    case 4:
      return [load('v128', at, offset)]
    default:
      return [load('v128', at, offset), load('v128', at, offset + 16)]
  }
}

/** One element in all lanes. */
function loadOne(kit: Kit, dtype: StoredType, at: Value<'i32'>): Lanes {
  switch (bytesOfType(dtype)) {
    case 1:
      return [decode(kit, dtype, i32x4.splat(load('i32_8u', at)))]
    case 2:
      return [decode(kit, dtype, i32x4.splat(load('i32_16u', at)))]
    case 4:
      return [load('v128_32splat', at)]
    default: {
      const one = kit.let(load('v128_64splat', at))
      return [one, one]
    }
  }
}

/** The addresses of four elements that lie apart. */
function addresses(kit: Kit, at: Value<'i32'>, stride: Value<'i32'>): Value<'i32'>[] {
  const list: Value<'i32'>[] = [at]
  for (let i = 1; i < 4; i++) list.push(kit.f.let(i32.add(list[i - 1] as Value<'i32'>, stride)))
  return list
}

function loadStrided(kit: Kit, dtype: StoredType, at: Value<'i32'>, stride: Value<'i32'>): Lanes {
  const places = addresses(kit, at, stride)
  const gather = (bits: LaneBits, lanes: readonly Value<'i32'>[]): Vector =>
    lanes
      .slice(1)
      .reduce(
        (vector, place, i) => loadLane(bits, place, vector, i + 1),
        load(bits === 64 ? 'v128_64zero' : 'v128_32zero', lanes[0] as Value<'i32'>),
      )
  switch (bytesOfType(dtype)) {
    case 8:
      return [gather(64, places.slice(0, 2)), gather(64, places.slice(2))]
    case 4:
      return [gather(32, places)]
    default: {
      const kind = bytesOfType(dtype) === 1 ? 'i32_8u' : 'i32_16u'
      const [first, ...rest] = places.map((place) => load(kind, place))
      const words = rest.reduce<Vector>(
        (vector, word, i) => i32x4.replace(vector, i + 1, word),
        i32x4.splat(first as Value<'i32'>),
      )
      return [decode(kit, dtype, words)]
    }
  }
}

/** Coordinates: the first one, and the three that follow along the axis. */
function coordinates(kit: Kit, { at, pace, stride }: Cursor, ahead: number, one: boolean): Lanes {
  const first = i32x4.splat(ahead === 0 ? at : i32.add(at, ahead))
  if (one || pace === 'uniform') return [first]
  const steps = pace === 'contiguous' ? kit.counting() : i32x4.mul(kit.counting(), i32x4.splat(stride))
  return [i32x4.add(first, steps)]
}

/**
 * The next four elements, or the next one in all lanes.
 *
 * @param ahead how many elements to skip; only for contiguous and uniform views.
 */
export function read(kit: Kit, cursor: Cursor, ahead: number, one: boolean): Lanes {
  const { dtype, pace, at, stride } = cursor
  if (dtype === undefined) return coordinates(kit, cursor, ahead, one)
  if (one || pace === 'uniform') return loadOne(kit, dtype, at)
  if (pace === 'strided') return loadStrided(kit, dtype, at, stride)
  return loadContiguous(kit, dtype, at, ahead * bytesOfType(dtype))
}

/** Registers as they are in memory. */
function encode(kit: Kit, dtype: StoredType, word: Vector): Vector {
  if (dtype === 'float16') return floatToHalf(kit, word)
  return dtype === 'bool' ? v128.and(word, kit.word(1)) : word
}

const BITS: Readonly<Record<number, LaneBits>> = { 1: 8, 2: 16, 4: 32, 8: 64 }

/** Stores four elements, or the one in the lowest lane. */
export function write(kit: Kit, cursor: Cursor, lanes: Lanes, ahead: number, one: boolean): void {
  const { dtype = 'int32', pace, at, stride } = cursor
  const { f } = kit
  const bytes = bytesOfType(dtype)
  const offset = ahead * bytes
  const bits = BITS[bytes] as LaneBits
  const vectors = lanes.map((each) => f.let(encode(kit, dtype, each)))
  const [first, second] = vectors as readonly Vector[] as [Vector, Vector]
  if (one) f.storeLane(bits, at, first, 0)
  else if (pace === 'strided') {
    // Lanes of 8 and 16 bits lie in the lowest part of 32 bits each.
    addresses(kit, at, stride).forEach((place, i) => {
      if (bytes === 8) f.storeLane(64, place, i < 2 ? first : second, i % 2)
      else f.storeLane(bits, place, first, i * (4 / bytes))
    })
  } else if (bytes === 8) {
    f.store('v128', at, first, offset)
    f.store('v128', at, second, offset + 16)
  } else if (bytes === 4) f.store('v128', at, first, offset)
  else {
    const narrow = i16x8.narrow_i32x4_u(first, first)
    if (bytes === 2) f.storeLane(64, at, narrow, 0, offset)
    else f.storeLane(32, at, i8x16.narrow_i16x8_u(narrow, narrow), 0, offset)
  }
}

/** Moves a cursor on by elements. */
export function advance(kit: Kit, { dtype, pace, at, stride }: Cursor, elements: Operand<'i32'>): void {
  if (pace === 'uniform') return
  const bytes = bytesOfType(dtype)
  if (elements === 1) kit.f.increase(at, pace === 'contiguous' ? bytes : stride)
  else if (pace === 'contiguous' && typeof elements === 'number') kit.f.increase(at, elements * bytes)
  else kit.f.increase(at, i32.mul(pace === 'contiguous' ? i32.constant(bytes) : stride, elements))
}
