/**
 * How values are folded: which registers hold the result so far of four lanes, and how values, or registers of other
 * lanes, come into them. Sums and products of floats are kept in float64, so that long sums lose nothing that matters.
 */
import type { DType, ReduceOperation } from '@nabla/backend'
import { f32x4, f64x2, i32x4, type Vector, v128 } from '../assembler/index.js'
import { demote, formOf, type Lanes, narrowMask, promote, widenMask, wrap } from '../emit/convert.js'
import type { Kit } from '../emit/kit.js'

/** Values of one round, and for argMax and argMin the positions of its lanes. */
export interface Incoming {
  readonly lanes: Lanes
  readonly position?: Vector
}

type Registers = readonly Vector[]

export interface Folding {
  /** What registers hold before anything is folded. */
  readonly initial: (kit: Kit) => Registers
  /** Registers after values that come together, in order. */
  readonly fold: (kit: Kit, registers: Registers, values: readonly Incoming[]) => Registers
  /** Registers that hold what both held. */
  readonly merge: (kit: Kit, a: Registers, b: Registers) => Registers
  /** Whether the first two registers have two 64-bit lanes each; all others have four of 32. */
  readonly wide: boolean
  /** What the registers say, lane by lane. */
  readonly result: (kit: Kit, registers: Registers) => Lanes
}

type Combine = (a: Vector, b: Vector) => Vector

const each = (combine: Combine, a: Registers, b: Registers): Registers =>
  a.map((own, i) => combine(own, b[i] as Vector))

const one = ({ lanes }: Incoming): Vector => lanes[0] as Vector

/** Folds values one after the other. */
function inTurn(step: (kit: Kit, registers: Registers, value: Incoming) => Registers): Folding['fold'] {
  return (kit, registers, values) =>
    values.reduce((sum, value) => step(kit, sum, value).map((vector) => kit.let(vector)), registers)
}

/** Float sums and products, and everything on float64: two float64 in each of two registers. */
function inDoubles(dtype: DType, start: number, combine: Combine): Folding {
  const isFloat = formOf(dtype) === 'float'
  return {
    initial: (kit) => [kit.double(start), kit.double(start)],
    fold: inTurn((kit, registers, value) =>
      each(combine, registers, isFloat ? promote(kit, one(value)) : value.lanes),
    ),
    merge: (_kit, a, b) => each(combine, a, b),
    wide: true,
    result: (_kit, registers) => (isFloat ? [demote(registers)] : registers),
  }
}

/** Sums of float32: up to four values are added in float32 first, by pairs. */
function floatSum(dtype: DType): Folding {
  const plain = inDoubles(dtype, 0, f64x2.add)
  const fold: Folding['fold'] = (kit, registers, values) => {
    let sums = values.map(one)
    while (sums.length > 1) {
      const half = sums.length / 2
      const pairs = sums.slice(0, half).map((sum, i) => f32x4.add(sum, sums[half + i] as Vector))
      sums = pairs
    }
    return plain.fold(kit, registers, [{ lanes: sums }])
  }
  return { ...plain, fold: dtype === 'float32' ? fold : plain.fold }
}

/** The greatest or least float32, in one register; another remembers whether there was a NaN. */
function floatExtreme(start: number, combine: Combine): Folding {
  return {
    initial: (kit) => [kit.float(start), kit.word(0)],
    fold: inTurn((_kit, [best, nan], value) => [
      combine(best as Vector, one(value)),
      v128.or(nan as Vector, f32x4.ne(one(value), one(value))),
    ]),
    merge: (_kit, [best, nan], [other, otherNaN]) => [
      combine(best as Vector, other as Vector),
      v128.or(nan as Vector, otherNaN as Vector),
    ],
    wide: false,
    result: (_kit, [best, nan]) => [v128.or(best as Vector, nan as Vector)],
  }
}

/** Integers and masks. */
function inWords(dtype: DType, start: number, combine: Combine): Folding {
  return {
    initial: (kit) => [kit.word(start)],
    fold: inTurn((_kit, [sum], value) => [combine(sum as Vector, one(value))]),
    merge: (_kit, a, b) => each(combine, a, b),
    wide: false,
    result: (kit, [sum]) => [wrap(kit, dtype, sum as Vector)],
  }
}

/**
 * An integer that is in the order of the values: NaN above all, both zeros alike. For the least, the order is turned
 * around, NaN still above all.
 */
function keyOf(kit: Kit, dtype: DType, least: boolean, value: Vector): Vector {
  const turn = (key: Vector): Vector => (least ? v128.not(key) : key)
  if (formOf(dtype) !== 'float') {
    return turn(dtype === 'uint32' ? v128.xor(value, kit.word(0x80000000)) : value)
  }
  const bits = kit.let(f32x4.add(value, kit.float(0)))
  const ordered = v128.xor(bits, v128.and(i32x4.shr_s(bits, 31), kit.word(0x7fffffff)))
  return v128.bitselect(f32x4.ne(value, value), kit.word(0x7fffffff), turn(ordered))
}

/** argMax and argMin: the key of the extreme, and its position; the first of equals. */
function extremePosition(dtype: DType, least: boolean): Folding {
  return {
    initial: (kit) => [kit.word(-(2 ** 31)), kit.word(0)],
    fold: inTurn((kit, [best, at], value) => {
      const key = kit.let(keyOf(kit, dtype, least, one(value)))
      const wins = i32x4.gt_s(key, best as Vector)
      return [
        i32x4.max_s(best as Vector, key),
        v128.bitselect(wins, value.position ?? kit.word(0), at as Vector),
      ]
    }),
    merge: (kit, [best, at], [other, otherAt]) => {
      const [mine, its, here, there] = [best, other, at, otherAt] as [Vector, Vector, Vector, Vector]
      const earlier = v128.and(i32x4.eq(its, mine), i32x4.lt_s(there, here))
      const wins = kit.let(v128.or(i32x4.gt_s(its, mine), earlier))
      return [i32x4.max_s(mine, its), v128.bitselect(wins, there, here)]
    },
    wide: false,
    result: (_kit, [, at]) => [at as Vector],
  }
}

