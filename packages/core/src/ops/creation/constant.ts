/**
 * Tensors full of one value.
 */
import { type Backend, castNumber, type DType, isFloat, type Shape, scalar } from '@nabla/backend'
import { defaultBackend } from '../../engine/default-backend.js'
import { requireTensor } from '../../engine/operands.js'
import { generate } from '../../primitives/fill.js'
import { makeTensor, type Tensor } from '../../tensor.js'
import type { Mutable } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'
import { requireShape } from './require-shape.js'
import type { TensorOptions } from './tensor.js'

function fill(
  operation: string,
  shape: Shape,
  value: number,
  dtype: DType,
  backend: Backend,
  like: readonly Tensor[] = [],
): Tensor {
  const stored = isFloat(dtype) ? value : castNumber(value, dtype)
  return generate(makeTensor, backend, operation, scalar(0, dtype), shape, [stored], like)
}

function fillShape(
  operation: string,
  shape: Shape,
  value: number,
  { dtype = 'float32', backend = defaultBackend() }: TensorOptions,
): Tensor {
  requireShape(operation, shape)
  return fill(operation, shape.slice(), value, dtype, backend)
}

function fillLike(operation: string, x: Tensor, value: number, { dtype, backend }: TensorOptions): Tensor {
  requireTensor(operation, x)
  return fill(operation, x.shape, value, dtype ?? x.dtype, backend ?? x.backend, [x])
}

/**
 * Zeros; float32 unless said otherwise.
 *
 * @example zeros([2, 3]) // Tensor<[2, 3], 'float32'>
 */
export function zeros<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: TensorOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  return retype(fillShape('zeros', shape, 0, options))
}

/**
 * Ones; float32 unless said otherwise.
 *
 * @example ones([2, 3], { dtype: 'int32' })
 */
export function ones<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: TensorOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  return retype(fillShape('ones', shape, 1, options))
}

/**
 * One value everywhere; float32 for a number and bool for a boolean, unless said otherwise.
 *
 * @example full([2, 2], 7)
 */
export function full<
  const S extends Shape,
  V extends number | boolean,
  D extends DType = V extends boolean ? 'bool' : 'float32',
>(shape: S, value: V, options: TensorOptions<D> = {}): Tensor<Mutable<S>, NoInfer<D>> {
  const natural: DType = typeof value === 'boolean' ? 'bool' : 'float32'
  return retype(fillShape('full', shape, Number(value), { ...options, dtype: options.dtype ?? natural }))
}

/** Zeros with the shape, dtype and backend of `x`, unless said otherwise. */
export function zerosLike<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  options: TensorOptions<E> = {},
): Tensor<S, NoInfer<E>> {
  return retype(fillLike('zerosLike', x, 0, options))
}

/** Ones with the shape, dtype and backend of `x`, unless said otherwise. */
export function onesLike<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  options: TensorOptions<E> = {},
): Tensor<S, NoInfer<E>> {
  return retype(fillLike('onesLike', x, 1, options))
}

/** One value everywhere, with the shape, dtype and backend of `x`, unless said otherwise. */
export function fullLike<S extends Shape, D extends DType, E extends DType = D>(
  x: Tensor<S, D>,
  value: number | boolean,
  options: TensorOptions<E> = {},
): Tensor<S, NoInfer<E>> {
  return retype(fillLike('fullLike', x, Number(value), options))
}
