/**
 * What reductions carry from element to element: a state, how two states become one, and what comes of it at the end.
 * Positions of extremes carry a key, whose order as an unsigned integer is that of the elements, beside the position.
 */
import { type DType, isFloat, type ReduceOperation } from '@nabla/backend'
import { MAXIMUM, MINIMUM, ROUND_TO_HALF } from '../../expression/functions/classes.js'
import { type WgslFunction, wgslFunction } from '../../expression/functions/wgsl-function.js'
import { literal } from '../../expression/literal.js'
import { valueType } from '../../wgsl/types.js'

export interface Fold {
  /** The WGSL type of a state; it can lie in storage. */
  readonly type: 'f32' | 'i32' | 'u32' | 'vec2<u32>'
  /** 32-bit words of a state. */
  readonly words: number
  /** The state of nothing. */
  readonly identity: string
  readonly combine: (a: string, b: string) => string
  /** The state of one element, a `valueType` of the elements, at a position (u32) among the reduced. */
  readonly lift: (value: string, position: string) => string
  /** The result, a `valueType` of the result's type. */
  readonly finish: (state: string) => string
  readonly functions: readonly WgslFunction[]
  /** Whether long chains of `combine` lose digits. */
  readonly isRounded: boolean
}

/** Floats in order, NaN above all; -0 and 0 are equal. */
const FLOAT_KEY = wgslFunction(`fn float_key(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  let negative = bits > 0x80000000u;
  return select(select(0x80000000u + magnitude, 0x80000000u - magnitude, negative), 0xffffffffu, magnitude > 0x7f800000u);
}`)

const FLOAT_KEY_DOWN = wgslFunction(
  `fn float_key_down(x: f32) -> u32 {
  let key = float_key(x);
  return select(0u - key, key, key == 0xffffffffu);
}`,
  [FLOAT_KEY],
)

/** The larger key, the first of equals. */
const FIRST_LARGEST = wgslFunction(`fn first_largest(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y));
}`)

function keyOf(value: string, dtype: DType, isLargest: boolean): string {
  switch (valueType(dtype)) {
    case 'f32':
      return `${isLargest ? FLOAT_KEY.name : FLOAT_KEY_DOWN.name}(${value})`
    case 'i32':
      return `(bitcast<u32>(${value}) ^ ${isLargest ? '0x80000000u' : '0x7fffffffu'})`
    case 'u32':
      return isLargest ? value : `(~${value})`
    case 'bool':
      return isLargest ? `u32(${value})` : `u32(!${value})`
  }
}

function positionFold(dtype: DType, isLargest: boolean): Fold {
  const key = isLargest ? FLOAT_KEY : FLOAT_KEY_DOWN
  return {
    type: 'vec2<u32>',
    words: 2,
    identity: 'vec2<u32>(0u, 0xffffffffu)',
    combine: (a, b) => `${FIRST_LARGEST.name}(${a}, ${b})`,
    lift: (value, position) => `vec2<u32>(${keyOf(value, dtype, isLargest)}, ${position})`,
    finish: (state) => `i32(${state}.y & 0x7fffffffu)`,
    functions: isFloat(dtype) ? [FIRST_LARGEST, key] : [FIRST_LARGEST],
    isRounded: false,
  }
}

function truthFold(isAny: boolean): Fold {
  return {
    type: 'u32',
    words: 1,
    identity: isAny ? '0u' : '1u',
    combine: (a, b) => `(${a} ${isAny ? '|' : '&'} ${b})`,
    lift: (value) => `u32(${value})`,
    finish: (state) => `(${state} != 0u)`,
    functions: [],
    isRounded: false,
  }
}

/** A fold whose states are values. */
function valueFold(
  dtype: DType,
  identity: number,
  combine: Fold['combine'],
  functions: readonly WgslFunction[],
): Fold {
  const type = valueType(dtype)
  if (type === 'bool') throw new TypeError('numbers are reduced, not bool')
  const rounds = dtype === 'float16'
  return {
    type,
    words: 1,
    identity: literal(identity, dtype),
    combine,
    lift: (value) => value,
    finish: (state) =>
      rounds ? `${ROUND_TO_HALF.name}(${state})` : dtype === 'uint8' ? `(${state} & 255u)` : state,
    functions: rounds ? [...functions, ROUND_TO_HALF] : functions,
    isRounded: isFloat(dtype),
  }
}

/** The smallest and the largest number of a type. */
function limitsOf(dtype: DType): readonly [number, number] {
  switch (dtype) {
    case 'int32':
      return [-(2 ** 31), 2 ** 31 - 1]
    case 'uint32':
      return [0, 2 ** 32 - 1]
    case 'uint8':
      return [0, 255]
    default:
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  }
}

function extremeFold(dtype: DType, isLargest: boolean): Fold {
  const [lowest, highest] = limitsOf(dtype)
  const identity = isLargest ? lowest : highest
  const [onFloats, name] = isLargest ? [MAXIMUM, 'max'] : [MINIMUM, 'min']
  if (!isFloat(dtype)) return valueFold(dtype, identity, (a, b) => `${name}(${a}, ${b})`, [])
  return {
    ...valueFold(dtype, identity, (a, b) => `${onFloats.name}(${a}, ${b})`, [onFloats]),
    isRounded: false,
  }
}

export function foldOf(operation: ReduceOperation, dtype: DType): Fold {
  switch (operation) {
    case 'sum':
      return valueFold(dtype, 0, (a, b) => `(${a} + ${b})`, [])
    case 'product':
      return { ...valueFold(dtype, 1, (a, b) => `(${a} * ${b})`, []), isRounded: false }
    case 'maximum':
    case 'minimum':
      return extremeFold(dtype, operation === 'maximum')
    case 'any':
    case 'all':
      return truthFold(operation === 'any')
    case 'argMax':
    case 'argMin':
      return positionFold(dtype, operation === 'argMax')
  }
}

/** The type of what a reduction yields before its post expression. */
export function resultType(operation: ReduceOperation, dtype: DType): DType {
  if (operation === 'any' || operation === 'all') return 'bool'
  return operation === 'argMax' || operation === 'argMin' ? 'int32' : dtype
}
