import { describe, expect, it } from 'vitest'
import { batchTypeOf, checkShape, dataTypeName, isHostData } from './host-array.js'

describe('host arrays', () => {
  it('names element types, and those of batches', () => {
    const arrays = [
      new Uint8Array(0),
      new Uint8ClampedArray(0),
      new Int16Array(0),
      new Uint16Array(0),
      new Float64Array(0),
    ]
    expect(arrays.map(dataTypeName)).toEqual(['uint8', 'uint8', 'int16', 'uint16', 'float64'])
    expect(arrays.map(batchTypeOf)).toEqual(['uint8', 'uint8', 'int32', 'int32', 'float64'])
  })

  it('tells typed arrays of numbers from others', () => {
    expect(isHostData(new Float32Array(1))).toBe(true)
    for (const other of [[1], new BigInt64Array(1), new DataView(new ArrayBuffer(1)), null]) {
      expect(isHostData(other)).toBe(false)
    }
  })

  it('refuses shapes that do not fit', () => {
    expect(() => checkShape('x', new Float32Array(5), [2, 3])).toThrow(
      /6 elements for shape \[2, 3\]; received 5 elements/,
    )
    expect(() => checkShape('x', new Float32Array(5), [-1, 5])).toThrow(/correct axis 0/)
  })
})
