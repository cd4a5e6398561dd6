/**
 * Arguments and results of a batched function: which axis of which tensor is the batch, and how long it is.
 */
import { AxisError, formatShape, normalizeAxis, ShapeError, ValueError } from '@nabla/backend'
import { Tensor } from '../tensor.js'

/** The batch axis of each argument: one for all, or one per argument, null where it is the same for every example. */
export type InAxes = number | readonly (number | null)[]

/** Every tensor in arrays and plain objects replaced, with a path that names it; everything else as it is. */
export function mapTensorsIn(
  value: unknown,
  path: string,
  replace: (tensor: Tensor, path: string) => Tensor,
): unknown {
  if (value instanceof Tensor) return replace(value, path)
  if (Array.isArray(value)) return value.map((each, i) => mapTensorsIn(each, `${path}[${i}]`, replace))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      mapTensorsIn(each, `${path}.${key}`, replace),
    ]),
  )
}

/** The batch axis of one argument, as given. */
export function axisOf(operation: string, inAxes: InAxes, position: number, count: number): number | null {
  if (typeof inAxes === 'number') return inAxes
  if (inAxes.length === count) return inAxes[position] ?? null
  throw new ValueError(operation, {
    expected: `one entry of inAxes per argument, ${count} in all`,
    received: String(inAxes.length),
    fix: 'give one number for all arguments, or an array with a number or null for each',
  })
}

/** A batch axis counted from the front. */
export function requireBatchAxis(operation: string, axis: number, rank: number, path: string): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return normalizeAxis(operation, axis, rank)
  if (rank > 0) throw new AxisError(`${operation}, ${path}`, axis, rank)
  throw new ShapeError(operation, {
    expected: `a batch axis in ${path}`,
    received: 'a scalar',
    fix: 'pass null for this argument in inAxes if it is the same for every example',
  })
}

/** The length of the batch, on which all mapped tensors agree. */
export class BatchLength {
  #first: { readonly length: number; readonly path: string } | undefined

  constructor(private readonly operation: string) {}

  /** Notes one mapped tensor, and returns it. */
  note(tensor: Tensor, axis: number, path: string): Tensor {
    const length = tensor.shape[axis] as number
    this.#first ??= { length, path }
    if (this.#first.length === length) return tensor
    throw new ShapeError(this.operation, {
      expected: `batches of one length, ${this.#first.length} as ${this.#first.path} has`,
      received: `${length}, axis ${axis} of ${path} ${formatShape(tensor.shape)}`,
      fix: 'give all mapped arguments the same number of examples, or null in inAxes to those that are the same for every example',
    })
  }

  /** @throws ValueError where nothing is mapped, or the batch is empty. */
  get(): number {
    if (this.#first !== undefined && this.#first.length > 0) return this.#first.length
    throw new ValueError(this.operation, {
      expected: 'at least one tensor to map over, with at least one example',
      received: this.#first === undefined ? 'none' : `an empty batch in ${this.#first.path}`,
      fix: 'pass a tensor whose axis inAxes names, or call the function itself',
    })
  }
}
