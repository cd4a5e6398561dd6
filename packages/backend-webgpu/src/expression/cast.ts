/**
 * Conversions between element types as the `cast` instruction means them: into integers truncating and saturating (WGSL's
 * own leaves NaN open, and wraps from integer to integer), into bool `!= 0`.
 */
import { type DType, isFloat } from '@nabla/backend'
import { IS_NAN, IS_NONZERO } from './functions/classes.js'
import type { WgslFunction } from './functions/wgsl-function.js'
import { wgslFunction } from './functions/wgsl-function.js'

/** The largest float32 below 2³¹ and 2³²; what lies beyond is chosen apart. */
const TO_INT32 = wgslFunction(
  `fn float_to_int32(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648f, 2147483520f));
  return select(select(inside, 2147483647i, x >= 2147483648f), 0i, is_nan(x));
}`,
  [IS_NAN],
)

const TO_UINT32 = wgslFunction(
  `fn float_to_uint32(x: f32) -> u32 {
  let inside = u32(clamp(x, 0f, 4294967040f));
  return select(select(inside, 4294967295u, x >= 4294967296f), 0u, is_nan(x));
}`,
  [IS_NAN],
)

const TO_UINT8 = wgslFunction(
  'fn float_to_uint8(x: f32) -> u32 { return select(u32(clamp(x, 0f, 255f)), 0u, is_nan(x)); }',
  [IS_NAN],
)

/** The text of a call. */
export type Call = (target: WgslFunction, ...operands: string[]) => string

function fromFloat(x: string, to: DType, call: Call): string {
  switch (to) {
    case 'bool':
      return call(IS_NONZERO, x)
    case 'int32':
      return call(TO_INT32, x)
    case 'uint32':
      return call(TO_UINT32, x)
    case 'uint8':
      return call(TO_UINT8, x)
    default:
      return x
  }
}

function fromInt32(x: string, to: DType): string {
  switch (to) {
    case 'bool':
      return `(${x} != 0i)`
    case 'int32':
      return x
    case 'uint32':
      return `u32(max(${x}, 0i))`
    case 'uint8':
      return `u32(clamp(${x}, 0i, 255i))`
    default:
      return `f32(${x})`
  }
}

function fromUnsigned(x: string, from: 'uint8' | 'uint32', to: DType): string {
  switch (to) {
    case 'bool':
      return `(${x} != 0u)`
    case 'int32':
      return from === 'uint8' ? `i32(${x})` : `i32(min(${x}, 2147483647u))`
    case 'uint32':
      return x
    case 'uint8':
      return from === 'uint8' ? x : `min(${x}, 255u)`
    default:
      return `f32(${x})`
  }
}

function fromBool(x: string, to: DType): string {
  switch (to) {
    case 'bool':
      return x
    case 'int32':
      return `select(0i, 1i, ${x})`
    case 'uint32':
    case 'uint8':
      return `select(0u, 1u, ${x})`
    default:
      return `select(0f, 1f, ${x})`
  }
}

/** A value in another type; float16 is still to be rounded. */
export function castText(x: string, from: DType, to: DType, call: Call): string {
  if (isFloat(from)) return fromFloat(x, to, call)
  if (from === 'int32') return fromInt32(x, to)
  return from === 'bool' ? fromBool(x, to) : fromUnsigned(x, from, to)
}
