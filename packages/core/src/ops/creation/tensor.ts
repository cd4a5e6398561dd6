/**
 * Making tensors from host data: numbers, nested arrays and typed arrays.
 */
import {
  type Backend,
  type DType,
  formatShape,
  type Shape,
  ShapeError,
  sizeOf,
  type TypedArray,
} from '@nabla/backend'
import { defaultBackend } from '../../engine/default-backend.js'
import { allocateWith } from '../../engine/deliver.js'
import { makeTensor, type Tensor } from '../../tensor.js'
import type { DTypeOfArray, DTypeOfNested, ShapeOfNested, TensorData } from '../../types/nested.js'
import type { Mutable } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'
import { convert, convertArray, dtypeOfArray, isTypedArray, parseNested } from './host-data.js'
import { requireShape } from './require-shape.js'

export interface TensorOptions<D extends DType = DType> {
  /** Default: float32 for numbers, bool for booleans, the array's own type for typed arrays. */
  readonly dtype?: D
  /** Where to make it; default: the default backend. */
  readonly backend?: Backend
}

function upload(operation: string, raw: TypedArray, dtype: DType, shape: Shape, backend: Backend): Tensor {
  const { tensor, view } = allocateWith(makeTensor, backend, operation, dtype, shape)
  if (raw.length > 0) tensor.backend.write(view.buffer, raw)
  return tensor
}

/**
 * A tensor of nested arrays, a typed array, a number or a boolean. The data is copied.
 *
 * @throws ShapeError for ragged arrays, ValueError for anything that is not a number, naming the index.
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]])            // Tensor<[2, 3], 'float32'>
 * tensor([true, false])                     // Tensor<[2], 'bool'>
 * tensor([1, 2], { dtype: 'int32' })
 */
export function tensor<const T extends TensorData, D extends DType = DTypeOfNested<T>>(
  data: T,
  { dtype, backend = defaultBackend() }: TensorOptions<D> = {},
): Tensor<ShapeOfNested<T>, NoInfer<D>> {
  if (isTypedArray(data)) {
    const target = dtype ?? dtypeOfArray('tensor', data)
    return retype(upload('tensor', convertArray('tensor', data, target), target, [data.length], backend))
  }
  const { shape, values, dtype: natural } = parseNested('tensor', data)
  const target = dtype ?? natural
  return retype(upload('tensor', convert(values, target), target, shape, backend))
}

/**
 * A tensor of flat row-major data.
 *
 * @param data as many elements as the shape has; copied. A `Uint16Array` holds float16 bit patterns.
 * @throws ShapeError when the number of elements differs.
 * @example tensorFrom(new Float32Array(6), [2, 3]) // Tensor<[2, 3], 'float32'>
 */
export function tensorFrom<
  T extends TypedArray | readonly number[],
  const S extends Shape,
  D extends DType = T extends TypedArray ? DTypeOfArray<T> : 'float32',
>(
  data: T,
  shape: S,
  { dtype, backend = defaultBackend() }: TensorOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  requireShape('tensorFrom', shape)
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError('tensorFrom', {
      expected: `${sizeOf(shape)} elements for shape ${formatShape(shape)}`,
      received: `${data.length} elements`,
      fix: 'pass the shape that the data has',
    })
  }
  const target = dtype ?? (isTypedArray(data) ? dtypeOfArray('tensorFrom', data) : 'float32')
  const raw = isTypedArray(data) ? convertArray('tensorFrom', data, target) : convert(data, target)
  return retype(upload('tensorFrom', raw, target, shape.slice(), backend))
}
