/**
 * The reference backend: every kernel as the contract states it, computed in float64 one element at a time and rounded
 * once when it is stored. Slow on purpose, so that it can be read. Operations on it are what others are held against.
 */
import {
  type Backend,
  type Buffer,
  bytesPerElement,
  createTypedArray,
  DTYPES,
  type DType,
  fromHalfBits,
  type KernelCall,
  layoutPositions,
  roundToType,
  type TypedArray,
  toHalfBits,
  type View,
} from '@nabla/backend'
import { referenceCall } from './call.js'

/** Host data of a dtype as numbers. */
export function toNumbers(dtype: DType, data: TypedArray): number[] {
  return dtype === 'float16' ? Array.from(data, fromHalfBits) : Array.from(data)
}

/** Numbers as host data of a dtype. */
export function toTypedArray(dtype: DType, values: readonly number[]): TypedArray {
  const data = createTypedArray(dtype, values.length)
  values.forEach((value, i) => {
    data[i] = dtype === 'float16' ? toHalfBits(value) : value
  })
  return data
}

/** A backend that has every dtype and computes everything in float64. */
export function createReferenceBackend(): Backend {
  const contents = new Map<Buffer, number[]>()
  let next = 0
  let bytes = 0
  let peakBytes = 0
  const contentsOf = (buffer: Buffer): number[] => {
    const found = contents.get(buffer)
    if (found === undefined)
      throw new ReferenceError(`reference backend: buffer ${buffer.id} is not one of its live buffers`)
    return found
  }
  const readView = (view: View): number[] => {
    const data = contentsOf(view.buffer)
    return Array.from(layoutPositions(view), (position) => data[position] as number)
  }
  const readSync = (buffer: Buffer, offset = 0, length = buffer.length - offset): TypedArray =>
    toTypedArray(buffer.dtype, contentsOf(buffer).slice(offset, offset + length))
  return {
    name: 'reference',
    capabilities: {
      dtypes: DTYPES,
      synchronousRead: true,
      threads: 1,
      composites: [],
      maximumViews: Number.POSITIVE_INFINITY,
      description: 'the meaning of every kernel, in float64, one element at a time',
      limitations: ['slow: for checking others, not for computing'],
    },
    allocate(dtype, length) {
      const buffer: Buffer = { id: next++, dtype, length }
      contents.set(buffer, new Array<number>(length).fill(0))
      bytes += length * bytesPerElement(dtype)
      peakBytes = Math.max(peakBytes, bytes)
      return buffer
    },
    release(buffer) {
      if (contents.delete(buffer)) bytes -= buffer.length * bytesPerElement(buffer.dtype)
    },
    write(buffer, data) {
      const values = contentsOf(buffer)
      toNumbers(buffer.dtype, data).forEach((value, position) => {
        values[position] = value
      })
    },
    read: async (buffer, offset, length) => readSync(buffer, offset, length),
    readSync,
    run(call: KernelCall) {
      for (const { view, values } of referenceCall(call, readView)) {
        const target = contentsOf(view.buffer)
        let position = 0
        for (const place of layoutPositions(view))
          target[place] = roundToType(values[position++] as number, view.dtype)
      }
    },
    async synchronize() {},
    memory: () => ({ buffers: contents.size, bytes, peakBytes, pooledBytes: 0 }),
    async dispose() {
      contents.clear()
      bytes = 0
    },
  }
}
