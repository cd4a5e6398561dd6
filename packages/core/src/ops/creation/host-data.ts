/**
 * Host data brought into the form that a buffer takes: the shape of nested arrays, every value checked against it, and
 * the conversion to the array type of a dtype.
 */
import {
  castNumber,
  createTypedArray,
  type DType,
  formatShape,
  fromHalfBits,
  isFloat,
  promoteTypes,
  ShapeError,
  type TypedArray,
  toHalfBits,
  ValueError,
} from '@nabla/backend'

/** Nested data, flat. */
export interface Parsed {
  readonly shape: number[]
  readonly values: ArrayLike<number>
  /** The dtype that the data has by itself. */
  readonly dtype: DType
}

export const isTypedArray = (data: unknown): data is TypedArray =>
  ArrayBuffer.isView(data) && !(data instanceof DataView)

/** The dtype whose elements an array carries. */
export function dtypeOfArray(operation: string, data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint32Array) return 'uint32'
  if (data instanceof Uint16Array) return 'float16'
  if (data instanceof Uint8Array) return 'uint8'
  throw new ValueError(operation, {
    expected:
      'a Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array, or Uint16Array (float16 bits)',
    received: `a ${Object.prototype.toString.call(data).slice(8, -1)}`,
    fix: 'convert it first, for example Float32Array.from(data)',
  })
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 20 ? `${value.slice(0, 20)}…` : value)}`
  if (typeof value === 'object' && 'dtype' in value && 'shape' in value) return 'a tensor'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const at = (index: readonly number[]): string => (index.length === 0 ? '' : ` at index ${formatShape(index)}`)

function badValue(operation: string, value: unknown, index: readonly number[]): ValueError {
  const received = describe(value)
  return new ValueError(operation, {
    expected: 'numbers or booleans, or arrays of them',
    received: `${received}${at(index)}`,
    fix:
      received === 'a tensor'
        ? 'join tensors with stack or concatenate'
        : 'replace missing values before making the tensor',
  })
}

function ragged(operation: string, index: readonly number[], expected: string, received: string): ShapeError {
  return new ShapeError(operation, {
    expected: `${expected}${at(index)}, as in the first row`,
    received,
    fix: 'make all rows equally long, for example by padding the shorter ones',
  })
}

const isList = (data: unknown): data is readonly unknown[] | TypedArray =>
  Array.isArray(data) || isTypedArray(data)

function shapeAlongFirst(data: unknown): number[] {
  const shape: number[] = []
  for (let first = data; isList(first); first = first[0]) {
    shape.push(first.length)
    if (first.length === 0) break
  }
  return shape
}

/** Walks nested data in row-major order, checking each list and each element. */
class Reader {
  readonly values: number[] = []
  dtype: DType | undefined
  /** Where the walk stands: changed in place, since it is needed only for messages. */
  private readonly index: number[] = []

  constructor(
    private readonly operation: string,
    private readonly shape: readonly number[],
  ) {}

  private meet(dtype: DType): void {
    this.dtype = this.dtype === undefined ? dtype : promoteTypes(this.dtype, dtype)
  }

  private readTyped(row: TypedArray): void {
    const dtype = dtypeOfArray(this.operation, row)
    this.meet(dtype)
    for (let i = 0; i < row.length; i++) {
      this.values.push(dtype === 'float16' ? fromHalfBits(row[i] as number) : (row[i] as number))
    }
  }

  private readElement(element: unknown): void {
    if (typeof element === 'number') this.meet('float32')
    else if (typeof element === 'boolean') this.meet('bool')
    else throw badValue(this.operation, element, this.index)
    this.values.push(Number(element))
  }

  read(data: unknown, depth: number): void {
    const { operation, shape, index } = this
    if (depth === shape.length) {
      if (isList(data)) throw ragged(operation, index, 'a number', `an array of length ${data.length}`)
      this.readElement(data)
      return
    }
    const length = shape[depth] as number
    if (!isList(data)) {
      if (typeof data !== 'number' && typeof data !== 'boolean') throw badValue(operation, data, index)
      throw ragged(operation, index, `an array of length ${length}`, `the ${typeof data} ${String(data)}`)
    }
    if (data.length !== length) {
      throw ragged(operation, index, `an array of length ${length}`, `one of length ${data.length}`)
    }
    if (isTypedArray(data) && depth === shape.length - 1) {
      this.readTyped(data)
      return
    }
    for (let i = 0; i < length; i++) {
      index[depth] = i
      this.read(data[i], depth + 1)
    }
    index.length = depth
  }
}

/**
 * Shape and values of nested arrays.
 *
 * @throws ShapeError for ragged arrays, ValueError for anything that is not a number or boolean, naming the index.
 */
export function parseNested(operation: string, data: unknown): Parsed {
  const shape = shapeAlongFirst(data)
  const reader = new Reader(operation, shape)
  reader.read(data, 0)
  return { shape, values: reader.values, dtype: reader.dtype ?? 'float32' }
}

/**
 * Host numbers in the array type of a dtype. Like the `cast` operation: floats are truncated towards zero for integers
 * and kept within their range, and anything but 0 is true.
 */
export function convert(values: ArrayLike<number>, dtype: DType): TypedArray {
  const result = createTypedArray(dtype, values.length)
  if (dtype === 'float32' || dtype === 'float64') {
    result.set(values)
  } else if (dtype === 'float16') {
    for (let i = 0; i < values.length; i++) result[i] = toHalfBits(values[i] as number)
  } else {
    for (let i = 0; i < values.length; i++) result[i] = castNumber(values[i] as number, dtype)
  }
  return result
}

/** A typed array as the raw elements of `dtype`; the array itself where it already holds them. */
export function convertArray(operation: string, data: TypedArray, dtype: DType): TypedArray {
  const own = dtypeOfArray(operation, data)
  if (own === dtype) return data
  if (own !== 'float16') return convert(data, dtype)
  if (!isFloat(dtype)) {
    throw new ValueError(operation, {
      expected: 'a floating-point dtype for a Uint16Array, whose elements are float16 bit patterns',
      received: dtype,
      fix: 'make it as float16 first and cast, or convert 16-bit integers with Int32Array.from(data)',
    })
  }
  return convert(Float32Array.from(data, fromHalfBits), dtype)
}
