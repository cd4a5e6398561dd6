/** Values as 32-bit words: scalars among the uniform words, and elements in scratch memory. */
import type { DType } from '@nabla/backend'
import { valueType } from '../../wgsl/types.js'

/** The value that a word holds, in the type of expressions. */
export function fromWordText(word: string, dtype: DType): string {
  const type = valueType(dtype)
  if (type === 'bool') return `(${word} != 0u)`
  return type === 'u32' ? word : `bitcast<${type}>(${word})`
}

export function toWordText(value: string, dtype: DType): string {
  const type = valueType(dtype)
  if (type === 'bool') return `u32(${value})`
  return type === 'u32' ? value : `bitcast<u32>(${value})`
}
