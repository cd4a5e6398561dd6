/** The type in which sums are formed: float32 for floats, 32-bit integers, which wrap, for integers. */
import { type DType, DTypeError } from '@nabla/backend'
import { valueType } from '../../wgsl/types.js'

export type Accumulator = 'f32' | 'i32' | 'u32'

export function accumulatorOf(dtype: DType): Accumulator {
  const type = valueType(dtype)
  if (type !== 'bool') return type
  throw new DTypeError('contract', {
    expected: 'numbers',
    received: dtype,
    fix: 'cast to int32 or float32 first',
  })
}

/** `sum + a * b`, of scalars, or of a scalar and vectors of four. */
export function accumulateText(type: Accumulator, a: string, b: string, sum: string, wide = false): string {
  if (type !== 'f32') return `${sum} + ${a} * ${b}`
  return wide ? `fma(vec4<f32>(${a}), ${b}, ${sum})` : `fma(${a}, ${b}, ${sum})`
}
