/**
 * The IDX format of the MNIST database: two zero bytes, an element type, the number of axes, their lengths as big-endian
 * 32-bit integers, and the elements, big-endian. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
 */
import { DTypeError } from '@nabla/core'
import type { Bytes } from '../bytes/gzip.js'
import { type ByteSource, describeSource, looksLikeWebPage, readBytes } from '../bytes/source.js'
import { DataError } from '../errors.js'
import { checkShape, dataTypeName, elementCount, type HostArray } from '../host-array.js'
import { reverseBytes } from './byte-order.js'

/** The typed arrays of IDX's six element types. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

interface ElementType {
  readonly code: number
  readonly bytes: number
  readonly view: (buffer: ArrayBuffer) => IdxData
}

const TYPES: Readonly<Record<string, ElementType>> = {
  uint8: { code: 0x08, bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  int8: { code: 0x09, bytes: 1, view: (buffer) => new Int8Array(buffer) },
  int16: { code: 0x0b, bytes: 2, view: (buffer) => new Int16Array(buffer) },
  int32: { code: 0x0c, bytes: 4, view: (buffer) => new Int32Array(buffer) },
  float32: { code: 0x0d, bytes: 4, view: (buffer) => new Float32Array(buffer) },
  float64: { code: 0x0e, bytes: 8, view: (buffer) => new Float64Array(buffer) },
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

function wrongMagic(where: string, bytes: Uint8Array): DataError {
  const received = looksLikeWebPage(bytes)
    ? 'a web page (HTML), which servers often send for a wrong address'
    : bytes.length === 0
      ? 'no bytes at all'
      : `the bytes ${hexadecimal(bytes.subarray(0, 4))}`
  return new DataError(where, {
    expected:
      'IDX data, which begins with 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of axes',
    received,
    fix: 'check that this is the right file, e.g. train-images-idx3-ubyte',
  })
}

/**
 * The array in `bytes`, which are IDX and not compressed.
 *
 * @throws DataError if it is another format, or shorter or longer than its header says
 */
export function decodeIdx(bytes: Uint8Array, where = 'decodeIdx'): HostArray<IdxData> {
  const [zero, zero2, code, rank = 0] = bytes
  const type = Object.values(TYPES).find((candidate) => candidate.code === code)
  if (zero !== 0 || zero2 !== 0 || type === undefined) throw wrongMagic(where, bytes)
  const headerBytes = 4 + 4 * rank
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const axes = Math.min(rank, Math.floor((bytes.length - 4) / 4))
  const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis))
  const expectedBytes = headerBytes + elementCount(shape) * type.bytes
  if (axes < rank || bytes.length !== expectedBytes) {
    throw new DataError(where, {
      expected:
        axes < rank
          ? `a header of ${headerBytes} bytes for ${rank} axes`
          : `${expectedBytes} bytes for shape [${shape.join(', ')}]`,
      received: `${bytes.length} bytes, so the file is ${axes < rank || bytes.length < expectedBytes ? 'truncated' : 'too long'}`,
      fix: 'get the file again',
    })
  }
  // A copy also of Node's buffers, whose own `slice` gives a view into memory that others use.
  const elements = Uint8Array.from(bytes.subarray(headerBytes))
  reverseBytes(elements, type.bytes)
  return { data: type.view(elements.buffer), shape }
}

/**
 * The IDX file of an array.
 *
 * @throws DTypeError for element types that IDX doesn't have (unsigned ones but uint8)
 */
export function encodeIdx(array: HostArray): Bytes {
  const { data, shape } = array
  checkShape('encodeIdx', data, shape)
  const type = TYPES[dataTypeName(data)]
  if (type === undefined) {
    throw new DTypeError('encodeIdx', {
      expected: `one of ${Object.keys(TYPES).join(', ')}`,
      received: dataTypeName(data),
      fix: 'convert the data, e.g. with Int32Array.from',
    })
  }
  const headerBytes = 4 + 4 * shape.length
  const bytes = new Uint8Array(headerBytes + data.byteLength)
  bytes.set([0, 0, type.code, shape.length])
  const view = new DataView(bytes.buffer)
  shape.forEach((length, axis) => {
    view.setUint32(4 + 4 * axis, length)
  })
  const elements = bytes.subarray(headerBytes)
  elements.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  reverseBytes(elements, type.bytes)
  return bytes
}

/**
 * Reads an IDX file, compressed with gzip or not.
 *
 * @throws DataError if the source can't be read or isn't IDX
 * @example const { data, shape } = await readIdx('train-images-idx3-ubyte.gz') // shape [60000, 28, 28]
 */
export async function readIdx(source: ByteSource): Promise<HostArray<IdxData>> {
  const where = `readIdx ${describeSource(source)}`
  return decodeIdx(await readBytes(where, source), where)
}
