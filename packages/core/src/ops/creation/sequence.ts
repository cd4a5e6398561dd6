/**
 * Tensors of regular numbers: ranges and identity matrices, computed on the device.
 */
import { type DType, expressions as e, index, isFloat, scalar, ValueError } from '@nabla/backend'
import { defaultBackend } from '../../engine/default-backend.js'
import { generate } from '../../primitives/fill.js'
import { makeTensor, type Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'
import { requireShape } from './require-shape.js'
import type { TensorOptions } from './tensor.js'

/** The length of a range to a literal end: known when it is a whole number from 0. */
type LengthTo<N extends number> = `${N}` extends `-${string}` | `${string}.${string}` | `${string}e${string}`
  ? number
  : N

function requireNumbers(operation: string, numbers: Readonly<Record<string, number>>, dtype: DType): void {
  const whole = !isFloat(dtype)
  for (const [name, value] of Object.entries(numbers)) {
    if (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) continue
    throw new ValueError(operation, {
      expected: `a ${whole ? `whole number for ${dtype}` : 'finite number'} as ${name}`,
      received: String(value),
      fix: whole && Number.isFinite(value) ? "use dtype 'float32' for fractions" : 'pass a finite number',
    })
  }
}

function requireCount(operation: string, name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return
  throw new ValueError(operation, {
    expected: `a whole number from 0 as ${name}`,
    received: String(count),
    fix: 'pass how many elements there should be',
  })
}

/**
 * Numbers from `start` (default 0) up to, not including, `stop`, by `step` (default 1, may be negative); float32 unless
 * said otherwise.
 *
 * @throws ValueError for a step of 0, and for fractions in an integer range.
 * @example
 * arange(3)                            // [0, 1, 2]
 * arange(5, 0, -2, { dtype: 'int32' }) // [5, 3, 1]
 */
export function arange<const N extends number, D extends DType = 'float32'>(
  stop: N,
  options?: TensorOptions<D>,
): Tensor<[LengthTo<N>], NoInfer<D>>
export function arange<D extends DType = 'float32'>(
  start: number,
  stop: number,
  step?: number,
  options?: TensorOptions<D>,
): Tensor<[number], NoInfer<D>>
export function arange(
  first: number,
  second?: number | TensorOptions,
  step = 1,
  options: TensorOptions = {},
): Tensor<[number]> {
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first]
  const { dtype = 'float32', backend = defaultBackend() } = typeof second === 'object' ? second : options
  requireNumbers('arange', { start, stop, step }, dtype)
  if (step === 0) {
    throw new ValueError('arange', {
      expected: 'a step other than 0',
      received: `a range from ${start} to ${stop} by 0`,
      fix: 'pass a positive step, or a negative one to count down',
    })
  }
  const length = Math.max(0, Math.ceil((stop - start) / step))
  const position = e.cast(index(0), dtype)
  const value = e.add(scalar(0, dtype), e.multiply(position, scalar(1, dtype)))
  return retype(generate(makeTensor, backend, 'arange', value, [length], [start, step]))
}

export interface LinspaceOptions<D extends DType> extends TensorOptions<D> {
  /** Whether `stop` is the last number; default true. */
  readonly endpoint?: boolean
}

/**
 * `count` numbers at equal distances from `start` to `stop`.
 *
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const N extends number = 50, D extends DType = 'float32'>(
  start: number,
  stop: number,
  count?: N,
  options: LinspaceOptions<D> = {},
): Tensor<[N], NoInfer<D>> {
  const { dtype = 'float32', backend = defaultBackend(), endpoint = true } = options
  const length = count ?? 50
  requireNumbers('linspace', { start, stop }, 'float64')
  requireCount('linspace', 'count', length)
  const intervals = endpoint ? length - 1 : length
  const working = isFloat(dtype) ? dtype : 'float32'
  const along = e.add(scalar(0, working), e.multiply(e.cast(index(0), working), scalar(1, working)))
  // The last number is stop itself, not start plus rounded steps.
  const exact = e.select(e.equal(index(0), scalar(3, 'int32')), scalar(2, working), along)
  const scalars = [
    start,
    intervals > 0 ? (stop - start) / intervals : 0,
    stop,
    endpoint && intervals > 0 ? intervals : -1,
  ]
  return retype(generate(makeTensor, backend, 'linspace', e.cast(exact, dtype), [length], scalars))
}

export interface EyeOptions<D extends DType> extends TensorOptions<D> {
  /** Which diagonal holds the ones: 0 the main one, positive above it, negative below. */
  readonly diagonal?: number
}

/**
 * The identity matrix, or ones along another diagonal of a rectangle.
 *
 * @param columns default: as many as rows
 * @example eye(2) // [[1, 0], [0, 1]]
 */
export function eye<const N extends number, const M extends number = N, D extends DType = 'float32'>(
  rows: N,
  columns?: M,
  { dtype, backend = defaultBackend(), diagonal = 0 }: EyeOptions<D> = {},
): Tensor<[N, M], NoInfer<D>> {
  const shape = [rows, columns ?? rows]
  requireShape('eye', shape)
  requireNumbers('eye', { diagonal }, 'int32')
  const onDiagonal = e.equal(index(1), e.add(index(0), scalar(0, 'int32')))
  return retype(
    generate(makeTensor, backend, 'eye', e.cast(onDiagonal, dtype ?? 'float32'), shape, [diagonal]),
  )
}
