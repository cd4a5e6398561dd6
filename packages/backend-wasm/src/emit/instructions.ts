/**
 * The code of every scalar instruction, on four elements at a time. Exhaustive: a new instruction without code does not
 * compile.
 */
import { type ApplyExpr, type DType, type Instruction, isFloat } from '@nabla/backend'
import { f32x4, f64x2, i32, i32x4, type Vector, v128 } from '../assembler/index.js'
import { complementaryErrorFunction, errorFunction } from '../math/error-function.js'
import { exponential, exponentialLess1, hyperbolicTangent } from '../math/exponential.js'
import { binaryByLane, unaryByLane } from '../math/lanes.js'
import { logarithm, logarithmOf1Plus } from '../math/logarithm.js'
import { power, remainder } from '../math/power.js'
import { threefry } from '../math/threefry.js'
import { arcTangent2, cosine, sine } from '../math/trigonometric.js'
import { cast, formOf, type Lanes, narrowMask, widenMask, wordToDouble, wrap } from './convert.js'
import type { ImportedBinary, ImportedUnary, Kit } from './kit.js'

/** Operands are in locals, so they may be used more than once. */
export type Emit = (kit: Kit, node: ApplyExpr, operands: readonly Lanes[]) => Lanes

/** What float32 and float64 have in common. */
type Floats = Pick<
  typeof f32x4,
  | 'abs'
  | 'add'
  | 'ceil'
  | 'div'
  | 'eq'
  | 'floor'
  | 'le'
  | 'lt'
  | 'max'
  | 'min'
  | 'mul'
  | 'ne'
  | 'nearest'
  | 'neg'
  | 'sqrt'
  | 'sub'
  | 'trunc'
>

type OnFloats = (floats: Floats, kit: Kit, constant: (x: number) => Vector, ...operands: Vector[]) => Vector
type OnWords = (kit: Kit, dtype: DType, ...operands: Vector[]) => Vector
type OnMasks = (...operands: Vector[]) => Vector

const typeOf = (node: ApplyExpr): DType => node.arguments[0]?.dtype ?? node.dtype

function half(operands: readonly Lanes[], i: number): Vector[] {
  return operands.map((lanes) => lanes[i] as Vector)
}

function applyFloats(float: OnFloats, kit: Kit, dtype: DType, operands: readonly Lanes[]): Lanes {
  if (formOf(dtype) === 'float') return [float(f32x4, kit, (x) => kit.float(x), ...half(operands, 0))]
  return [0, 1].map((i) => float(f64x2, kit, (x) => kit.double(x), ...half(operands, i)))
}

function unsupported(node: ApplyExpr): never {
  throw new TypeError(`${node.instruction} takes no ${typeOf(node)}`)
}

/** By the form of the operands; the result has their type. */
function same(float?: OnFloats, word?: OnWords, mask?: OnMasks, finish = wrap): Emit {
  return (kit, node, operands) => {
    const dtype = typeOf(node)
    const form = formOf(dtype)
    if (form === 'mask') return [(mask ?? unsupported(node))(...half(operands, 0))]
    if (form === 'word') {
      return [finish(kit, dtype, (word ?? unsupported(node))(kit, dtype, ...half(operands, 0)))]
    }
    return applyFloats(float ?? unsupported(node), kit, dtype, operands)
  }
}

/** The same with a mask as the result. */
function question(float: OnFloats, word?: OnWords, mask?: OnMasks): Emit {
  // The mask is not a number of that type, so nothing is cut off.
  const emit = same(float, word, mask, (_kit, _dtype, answer) => answer)
  return (kit, node, operands) => {
    const answer = emit(kit, node, operands)
    return answer.length === 2 ? [narrowMask(answer)] : answer
  }
}

/** A formula for float32, the host's function for float64. */
function unary(name: ImportedUnary, formula: (kit: Kit, x: Vector) => Vector): Emit {
  return (kit, node, [x = []]) => {
    if (formOf(node.dtype) === 'double') return x.map((each) => unaryByLane(kit, name, each))
    return [formula(kit, x[0] as Vector)]
  }
}

