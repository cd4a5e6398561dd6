import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostArray } from '../host-array.js'
import { decodeIdx, encodeIdx, readIdx } from './idx.js'

const shapes = fc.array(fc.nat(4), { maxLength: 4 })
const makers = [
  (length: number) => new Uint8Array(length),
  (length: number) => new Int8Array(length),
  (length: number) => new Int16Array(length),
  (length: number) => new Int32Array(length),
  (length: number) => new Float32Array(length),
  (length: number) => new Float64Array(length),
]

/** Arrays of every element type with random contents. */
const arrays: fc.Arbitrary<HostArray> = fc
  .tuple(fc.constantFrom(...makers), shapes, fc.infiniteStream(fc.integer({ min: -40_000, max: 40_000 })))
  .map(([make, shape, values]) => {
    const data = make(shape.reduce((product, length) => product * length, 1))
    for (let i = 0; i < data.length; i++) data[i] = Number(values.next().value) / 4
    return { data, shape }
  })

/** The labels 5, 0, 4 as the MNIST files have them. */
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])

describe('IDX', () => {
  it('reads back what it writes, of every type and shape', () => {
    fc.assert(
      fc.property(arrays, (array) => {
        expect(decodeIdx(encodeIdx(array))).toEqual(array)
      }),
    )
  })

  it('reads a buffer of Node, which lies in memory that others use', () => {
    expect(decodeIdx(Buffer.from(labels))).toEqual({ data: new Uint8Array([5, 0, 4]), shape: [3] })
  })

  it('reads bytes as the format lays them down', () => {
    expect(decodeIdx(labels)).toEqual({ data: new Uint8Array([5, 0, 4]), shape: [3] })
    const shorts = Uint8Array.from([0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe])
    expect(decodeIdx(shorts)).toEqual({ data: new Int16Array([258, -2]), shape: [1, 2] })
    const float = Uint8Array.from([0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0])
    expect(decodeIdx(float)).toEqual({ data: new Float32Array([1.5]), shape: [1] })
  })

  it('does not depend on where the bytes lie in their buffer, and copies', () => {
    const shifted = new Uint8Array(labels.length + 3)
    shifted.set(labels, 3)
    const { data } = decodeIdx(shifted.subarray(3))
    shifted.fill(9)
    expect(data).toEqual(new Uint8Array([5, 0, 4]))
  })

  it('reads from any source, compressed or not', async () => {
    const expected = decodeIdx(labels)
    expect(await readIdx(labels)).toEqual(expected)
    expect(await readIdx(new Uint8Array(gzipSync(labels)))).toEqual(expected)
    expect(await readIdx(new Response(gzipSync(labels)))).toEqual(expected)
    expect(await readIdx(new Blob([labels]).stream())).toEqual(expected)
  })

  it('explains what is wrong with the bytes', () => {
    const attempt = (bytes: Uint8Array) => {
      try {
        return decodeIdx(bytes, 'readIdx "labels"')
      } catch (thrown) {
        return String(thrown)
      }
    }
    const page = new TextEncoder().encode('<!doctype html><title>Not found</title>')
    const cases = [
      labels.slice(0, -1),
      Uint8Array.from([...labels, 1]),
      labels.slice(0, 6),
      page,
      new Uint8Array(0),
    ]
    const wrongType = Uint8Array.from([0, 0, 7, 1, 0, 0, 0, 0])
    expect([...cases, wrongType].map(attempt)).toMatchInlineSnapshot(`
      [
        "DataError: readIdx "labels": expected 11 bytes for shape [3]; received 10 bytes, so the file is truncated. Fix: get the file again.",
        "DataError: readIdx "labels": expected 11 bytes for shape [3]; received 12 bytes, so the file is too long. Fix: get the file again.",
        "DataError: readIdx "labels": expected a header of 8 bytes for 1 axes; received 6 bytes, so the file is truncated. Fix: get the file again.",
        "DataError: readIdx "labels": expected IDX data, which begins with 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes; received a web page (HTML), which servers often send for a wrong address. Fix: check that this is the right file, e.g. train-images-idx3-ubyte.",
        "DataError: readIdx "labels": expected IDX data, which begins with 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes; received no bytes at all. Fix: check that this is the right file, e.g. train-images-idx3-ubyte.",
        "DataError: readIdx "labels": expected IDX data, which begins with 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes; received the bytes 00 00 07 01. Fix: check that this is the right file, e.g. train-images-idx3-ubyte.",
      ]
    `)
  })

  it('refuses to write what the format does not have', () => {
    expect(() => encodeIdx({ data: new Uint32Array(1), shape: [1] })).toThrow(
      /one of uint8, int8.*received uint32/,
    )
    expect(() => encodeIdx({ data: new Uint8Array(1), shape: [2] })).toThrow(
      /2 elements for shape \[2\]; received 1/,
    )
  })
})
