/**
 * NPY, NumPy's format for one array: reading into row-major host arrays, and writing.
 */
import { DTypeError, fromHalfBits } from '@nabla/core'
import type { Bytes } from '../bytes/gzip.js'
import { type ByteSource, describeSource, readBytes } from '../bytes/source.js'
import { DataError } from '../errors.js'
import { checkShape, dataTypeName, elementCount, type HostArray, type HostData } from '../host-array.js'
import { reverseBytes } from './byte-order.js'
import { decodeNpyHeader, encodeNpyHeader } from './npy-header.js'

/** NumPy's letter-and-size codes, and the host array made of little-endian elements. */
const DECODERS: Readonly<Record<string, (buffer: ArrayBuffer, where: string) => HostData>> = {
  b1: (buffer) => new Uint8Array(buffer),
  u1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u8: (buffer, where) => narrow(new BigUint64Array(buffer), where),
  i8: (buffer, where) => narrow(new BigInt64Array(buffer), where),
  f2: (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalfBits),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
}

/** NumPy's default integers have 64 bits; what they hold mostly fits int32, else float64 holds it exactly. */
function narrow(data: BigInt64Array | BigUint64Array, where: string): Int32Array | Float64Array {
  const exact = Float64Array.from(data, Number)
  const beyond = exact.findIndex((value) => !Number.isSafeInteger(value))
  if (beyond >= 0) {
    throw new DTypeError(where, {
      expected: '64-bit integers within ±(2^53 - 1), which JavaScript numbers hold exactly',
      received: `${data[beyond]} as element ${beyond}`,
      fix: 'save the array as another type, e.g. array.astype("float64")',
    })
  }
  const fits = exact.every((value) => value === (value | 0))
  return fits ? Int32Array.from(exact) : exact
}

/** Copies column-major data into row-major order. */
function toRowMajor(data: HostData, shape: readonly number[]): HostData {
  const out = data.slice()
  const position = shape.map(() => 0)
  const strides: number[] = []
  let stride = 1
  for (const length of shape) {
    strides.push(stride)
    stride *= length
  }
  let source = 0
  for (let target = 0; target < out.length; target++) {
    out[target] = data[source] as number
    // Count up, the last axis fastest, moving the source index along.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number
      const step = strides[axis] as number
      const next = (position[axis] as number) + 1
      if (next < length) {
        position[axis] = next
        source += step
        break
      }
      position[axis] = 0
      source -= step * (length - 1)
    }
  }
  return out
}

/**
 * The array in `bytes`. Booleans become uint8, float16 becomes float32, 64-bit integers become int32 if they all
 * fit and float64 otherwise; column-major arrays are reordered, so that the result is always row-major.
 *
 * @throws DataError if it is not NPY, truncated, or of structured elements; DTypeError for strings, objects, complex numbers
 */
export function decodeNpy(bytes: Uint8Array, where = 'decodeNpy'): HostArray {
  const { descr, fortranOrder, shape, dataOffset } = decodeNpyHeader(bytes, where)
  const [byteOrder, code] = [descr.slice(0, 1), descr.slice(1)]
  const decode = DECODERS[code]
  if (decode === undefined || !'<>|='.includes(byteOrder)) {
    throw new DTypeError(where, {
      expected: `numbers or booleans (${Object.keys(DECODERS).join(', ')})`,
      received: `elements of type '${descr}'`,
      fix: 'convert the array before saving, e.g. array.astype("float32")',
    })
  }
  const size = Number(code.slice(1))
  const length = elementCount(shape) * size
  if (bytes.length < dataOffset + length) {
    throw new DataError(where, {
      expected: `${length} bytes of data for shape (${shape.join(', ')}) of ${descr}`,
      received: `${bytes.length - dataOffset} bytes, so the file is truncated`,
      fix: 'get the file again',
    })
  }
  const elements = bytes.slice(dataOffset, dataOffset + length)
  if (byteOrder === '>') reverseBytes(elements, size)
  const data = decode(elements.buffer, where)
  return { data: fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data, shape }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  float32: '<f4',
  float64: '<f8',
}

/**
 * The NPY file of an array, byte for byte what `numpy.save` writes for a row-major little-endian one.
 *
 * @example await writeFile('x.npy', encodeNpy({ data: new Float32Array([1, 2]), shape: [2] }))
 */
export function encodeNpy(array: HostArray): Bytes {
  const { data, shape } = array
  checkShape('encodeNpy', data, shape)
  const header = encodeNpyHeader(DESCRIPTIONS[dataTypeName(data)] ?? '', shape)
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length)
  return bytes
}

/**
 * Reads an NPY file (see `decodeNpy` for the element types).
 *
 * @throws DataError if the source can't be read or isn't NPY
 * @example const { data, shape } = await readNpy('features.npy')
 */
export async function readNpy(source: ByteSource): Promise<HostArray> {
  const where = `readNpy ${describeSource(source)}`
  return decodeNpy(await readBytes(where, source), where)
}