function binary(name: ImportedBinary, formula: (kit: Kit, x: Vector, y: Vector) => Vector): Emit {
  return (kit, node, [x = [], y = []]) => {
    if (formOf(node.dtype) === 'double') {
      return x.map((each, i) => binaryByLane(kit, name, each, y[i] as Vector))
    }
    return [formula(kit, x[0] as Vector, y[0] as Vector)]
  }
}

/** Quotients of integers are exact in float64; those that wrap (-2³¹ / -1) and those by 0 are seen to. */
function divideWords(kit: Kit, dtype: DType, a: Vector, b: Vector): Vector {
  const divisors = wordToDouble(dtype, b)
  const quotients = wordToDouble(dtype, a).map((each, i) => f64x2.div(each, divisors[i] as Vector))
  const truncated = cast(kit, 'float64', dtype === 'uint8' ? 'int32' : dtype, quotients)[0] as Vector
  const proper = v128.andnot(truncated, i32x4.eq(b, kit.word(0)))
  if (dtype !== 'int32') return proper
  const byMinus1 = kit.let(i32x4.eq(b, kit.word(-1)))
  return v128.bitselect(byMinus1, i32x4.neg(a), proper)
}

/** Shifts have one count for all lanes in WebAssembly; other counts go lane by lane. */
function shift(kind: 'shl' | 'shr_s' | 'shr_u', word: Vector, counts: Vector, node: ApplyExpr): Vector {
  const by = node.arguments[1]
  if (by?.kind === 'constant') return i32x4[kind](word, by.value & 31)
  let result = word
  for (let i = 0; i < 4; i++) {
    const lane = i32[kind](i32x4.extract(word, i), i32x4.extract(counts, i))
    result = i32x4.replace(result, i, lane)
  }
  return result
}

function shiftBy(kindOf: (dtype: DType) => 'shl' | 'shr_s' | 'shr_u'): Emit {
  return (kit, node, operands) => {
    const [word, counts] = half(operands, 0) as [Vector, Vector]
    return [wrap(kit, node.dtype, shift(kindOf(node.dtype), word, counts, node))]
  }
}

/** Least and greatest: with signs only where the type has them; bytes are small enough for either. */
const signed = (dtype: DType): boolean => dtype === 'int32'

const cases = (condition: Vector, a: Lanes, b: Lanes): Lanes => {
  const masks = a.length === 2 ? widenMask(condition) : [condition]
  return a.map((each, i) => v128.bitselect(masks[i] as Vector, each, b[i] as Vector))
}

/** Both words come from one computation: the second that is asked for in one piece of code finds it. */
const computed = new WeakMap<Kit, Map<string, readonly [Vector, Vector]>>()

function threefryWord(word: 0 | 1): Emit {
  return (kit, node, operands) => {
    const known = computed.get(kit) ?? new Map<string, readonly [Vector, Vector]>()
    computed.set(kit, known)
    const key = node.arguments.map(({ id }) => id).join()
    const words = known.get(key) ?? threefry(kit, half(operands, 0))
    known.set(key, words)
    return [words[word]]
  }
}

const both = v128.and
const not = v128.not

