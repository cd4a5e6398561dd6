/**
 * Between the host's arrays and how elements are stored: types narrower than a word take a word each, but for float16 where
 * the device has it. See wgsl/types.ts.
 */
import { createTypedArray, type DType, type TypedArray } from '@nabla/backend'

/** Host data in the type's own array. */
function inType(dtype: DType, data: TypedArray): TypedArray {
  if (data.constructor === createTypedArray(dtype, 0).constructor) return data
  const typed = createTypedArray(dtype, data.length)
  typed.set(data)
  return typed
}

/** The bytes to store for host data, a multiple of 4. */
export function toStored(dtype: DType, given: TypedArray, bytesEach: number): Uint8Array<ArrayBuffer> {
  const data = inType(dtype, given)
  if (bytesEach > data.BYTES_PER_ELEMENT) return new Uint8Array(new Uint32Array(data).buffer)
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
  if (bytes.byteLength % 4 === 0) return bytes
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4)
  padded.set(bytes)
  return padded
}

/** Host data from what is stored. */
export function fromStored(dtype: DType, length: number, stored: ArrayBuffer, bytesEach: number): TypedArray {
  const result = createTypedArray(dtype, length)
  if (result.BYTES_PER_ELEMENT === bytesEach) new Uint8Array(result.buffer).set(new Uint8Array(stored))
  else result.set(new Uint32Array(stored))
  return result
}
