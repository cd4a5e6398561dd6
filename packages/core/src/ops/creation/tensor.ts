/**
 * Making tensors from host data: numbers, nested arrays and typed arrays.
 */
import {
  type Backend,
  createTypedArray,
  type DType,
  formatShape,
  isFloat,
  type Shape,
  ShapeError,
  sizeOf,
  toHalfBits,
  type TypedArray,
  ValueError,
} from '@nabla/backend'
import { defaultBackend } from '../../engine/default-backend.js'
import { allocateWith } from '../../engine/deliver.js'
import { makeTensor, type Tensor } from '../../tensor.js'
import type { Mutable, ShapeOfNested } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'

/** Numbers or booleans, or arrays of them nested to any depth, all rows of equal length. */
export type TensorData = number | boolean | TypedArray | readonly TensorData[]

export interface TensorOptions<D extends DType = DType> {
  /** Default: float32 for numbers, bool for booleans, the array's own type for typed arrays. */
  readonly dtype?: D
  /** Where to make it; default: the default backend. */
  readonly backend?: Backend
}

type DefaultDType<T> = T extends boolean ? 'bool' : T extends readonly (infer E)[] ? DefaultDType<E> : T extends number ? 'float32' : DType

function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint32Array) return 'uint32'
  return data instanceof Uint16Array ? 'float16' : 'uint8'
}

interface Parsed {
  readonly shape: number[]
  readonly values: (number | boolean)[]
}

const isTypedArray = (data: unknown): data is TypedArray => ArrayBuffer.isView(data) && !(data instanceof DataView)

function where(index: readonly number[]): string {
  return index.length === 0 ? 'the value itself' : `index ${formatShape(index)}`
}

function badValue(value: unknown, index: readonly number[]): ValueError {
  const received = value === undefined ? 'undefined' : value === null ? 'null' : `a ${typeof value}`
  return new ValueError('tensor', {
    expected: 'numbers or booleans, in arrays nested to one depth',
    received: `${received} at ${where(index)}`,
    fix: 'replace missing values before making the tensor',
  })
}

function ragged(index: readonly number[], expected: string, received: string): ShapeError {
  return new ShapeError('tensor', {
    expected: `${expected} at ${where(index)}, as in the first row`,
    received,
    fix: 'make all rows equally long, for example by padding the shorter ones',
  })
}

/** Shape along the first elements, then all values, each checked against it. */
function parse(data: unknown): Parsed {
  const shape: number[] = []
  for (let first = data; Array.isArray(first) || isTypedArray(first); first = first[0] as unknown) {
    shape.push(first.length)
    if (first.length === 0) break
  }
  const values: (number | boolean)[] = []
  const visit = (each: unknown, depth: number, index: readonly number[]): void => {
    const isArray = Array.isArray(each) || isTypedArray(each)
    if (depth === shape.length) {
      if (isArray) throw ragged(index, 'a number', `an array of length ${each.length}`)
      if (typeof each !== 'number' && typeof each !== 'boolean') throw badValue(each, index)
      values.push(each)
      return
    }
    if (!isArray) {
      if (typeof each !== 'number' && typeof each !== 'boolean') throw badValue(each, index)
      throw ragged(index, `an array of length ${shape[depth]}`, `the ${typeof each} ${String(each)}`)
    }
    if (each.length !== shape[depth]) {
      throw ragged(index, `an array of length ${shape[depth]}`, `one of length ${each.length}`)
    }
    for (let i = 0; i < each.length; i++) visit(each[i], depth + 1, [...index, i])
  }
  visit(data, 0, [])
  return { shape, values }
}

/** Host numbers in the array type of a dtype; floats are truncated and integers wrapped as typed arrays do. */
function convert(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  const result = createTypedArray(dtype, values.length)
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i])
    result[i] = dtype === 'float16' ? toHalfBits(value) : dtype === 'bool' ? Number(value !== 0) : value
  }
  return result
}

function upload(operation: string, raw: TypedArray, dtype: DType, shape: Shape, backend: Backend): Tensor {
  const { tensor, view } = allocateWith(makeTensor, backend, operation, dtype, shape)
  backend.write(view.buffer, raw)
  return tensor
}

/**
 * A tensor of nested arrays, a typed array, a number or a boolean.
 *
 * @throws ShapeError for ragged arrays, ValueError for anything that is not a number, naming the index.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]])            // Tensor<[2, 3], 'float32'>
 * tensor([true, false])                     // Tensor<[2], 'bool'>
 * tensor([1, 2], { dtype: 'int32' })
 */
export function tensor<const T extends TensorData, D extends DType = DefaultDType<T>>(
  data: T,
  { dtype, backend = defaultBackend() }: TensorOptions<D> = {},
): Tensor<ShapeOfNested<T>, D> {
  if (isTypedArray(data)) {
    return retype(tensorFrom(data, [data.length], { backend, ...(dtype && { dtype }) }))
  }
  const { shape, values } = parse(data)
  const natural = typeof values[0] === 'boolean' && values.every((value) => typeof value === 'boolean') ? 'bool' : 'float32'
  const target = dtype ?? natural
  return retype(upload('tensor', convert(values, target), target, shape, backend))
}

/**
 * A tensor of flat row-major data.
 *
 * @param data as many elements as the shape has; copied. A `Uint16Array` holds float16 bit patterns.
 * @throws ShapeError when the number of elements differs.
 * @example tensorFrom(new Float32Array(6), [2, 3])
 */
export function tensorFrom<const S extends Shape, D extends DType = DType>(
  data: TypedArray | readonly number[],
  shape: S,
  { dtype, backend = defaultBackend() }: TensorOptions<D> = {},
): Tensor<Mutable<S>, D> {
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError('tensorFrom', {
      expected: `${sizeOf(shape)} elements for shape ${formatShape(shape)}`,
      received: `${data.length} elements`,
      fix: 'pass the shape that the data has',
    })
  }
  const own = isTypedArray(data) ? dtypeOfArray(data) : 'float32'
  const target = dtype ?? own
  const sameArray = isTypedArray(data) && (own === target || (own === 'uint8' && target === 'bool' && data.every((v) => v <= 1)))
  const raw = sameArray ? data : convert(data, target)
  if (isTypedArray(data) && own === 'float16' && target !== 'float16' && !isFloat(target)) {
    throw new ValueError('tensorFrom', {
      expected: 'a dtype that float16 bit patterns can be read as',
      received: target,
      fix: "make it as float16 first, then cast",
    })
  }
  return retype(upload('tensorFrom', raw, target, shape.slice(), backend))
}
