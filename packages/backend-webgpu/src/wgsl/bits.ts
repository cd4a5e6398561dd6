/** Numbers as the 32 bits that a uniform word holds. */
import { type DType, isFloat, roundToType } from '@nabla/backend'

const view = new DataView(new ArrayBuffer(4))

/** The bits of a float32. */
export function floatBits(value: number): number {
  view.setFloat32(0, value)
  return view.getUint32(0)
}

/**
 * The bits of a number brought into `dtype`: integers wrapped, so that a step of -2 is one among unsigned numbers too;
 * float16 as the float32 that it equals, bool as 0 or 1.
 */
export function bitsOf(value: number, dtype: DType): number {
  const rounded = roundToType(value, dtype)
  return isFloat(dtype) ? floatBits(rounded) : rounded >>> 0
}
