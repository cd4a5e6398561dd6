/**
 * Arrays on the host: what readers return, datasets hold and loaders hand out, before any tensor exists.
 * The lowest file of the package (with `errors.ts`).
 */
import { ShapeError } from '@nabla/core'

/** Typed arrays that a tensor can be made of without conversion. */
export type BatchData = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array

/** The element types of `BatchData`. */
export type BatchDType = 'uint8' | 'int32' | 'uint32' | 'float32' | 'float64'

/** Typed arrays that readers and datasets may hold; the narrow ones widen to int32 when batched. */
export type HostData = BatchData | Uint8ClampedArray | Int8Array | Int16Array | Uint16Array

/** A dense row-major array on the host: `shape` covers every axis, the sample axis included. */
export interface HostArray<D extends HostData = HostData> {
  readonly data: D
  readonly shape: readonly number[]
}

/** One sample: each column an array, or a number for a float32 scalar. */
export type HostSample<Name extends string = string> = Readonly<Record<Name, HostArray | number>>

/** A batch of samples in host form: axis 0 of every column counts the samples. */
export type HostBatch<Name extends string = string> = Readonly<Record<Name, HostArray<BatchData>>>

/** The number of elements of `shape` (1 for a scalar). */
export function elementCount(shape: readonly number[]): number {
  let count = 1
  for (const length of shape) count *= length
  return count
}

/** `true` for the typed arrays of `HostData`; not for DataView, BigInt arrays or plain arrays. */
export function isHostData(value: unknown): value is HostData {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  )
}

/** The element type of a typed array in words: `uint8`, `float32` … */
export function dataTypeName(data: HostData): string {
  return data.constructor.name.replace(/(Clamped)?Array$/, '').toLowerCase()
}

/** The element type that `data` has in a batch: its own, or int32 for the narrow integers. */
export function batchTypeOf(data: HostData): BatchDType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8'
  return data instanceof Uint32Array ? 'uint32' : 'int32'
}

/** A zero-filled typed array. */
export function allocate(dtype: BatchDType, length: number): BatchData {
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'uint32':
      return new Uint32Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
  }
}

/** Throws unless `shape` is made of lengths and has as many elements as `data`. */
export function checkShape(where: string, data: HostData, shape: readonly number[]): void {
  const bad = shape.findIndex((length) => !Number.isSafeInteger(length) || length < 0)
  if (bad >= 0) {
    throw new ShapeError(where, {
      expected: 'a shape of whole numbers, 0 or more',
      received: `[${shape.join(', ')}]`,
      fix: `correct axis ${bad}`,
    })
  }
  if (elementCount(shape) !== data.length) {
    throw new ShapeError(where, {
      expected: `${elementCount(shape)} elements for shape [${shape.join(', ')}]`,
      received: `${data.length} elements`,
      fix: 'give the shape that the data really has',
    })
  }
}
