/**
 * safetensors, the native file format: an 8-byte little-endian length, a JSON header with dtype, shape and byte range
 * of every tensor, then the raw bytes. https://github.com/huggingface/safetensors#format
 */
import {
  type DType,
  type Shape,
  type Tensor,
  type TypedArray,
  tensorFrom,
  toHalfBits,
  ValueError,
} from '@nabla/core'

const CODES = {
  bool: 'BOOL',
  uint8: 'U8',
  int32: 'I32',
  uint32: 'U32',
  float16: 'F16',
  float32: 'F32',
  float64: 'F64',
} as const satisfies Record<DType, string>

const DTYPES: ReadonlyMap<string, DType> = new Map(
  (Object.keys(CODES) as DType[]).map((dtype) => [CODES[dtype], dtype]),
)

/** Tensors and a few strings, as a file holds them. */
export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly metadata: Readonly<Record<string, string>>
}

interface HeaderEntry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** The elements of a tensor as its file bytes; float16, which is read as float32, as its bit patterns again. */
async function bytesOf(tensor: Tensor): Promise<Uint8Array> {
  const read = await tensor.data()
  const data = tensor.dtype === 'float16' ? Uint16Array.from(read, toHalfBits) : read
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/**
 * The bytes of a safetensors file.
 *
 * @param tensors by name
 * @param metadata strings kept in the header under `__metadata__`
 * @example await writeFile('weights.safetensors', await encodeSafetensors({ kernel }))
 */
export async function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const header: Record<string, unknown> = {}
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, tensor] of Object.entries(tensors)) {
    const bytes = await bytesOf(tensor)
    header[name] = {
      dtype: CODES[tensor.dtype],
      shape: tensor.shape,
      data_offsets: [offset, offset + bytes.length],
    }
    parts.push(bytes)
    offset += bytes.length
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces so that the data begins at a multiple of 8.
  const headerLength = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + offset).fill(32, 8, 8 + headerLength)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.set(json, 8)
  let position = 8 + headerLength
  for (const part of parts) {
    file.set(part, position)
    position += part.length
  }
  return file
}

function invalid(received: string): ValueError {
  return new ValueError('safetensors', {
    expected: 'a safetensors file: header length, JSON header, data',
    received,
    fix: 'check that the file is complete and really a .safetensors file',
  })
}

function parseHeader(bytes: Uint8Array): {
  readonly header: Record<string, unknown>
  readonly start: number
} {
  if (bytes.length < 8) throw invalid(`${bytes.length} bytes`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) {
    const start = new TextDecoder().decode(bytes.subarray(0, 16)).replace(/[^\x20-\x7e]/g, '.')
    throw invalid(`a header of ${length} bytes in a file of ${bytes.length}, which begins with "${start}"`)
  }
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length))
  try {
    const header: unknown = JSON.parse(text)
    if (typeof header === 'object' && header !== null) return { header: { ...header }, start: 8 + length }
  } catch {
    // Reported below, with what came instead.
  }
  throw invalid(`a header that is not a JSON object: ${text.slice(0, 40)}…`)
}

function isEntry(entry: unknown): entry is HeaderEntry {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'dtype' in entry &&
    'shape' in entry &&
    'data_offsets' in entry
  )
}

const VIEWS: Record<DType, (buffer: ArrayBuffer) => TypedArray> = {
  bool: (buffer) => new Uint8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  float16: (buffer) => new Uint16Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
}

function decodeTensor(name: string, entry: HeaderEntry, data: Uint8Array): Tensor {
  const dtype = DTYPES.get(entry.dtype)
  if (dtype === undefined) throw invalid(`tensor "${name}" of type ${entry.dtype}, which Nabla does not have`)
  const [from, to] = entry.data_offsets
  if (from < 0 || to > data.length || from > to)
    throw invalid(`tensor "${name}" at bytes ${from} to ${to} of ${data.length}`)
  // A copy, since typed arrays want aligned bytes; `slice` of Node's Buffer would not copy.
  const aligned = new Uint8Array(data.subarray(from, to)).buffer
  const shape: Shape = entry.shape
  return tensorFrom(VIEWS[dtype](aligned), shape, { dtype })
}

/**
 * Tensors and metadata of a safetensors file.
 *
 * @throws ValueError when the bytes are no such file, or it is cut off.
 * @example const { tensors, metadata } = decodeSafetensors(await readFile('weights.safetensors'))
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const { header, start } = parseHeader(bytes)
  const data = bytes.subarray(start)
  const tensors: Record<string, Tensor> = {}
  const { __metadata__: metadata = {}, ...entries } = header
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw invalid(`an entry "${name}" without dtype, shape and data_offsets`)
    tensors[name] = decodeTensor(name, entry, data)
  }
  return { tensors, metadata: { ...(metadata as Record<string, string>) } }
}
