/**
 * float16 at speed: a table of all 65,536 values for reading, and rounding by the bits of float64 for writing.
 * Same results as `fromHalfBits` and `toHalfBits` of @nabla/backend, which say what they mean.
 */
import { fromHalfBits } from '@nabla/backend'

let table: Float64Array | undefined

/** The value of every binary16 bit pattern; made at first use. */
export function halfValues(): Float64Array {
  table ??= Float64Array.from({ length: 65536 }, (_, bits) => fromHalfBits(bits))
  return table
}

const value = new Float64Array(1)
const words = /* @__PURE__ */ new Uint32Array(value.buffer)
/** Which of the two words has the exponent depends on the byte order of the machine. */
const HIGH = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** The binary16 bit pattern nearest to a number, ties to even. */
export function halfBits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00
  value[0] = x
  const high = words[HIGH]!
  const rest = words[1 - HIGH]! === 0 ? 0 : 1
  const sign = (high >>> 16) & 0x8000
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  if (exponent > 15) return sign | 0x7c00
  if (exponent < -25) return sign
  // The significand with its hidden bit, one sticky bit at the end for everything that is cut off.
  const significand = (((high & 0xfffff) | 0x100000) << 1) | rest
  const shift = exponent >= -14 ? 11 : 11 + (-14 - exponent)
  const kept = significand >>> shift
  const cut = significand & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  const up = cut > middle || (cut === middle && (kept & 1) === 1) ? 1 : 0
  // Without its hidden bit a normal number's fraction may carry into the exponent, which is just right.
  const magnitude = exponent >= -14 ? ((exponent + 15) << 10) + (kept - 1024) + up : kept + up
  return sign | magnitude
}