/** A mask: where float64 `a` beats `b`, NaN above all numbers. */
function beats(least: boolean, a: Lanes, b: Lanes): Vector {
  const halves = a.map((own, i) => {
    const other = b[i] as Vector
    const better = least ? f64x2.lt(own, other) : f64x2.gt(own, other)
    return v128.or(better, v128.andnot(f64x2.ne(own, own), f64x2.ne(other, other)))
  })
  return narrowMask(halves)
}

/** The same for float64: two halves of the extremes themselves, and their positions. */
function extremePosition64(least: boolean): Folding {
  const choose = (
    kit: Kit,
    wins: Vector,
    registers: Registers,
    lanes: Lanes,
    position: Vector,
  ): Registers => {
    const mask = kit.let(wins)
    const [low, high] = widenMask(mask) as [Vector, Vector]
    return [low, high, mask].map((each, i) =>
      v128.bitselect(each, [...lanes, position][i] as Vector, registers[i] as Vector),
    )
  }
  return {
    initial: (kit) => {
      const start = kit.double(least ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)
      return [start, start, kit.word(0)]
    },
    fold: inTurn((kit, registers, { lanes, position = kit.word(0) }) =>
      choose(kit, beats(least, lanes, registers.slice(0, 2)), registers, lanes, position),
    ),
    merge: (kit, a, b) => {
      const [mine, its] = [a.slice(0, 2), b.slice(0, 2)]
      const [here, there] = [a[2] as Vector, b[2] as Vector]
      const earlier = v128.andnot(i32x4.lt_s(there, here), beats(least, mine, its))
      return choose(kit, v128.or(beats(least, its, mine), earlier), a, its, there)
    },
    wide: true,
    result: (_kit, [, , at]) => [at as Vector],
  }
}

const LIMITS: Readonly<Record<'int32' | 'uint32' | 'uint8' | 'bool', readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, -1],
}

function extreme(dtype: DType, least: boolean): Folding {
  const start = least ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  switch (dtype) {
    case 'float32':
    case 'float16':
      return floatExtreme(start, least ? f32x4.pmin : f32x4.pmax)
    case 'float64':
      return inDoubles(dtype, start, least ? f64x2.min : f64x2.max)
    case 'bool':
      return inWords(dtype, least ? -1 : 0, least ? v128.and : v128.or)
    case 'int32':
      return inWords(dtype, LIMITS.int32[least ? 1 : 0], least ? i32x4.min_s : i32x4.max_s)
    default:
      return inWords(dtype, LIMITS[dtype][least ? 1 : 0], least ? i32x4.min_u : i32x4.max_u)
  }
}

/** How an operation folds values of a type; bool is added as `or` and multiplied as `and`. */
export function foldingOf(operation: ReduceOperation, dtype: DType): Folding {
  const form = formOf(dtype)
  switch (operation) {
    case 'sum':
    case 'any':
      return form === 'word'
        ? inWords(dtype, 0, i32x4.add)
        : form === 'mask'
          ? inWords(dtype, 0, v128.or)
          : floatSum(dtype)
    case 'product':
    case 'all':
      return form === 'word'
        ? inWords(dtype, 1, i32x4.mul)
        : form === 'mask'
          ? inWords(dtype, -1, v128.and)
          : inDoubles(dtype, 1, f64x2.mul)
    case 'maximum':
      return extreme(dtype, false)
    case 'minimum':
      return extreme(dtype, true)
    case 'argMax':
    case 'argMin': {
      const least = operation === 'argMin'
      return dtype === 'float64' ? extremePosition64(least) : extremePosition(dtype, least)
    }
  }
}

/** Registers with only the lowest lane of `after`, the others as they were `before`. */
export function lowestLane(kit: Kit, wide: boolean, after: Registers, before: Registers): Registers {
  const mask = (lanes: 1 | 2): Vector =>
    kit.f.hoist(`lowest ${lanes}`, () =>
      v128.shuffle(i32x4.constant(-1), i32x4.constant(0), [0, lanes === 2 ? 1 : 4, 4, 4]),
    )
  return after.map((vector, i) => {
    const old = before[i] as Vector
    if (wide && i === 1) return old
    return v128.bitselect(mask(wide && i === 0 ? 2 : 1), vector, old)
  })
}

/** Registers whose lowest lane holds what all four together say. */
export function acrossLanes(kit: Kit, { merge, wide }: Folding, registers: Registers): Registers {
  const swap = (vector: Vector, lanes: readonly [number, number, number, number]): Vector =>
    v128.shuffle(vector, vector, lanes)
  const settle = (list: Registers): Registers => list.map((vector) => kit.let(vector))
  const isPart = (i: number): boolean => wide && i < 2
  const by2 = registers.map((own, i) => (isPart(i) ? (registers[1 - i] as Vector) : swap(own, [2, 3, 0, 1])))
  const halves = settle(merge(kit, registers, settle(by2)))
  const by1 = halves.map((own, i) => swap(own, isPart(i) ? [2, 3, 0, 1] : [1, 0, 3, 2]))
  return settle(merge(kit, halves, settle(by1)))
}
