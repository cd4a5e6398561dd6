/**
 * Elements of a view as bits. These kernels move, compare and order elements, and compilers may forget about NaN wherever
 * floats are compared; so every type of four bytes is bound as `u32`, and one text serves them all.
 */
import type { Buffer, DType, View } from '@nabla/backend'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { Binding, DeviceFacts } from '../../plan/plan.js'
import { storedType } from '../../wgsl/types.js'

export class Elements {
  /** For shader keys: which variable, and whether it holds `f16`. */
  readonly key: string
  readonly #variable: string
  readonly #half: boolean

  constructor(
    builder: DispatchBuilder,
    { buffer, dtype }: View<Buffer>,
    access: Binding['access'],
    facts: DeviceFacts,
  ) {
    this.#half = storedType(dtype, facts) === 'f16'
    const number = builder.buffer(buffer, this.#half ? 'f16' : 'u32', access)
    this.#variable = `b${number}`
    this.key = `${number}${this.#half ? 'h' : ''}`
  }

  /** The bits of an element, a u32 expression; those of float16 in the lower half. */
  load(place: string): string {
    const element = `${this.#variable}[${place}]`
    return this.#half ? `bitcast<u32>(vec2<f16>(${element}, 0.0h))` : element
  }

  /** A statement that stores bits. */
  store(place: string, bits: string): string {
    return `${this.#variable}[${place}] = ${this.#half ? `bitcast<vec2<f16>>(${bits}).x` : bits};`
  }
}

/** Bits of infinity, of the sign, and all of them: of float32 and, in the lower half, of float16. */
const FLOATS = {
  float32: { infinity: '0x7f800000u', sign: '0x80000000u', all: '0xffffffffu' },
  float16: { infinity: '0x7c00u', sign: '0x8000u', all: '0xffffu' },
} as const

/**
 * WGSL of `order_key(bits)`, unsigned numbers in the order of the elements: NaN above all, 0 and -0 alike. No float has
 * the key 0.
 */
export function orderKeyText(dtype: DType): string {
  if (dtype === 'int32') return 'fn order_key(bits: u32) -> u32 { return bits ^ 0x80000000u; }'
  if (dtype !== 'float32' && dtype !== 'float16') return 'fn order_key(bits: u32) -> u32 { return bits; }'
  const { infinity, sign, all } = FLOATS[dtype]
  return `fn order_key(bits: u32) -> u32 {
  let magnitude = bits & (${sign} - 1u);
  if (magnitude > ${infinity}) { return 0xffffffffu; }
  if (magnitude == 0u) { return ${sign}; }
  return select(bits | ${sign}, ~bits & ${all}, bits >= ${sign});
}`
}

/** WGSL of `unsigned_zero(bits)`: -0 as 0, which is what a sum that begins with 0 gives, though compilers may forget. */
export function unsignedZeroText(dtype: DType): string {
  const float = dtype === 'float32' || dtype === 'float16' ? FLOATS[dtype] : undefined
  const result = float === undefined ? 'bits' : `select(bits, 0u, bits == ${float.sign})`
  return `fn unsigned_zero(bits: u32) -> u32 { return ${result}; }`
}
