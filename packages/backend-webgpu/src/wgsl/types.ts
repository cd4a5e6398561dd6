/**
 * Element types in shaders. Storage has no bytes, so bool and uint8 take a 32-bit word each, as does float16 where the
 * device has no `f16`.
 */
import { type DType, DTypeError } from '@nabla/backend'
import type { DeviceFacts } from '../plan/plan.js'

function missing(dtype: DType): DTypeError {
  return new DTypeError('webgpu', {
    expected: 'float32, float16, int32, uint32, uint8 or bool',
    received: dtype,
    fix: 'use float32, or the cpu or wasm backend',
  })
}

/** The type of a stored element. */
export function storedType(
  dtype: DType,
  { float16 }: Pick<DeviceFacts, 'float16'>,
): 'f32' | 'i32' | 'u32' | 'f16' {
  switch (dtype) {
    case 'float32':
      return 'f32'
    case 'int32':
      return 'i32'
    case 'uint32':
    case 'uint8':
    case 'bool':
      return 'u32'
    case 'float16':
      return float16 ? 'f16' : 'u32'
    case 'float64':
      throw missing(dtype)
  }
}

/** The type in which expressions compute: float16 as f32 that is rounded after each step, bool as bool. */
export function valueType(dtype: DType): 'f32' | 'i32' | 'u32' | 'bool' {
  switch (dtype) {
    case 'float32':
    case 'float16':
      return 'f32'
    case 'int32':
      return 'i32'
    case 'uint32':
    case 'uint8':
      return 'u32'
    case 'bool':
      return 'bool'
    case 'float64':
      throw missing(dtype)
  }
}

/** The value of a stored element, as an expression. */
export function loadText(element: string, dtype: DType, { float16 }: Pick<DeviceFacts, 'float16'>): string {
  if (dtype === 'bool') return `(${element} != 0u)`
  if (dtype !== 'float16') return element
  return float16 ? `f32(${element})` : `half_from_bits(${element})`
}

/** What to store for a value, as an expression. A float16 value is one already, rounded. */
export function storeText(value: string, dtype: DType, { float16 }: Pick<DeviceFacts, 'float16'>): string {
  if (dtype === 'bool') return `u32(${value})`
  if (dtype !== 'float16') return value
  return float16 ? `f16(${value})` : `half_to_bits(${value})`
}

/** Bytes of a stored element. */
export function storedBytes(dtype: DType, facts: Pick<DeviceFacts, 'float16'>): number {
  return storedType(dtype, facts) === 'f16' ? 2 : 4
}
