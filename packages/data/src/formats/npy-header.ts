/**
 * The header of NumPy's NPY format: a magic string, a version and a Python dictionary literal, padded so that the
 * data is aligned. Source: NumPy Enhancement Proposal 1 and numpy/lib/format.
 */
import { DataError } from '../errors.js'

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** The data begins at a multiple of this many bytes. */
const ALIGNMENT = 64
/** NumPy leaves room for axis 0 to grow to this many digits without moving the data. */
const GROWTH_DIGITS = 21

export interface NpyHeader {
  /** The element type as NumPy writes it, e.g. `<f4`: byte order, kind, bytes. */
  readonly descr: string
  /** Whether the first axis varies fastest in memory (column-major). */
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Where the data begins. */
  readonly dataOffset: number
}

/** The literal without the header's framing: Python's spelling, a one-element tuple with its comma. */
function literal(descr: string, shape: readonly number[]): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const growth = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length
  return text + ' '.repeat(growth)
}

/** The header for row-major data, byte for byte as NumPy 2 writes it; version 2 only if it must be. */
export function encodeNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const text = literal(descr, shape)
  const framed = (prefix: number) => {
    const unpadded = prefix + text.length + 1
    return Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT
  }
  const version = framed(10) - 10 <= 0xffff ? 1 : 2
  const prefix = version === 1 ? 10 : 12
  const bytes = new Uint8Array(framed(prefix)).fill(0x20)
  const view = new DataView(bytes.buffer)
  bytes.set([...MAGIC, version, 0])
  if (version === 1) view.setUint16(8, bytes.length - prefix, true)
  else view.setUint32(8, bytes.length - prefix, true)
  bytes.set(new TextEncoder().encode(text), prefix)
  bytes[bytes.length - 1] = 0x0a
  return bytes
}

function broken(where: string, received: string): DataError {
  return new DataError(where, {
    expected: "an NPY header as numpy.save writes it ('descr', 'fortran_order', 'shape')",
    received,
    fix: 'save the array again with numpy.save(path, array)',
  })
}

function parseShape(where: string, tuple: string): number[] {
  const parts = tuple.split(',').map((part) => part.trim())
  // Python puts a comma behind the only element of a tuple.
  if (parts.at(-1) === '') parts.pop()
  return parts.map((part) => {
    const length = /^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN
    if (!Number.isSafeInteger(length)) throw broken(where, `the shape (${tuple})`)
    return length
  })
}

/**
 * Reads the header at the start of `bytes`, of format version 1, 2 or 3.
 *
 * @throws DataError if it is not NPY, truncated, or of structured elements
 */
export function decodeNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new DataError(where, {
      expected: 'NPY data, which begins with 93 "NUMPY"',
      received:
        bytes[0] === 0x50 && bytes[1] === 0x4b
          ? 'a ZIP archive, perhaps NPZ'
          : `${bytes.length} bytes of another format`,
      fix: 'save a single array with numpy.save(path, array)',
    })
  }
  const version = bytes[6] ?? 0
  const prefix = version === 1 ? 10 : 12
  if (version < 1 || version > 3) throw broken(where, `format version ${version}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length < prefix ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const dataOffset = prefix + length
  if (length === 0 || bytes.length < dataOffset)
    throw broken(where, `only ${bytes.length} bytes: it is truncated`)
  const text = new TextDecoder().decode(bytes.subarray(prefix, dataOffset))
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const tuple = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || tuple === undefined) throw broken(where, text.trim())
  return { descr, fortranOrder: order === 'True', shape: parseShape(where, tuple), dataOffset }
}