export const EMIT: Readonly<Record<Instruction, Emit>> = {
  negate: same(
    (s, _kit, _c, a) => s.neg(a),
    (_kit, _d, a) => i32x4.neg(a),
  ),
  absolute: same(
    (s, _kit, _c, a) => s.abs(a),
    (_kit, dtype, a) => (signed(dtype) ? i32x4.abs(a) : a),
  ),
  sign: same(
    // ±1 with the sign, or the operand itself where it is ±0 or NaN.
    (s, kit, c, a) => {
      const isSigned = kit.let(s.lt(c(0), s.abs(a)))
      return v128.bitselect(isSigned, v128.or(c(1), v128.andnot(a, s.abs(a))), a)
    },
    (kit, dtype, a) => {
      const positive = v128.and(i32x4.ne(a, kit.word(0)), kit.word(1))
      return signed(dtype) ? v128.or(i32x4.shr_s(a, 31), positive) : positive
    },
  ),
  floor: same((s, _kit, _c, a) => s.floor(a)),
  ceil: same((s, _kit, _c, a) => s.ceil(a)),
  round: same((s, _kit, _c, a) => s.nearest(a)),
  truncate: same((s, _kit, _c, a) => s.trunc(a)),
  exp: unary('exp', exponential),
  expm1: unary('expm1', exponentialLess1),
  log: unary('log', logarithm),
  log1p: unary('log1p', logarithmOf1Plus),
  sin: unary('sin', sine),
  cos: unary('cos', cosine),
  tanh: unary('tanh', hyperbolicTangent),
  erf: unary('erf', errorFunction),
  erfc: unary('erfc', complementaryErrorFunction),
  sqrt: same((s, _kit, _c, a) => s.sqrt(a)),
  rsqrt: same((s, _kit, c, a) => s.div(c(1), s.sqrt(a))),
  not: same(undefined, (_kit, _d, a) => not(a), not),
  isNaN: question((s, _kit, _c, a) => s.ne(a, a)),
  isFinite: question((s, _kit, c, a) => s.lt(s.abs(a), c(Infinity))),
  add: same(
    (s, _kit, _c, a, b) => s.add(a, b),
    (_kit, _d, a, b) => i32x4.add(a, b),
  ),
  subtract: same(
    (s, _kit, _c, a, b) => s.sub(a, b),
    (_kit, _d, a, b) => i32x4.sub(a, b),
  ),
  multiply: same(
    (s, _kit, _c, a, b) => s.mul(a, b),
    (_kit, _d, a, b) => i32x4.mul(a, b),
  ),
  divide: same((s, _kit, _c, a, b) => s.div(a, b), divideWords),
  power: binary('power', power),
  remainder: (kit, node, operands) => {
    if (isFloat(node.dtype)) return binary('remainder', remainder)(kit, node, operands)
    const [a, b] = half(operands, 0) as [Vector, Vector]
    const nonzero = i32x4.ne(b, kit.word(0))
    const whole = i32x4.mul(divideWords(kit, node.dtype, a, b), b)
    return [v128.and(i32x4.sub(a, whole), nonzero)]
  },
  maximum: same(
    (s, _kit, _c, a, b) => s.max(a, b),
    (_kit, dtype, a, b) => (signed(dtype) ? i32x4.max_s(a, b) : i32x4.max_u(a, b)),
    v128.or,
  ),
  minimum: same(
    (s, _kit, _c, a, b) => s.min(a, b),
    (_kit, dtype, a, b) => (signed(dtype) ? i32x4.min_s(a, b) : i32x4.min_u(a, b)),
    both,
  ),
  atan2: binary('atan2', arcTangent2),
  equal: question(
    (s, _kit, _c, a, b) => s.eq(a, b),
    (_kit, _d, a, b) => i32x4.eq(a, b),
    (a, b) => not(v128.xor(a, b)),
  ),
  less: question(
    (s, _kit, _c, a, b) => s.lt(a, b),
    (_kit, dtype, a, b) => (signed(dtype) ? i32x4.lt_s(a, b) : i32x4.lt_u(a, b)),
    (a, b) => v128.andnot(b, a),
  ),
  lessEqual: question(
    (s, _kit, _c, a, b) => s.le(a, b),
    (_kit, dtype, a, b) => (signed(dtype) ? i32x4.le_s(a, b) : i32x4.le_u(a, b)),
    (a, b) => v128.or(not(a), b),
  ),
  and: same(undefined, (_kit, _d, a, b) => both(a, b), both),
  or: same(undefined, (_kit, _d, a, b) => v128.or(a, b), v128.or),
  xor: same(undefined, (_kit, _d, a, b) => v128.xor(a, b), v128.xor),
  shiftLeft: shiftBy(() => 'shl'),
  shiftRight: shiftBy((dtype) => (signed(dtype) ? 'shr_s' : 'shr_u')),
  multiplyAdd: same(
    (s, kit, _c, a, b, c) => (s === f32x4 ? kit.multiplyAdd(a, b, c) : s.add(s.mul(a, b), c)),
    (_kit, _d, a, b, c) => i32x4.add(i32x4.mul(a, b), c),
  ),
  select: (_kit, _node, [condition = [], a = [], b = []]) => cases(condition[0] as Vector, a, b),
  cast: (kit, node, [x = []]) => cast(kit, typeOf(node), node.dtype, x),
  bitcast: (_kit, _node, [x = []]) => x,
  threefryFirst: threefryWord(0),
  threefrySecond: threefryWord(1),
}
