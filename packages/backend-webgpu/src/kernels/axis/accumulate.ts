/**
 * How scans and scatters combine elements. Sums and products of floats are formed in float32, all others in u32: integers
 * wrap alike with and without a sign, and extremes are those of keys that order the bits, so that NaN wins and 0 is above
 * -0 whatever the compiler takes floats for.
 */
import { type DType, isFloat, type ScanOperation } from '@nabla/backend'
import { HALF_BITS, HALF_VALUE } from './half.js'

export interface Accumulation {
  /** The operation and what of the type matters, for shader keys. */
  readonly key: string
  readonly type: 'f32' | 'u32'
  /** What combining nothing gives, as a literal of the type. */
  readonly identity: string
  /** WGSL of `lift(bits) -> type`, `lower(type) -> bits` and `combine(type, type) -> type`. */
  readonly functions: () => string
}

const LIFTED_FLOAT: Readonly<Record<'float16' | 'float32', string>> = {
  float32: `fn lift(bits: u32) -> f32 { return bitcast<f32>(bits); }
fn lower(value: f32) -> u32 { return bitcast<u32>(value); }`,
  float16: `${HALF_VALUE}
${HALF_BITS}
fn lift(bits: u32) -> f32 { return half_value(bits); }
fn lower(value: f32) -> u32 { return half_bits(value); }`,
}

/** Keeps the bits that a type has; bool keeps whether there are any. */
function wrapText(dtype: DType): string {
  if (dtype === 'uint8') return 'value & 255u'
  return dtype === 'bool' ? 'select(0u, 1u, value != 0u)' : 'value'
}

function liftedInteger(dtype: DType): string {
  return `fn lift(bits: u32) -> u32 { return bits; }
fn lower(value: u32) -> u32 { return ${wrapText(dtype)}; }`
}

/** Keys in the order of the elements, -0 below 0, with NaN where it wins; and back. */
function liftedKey(dtype: DType, nan: string): string {
  const [width, magnitude] = dtype === 'float16' ? ['0xffffu', '0x7fffu'] : ['0xffffffffu', '0x7fffffffu']
  const infinity = dtype === 'float16' ? '0x7c00u' : '0x7f800000u'
  return `fn lift(bits: u32) -> u32 {
  if ((bits & ${magnitude}) > ${infinity}) { return ${nan}; }
  return select(bits | (${magnitude} + 1u), ~bits & ${width}, bits > ${magnitude});
}
fn lower(key: u32) -> u32 { return select(~key & ${width}, key & ${magnitude}, key > ${magnitude}); }`
}

const LIFTED_SIGNED = `fn lift(bits: u32) -> u32 { return bits ^ 0x80000000u; }
fn lower(key: u32) -> u32 { return key ^ 0x80000000u; }`

/** The keys of the largest and the smallest element, of infinity and -infinity for floats. */
function extremeKeys(dtype: DType): readonly [largest: string, smallest: string] {
  switch (dtype) {
    case 'float16':
      return ['0xfc00u', '0x3ffu']
    case 'float32':
      return ['0xff800000u', '0x7fffffu']
    case 'uint8':
      return ['255u', '0u']
    case 'bool':
      return ['1u', '0u']
    default:
      return ['0xffffffffu', '0u']
  }
}

function extremeOf(operation: 'maximum' | 'minimum', dtype: DType): Accumulation {
  const largest = operation === 'maximum'
  const [high, low] = extremeKeys(dtype)
  const lifted = (): string => {
    if (dtype === 'int32') return LIFTED_SIGNED
    return isFloat(dtype) ? liftedKey(dtype, largest ? '0xffffffffu' : '0u') : liftedInteger(dtype)
  }
  const combine = `fn combine(a: u32, b: u32) -> u32 { return ${largest ? 'max' : 'min'}(a, b); }`
  return {
    key: `${operation} ${dtype}`,
    type: 'u32',
    identity: largest ? low : high,
    functions: () => `${lifted()}\n${combine}`,
  }
}

export function accumulationOf(operation: ScanOperation, dtype: DType): Accumulation {
  if (operation === 'maximum' || operation === 'minimum') return extremeOf(operation, dtype)
  const float = dtype === 'float32' || dtype === 'float16'
  const type = float ? 'f32' : 'u32'
  const sign = operation === 'sum' ? '+' : '*'
  const combine = `fn combine(a: ${type}, b: ${type}) -> ${type} { return a ${sign} b; }`
  return {
    key: `${operation} ${dtype}`,
    type,
    identity: `${operation === 'sum' ? 0 : 1}${float ? '.0' : 'u'}`,
    functions: () => `${float ? LIFTED_FLOAT[dtype] : liftedInteger(dtype)}\n${combine}`,
  }
}
