import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesPerElement,
  createTypedArray,
  DTYPES,
  isDType,
  isFloat,
  isInteger,
  promoteTypes,
  promoteWithNumber,
  toFloatType,
} from './dtype.js'

const dtype = fc.constantFrom(...DTYPES)

describe('typed arrays', () => {
  it.each(DTYPES)('carry %s in as many bytes as they say', (each) => {
    const array = createTypedArray(each, 3)
    expect(array.length).toBe(3)
    expect(array.byteLength).toBe(3 * bytesPerElement(each))
    expect(Array.from(array)).toEqual([0, 0, 0])
  })
})

describe('kinds of types', () => {
  it('are float, integer or bool, never two of them', () => {
    for (const each of DTYPES) {
      expect([isFloat(each), isInteger(each), each === 'bool'].filter(Boolean)).toHaveLength(1)
    }
  })

  it('are told from other names', () => {
    expect(isDType('float32')).toBe(true)
    expect(isDType('float')).toBe(false)
    expect(isDType('toString')).toBe(false)
  })
})

describe('promotion', () => {
  it('is a lattice: commutative, associative, idempotent', () => {
    fc.assert(
      fc.property(dtype, dtype, dtype, (a, b, c) => {
        expect(promoteTypes(a, a)).toBe(a)
        expect(promoteTypes(a, b)).toBe(promoteTypes(b, a))
        expect(promoteTypes(promoteTypes(a, b), c)).toBe(promoteTypes(a, promoteTypes(b, c)))
      }),
    )
  })

  it('knows the pairs that are not simply the wider of the two', () => {
    expect(promoteTypes('int32', 'uint32')).toBe('int32')
    expect(promoteTypes('int32', 'float16')).toBe('float16')
    expect(promoteTypes('bool', 'uint8')).toBe('uint8')
    expect(promoteTypes('float16', 'float64')).toBe('float64')
  })

  it('lets a plain number widen only across kinds', () => {
    expect(promoteWithNumber('uint8', 300)).toBe('uint8')
    expect(promoteWithNumber('float16', 1e30)).toBe('float16')
    expect(promoteWithNumber('int32', 0.5)).toBe('float32')
    expect(promoteWithNumber('int32', Number.NaN)).toBe('float32')
    expect(promoteWithNumber('bool', 2)).toBe('int32')
    expect(promoteWithNumber('bool', 0.5)).toBe('float32')
  })

  it('computes float functions of integers in float32', () => {
    expect(DTYPES.map(toFloatType)).toEqual([
      'float32',
      'float32',
      'float32',
      'float32',
      'float16',
      'float32',
      'float64',
    ])
  })
})
