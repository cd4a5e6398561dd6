import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostArray, HostData } from '../host-array.js'
import { decodeNpy, encodeNpy, readNpy } from './npy.js'
import { decodeNpyHeader, encodeNpyHeader } from './npy-header.js'

/** The file that NumPy 2.4 saves for `descr`, the header's literal being `literal` padded with spaces. */
function numpyFile(literal: string, ...data: number[]): Uint8Array {
  const header = `${literal.padEnd(117)}\n`
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    118,
    0,
    ...new TextEncoder().encode(header),
    ...data,
  ])
}

/** `numpy.save` of `numpy.arange(6, dtype='<f4').reshape(2, 3)`. */
const arange = Uint8Array.from(
  Buffer.from(
    '934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c' +
      '20277368617065273a2028322c2033292c207d20202020202020202020202020202020202020202020202020202020202020' +
      '2020202020202020202020202020202020202020202020202020200a000000000000803f0000004000004040000080400000' +
      'a040',
    'hex',
  ),
)

const makers: readonly ((length: number) => HostData)[] = [
  (length) => new Uint8Array(length),
  (length) => new Int8Array(length),
  (length) => new Uint16Array(length),
  (length) => new Int16Array(length),
  (length) => new Uint32Array(length),
  (length) => new Int32Array(length),
  (length) => new Float32Array(length),
  (length) => new Float64Array(length),
]

const arrays: fc.Arbitrary<HostArray> = fc
  .tuple(fc.constantFrom(...makers), fc.array(fc.nat(4), { maxLength: 4 }), fc.infiniteStream(fc.integer()))
  .map(([make, shape, values]) => {
    const data = make(shape.reduce((product, length) => product * length, 1))
    for (let i = 0; i < data.length; i++) data[i] = Number(values.next().value) / 8
    return { data, shape }
  })

describe('NPY', () => {
  it('reads back what it writes, of every type and shape', () => {
    fc.assert(
      fc.property(arrays, (array) => {
        expect(decodeNpy(encodeNpy(array))).toEqual(array)
      }),
    )
  })

  it('writes the very bytes that NumPy writes', () => {
    const array = { data: Float32Array.from([0, 1, 2, 3, 4, 5]), shape: [2, 3] }
    expect(encodeNpy(array)).toEqual(arange)
    expect(decodeNpy(arange)).toEqual(array)
    expect(encodeNpy({ data: Float64Array.of(1.5), shape: [] })).toEqual(
      numpyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 0, 0, 0, 0, 0, 0, 0xf8, 0x3f),
    )
    expect(encodeNpy({ data: Uint8Array.of(1, 2), shape: [2] })).toEqual(
      numpyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 1, 2),
    )
    expect(encodeNpy({ data: new Float64Array(0), shape: [0, 3] })).toEqual(
      numpyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }"),
    )
  })

  it('puts column-major data into row-major order', () => {
    const literal = "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3), }"
    expect(decodeNpy(numpyFile(literal, 0, 3, 1, 4, 2, 5))).toEqual({
      data: Int8Array.of(0, 1, 2, 3, 4, 5),
      shape: [2, 3],
    })
    const cube = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }"
    expect(decodeNpy(numpyFile(cube, 0, 4, 2, 6, 1, 5, 3, 7)).data).toEqual(
      Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    )
  })

  it('reads big-endian, boolean, half and 64-bit elements', () => {
    const read = (descr: string, count: number, ...data: number[]) =>
      decodeNpy(numpyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${count},), }`, ...data))
        .data
    expect(read('>i2', 2, 1, 2, 0xff, 0xfe)).toEqual(Int16Array.of(258, -2))
    expect(read('|b1', 2, 1, 0)).toEqual(Uint8Array.of(1, 0))
    expect(read('<f2', 2, 0x00, 0x3e, 0x00, 0xc0)).toEqual(Float32Array.of(1.5, -2))
    expect(read('<i8', 1, 0xfe, 255, 255, 255, 255, 255, 255, 255)).toEqual(Int32Array.of(-2))
    expect(read('<i8', 1, 0, 0, 0, 0, 0, 255, 255, 255)).toEqual(Float64Array.of(-(2 ** 40)))
    expect(read('<u8', 1, 0, 0, 0, 128, 0, 0, 0, 0)).toEqual(Float64Array.of(2 ** 31))
    expect(() => read('<i8', 1, 1, 0, 0, 0, 0, 0, 32, 0)).toThrow(/received 9007199254740993 as element 0/)
  })

  it('reads and writes headers of version 2, which long shapes need', () => {
    const shape = Array.from({ length: 30_000 }, () => 1)
    const header = encodeNpyHeader('|u1', shape)
    expect(header[6]).toBe(2)
    expect(header.length % 64).toBe(0)
    expect(decodeNpyHeader(header, 'test')).toEqual({
      descr: '|u1',
      fortranOrder: false,
      shape,
      dataOffset: header.length,
    })
  })

  it('reads from any source', async () => {
    expect(await readNpy(new Response(arange))).toEqual(decodeNpy(arange))
  })

  it('explains what is wrong with the bytes', () => {
    const header = (literal: string) => numpyFile(literal)
    const cases = [
      new Uint8Array(3),
      Uint8Array.from([0x50, 0x4b, 3, 4]),
      arange.slice(0, 40),
      arange.slice(0, -4),
      Uint8Array.from(arange, (byte, index) => (index === 6 ? 9 : byte)),
      header("{'descr': '<U5', 'fortran_order': False, 'shape': (2,), }"),
      header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }"),
    ].map((bytes) => {
      try {
        return decodeNpy(bytes, 'readNpy "x.npy"')
      } catch (thrown) {
        return String(thrown)
      }
    })
    expect(cases).toMatchInlineSnapshot(`
      [
        "DataError: readNpy "x.npy": expected NPY data, which begins with 93 "NUMPY"; received 3 bytes of another format. Fix: save a single array with numpy.save(path, array).",
        "DataError: readNpy "x.npy": expected NPY data, which begins with 93 "NUMPY"; received a ZIP archive, perhaps NPZ. Fix: save a single array with numpy.save(path, array).",
        "DataError: readNpy "x.npy": expected an NPY header as numpy.save writes it ('descr', 'fortran_order', 'shape'); received only 40 bytes: it is truncated. Fix: save the array again with numpy.save(path, array).",
        "DataError: readNpy "x.npy": expected 24 bytes of data for shape (2, 3) of <f4; received 20 bytes, so the file is truncated. Fix: get the file again.",
        "DataError: readNpy "x.npy": expected an NPY header as numpy.save writes it ('descr', 'fortran_order', 'shape'); received format version 9. Fix: save the array again with numpy.save(path, array).",
        "DTypeError: readNpy "x.npy": expected numbers or booleans (b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8); received elements of type '<U5'. Fix: convert the array before saving, e.g. array.astype("float32").",
        "DataError: readNpy "x.npy": expected an NPY header as numpy.save writes it ('descr', 'fortran_order', 'shape'); received {'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }. Fix: save the array again with numpy.save(path, array).",
        "DataError: readNpy "x.npy": expected an NPY header as numpy.save writes it ('descr', 'fortran_order', 'shape'); received the shape (-2,). Fix: save the array again with numpy.save(path, array).",
      ]
    `)
  })
})
