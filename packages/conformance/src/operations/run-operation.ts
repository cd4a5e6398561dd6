/** Running an operation on a backend: its inputs put there, its results or gradients brought back, every tensor freed. */
import { type Backend, type DType, isFloat, type Shape } from '@nabla/backend'
import { add, grad, mul, sum, type Tensor, tensorFrom } from '@nabla/core'
import type { Differentiated, Operation, Place, Results } from './operation.js'
import { elementsOf, type LayoutName, placeTensor } from './place.js'

/** A result on the host. */
export interface HostResult {
  readonly shape: Shape
  readonly dtype: DType
  readonly values: readonly number[]
}

export const listOf = (results: Results): readonly Tensor[] =>
  Array.isArray(results) ? results : [results as Tensor]

export async function toHost(tensor: Tensor): Promise<HostResult> {
  return { shape: tensor.shape, dtype: tensor.dtype, values: Array.from(await tensor.data()) }
}

export function disposeAll(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) if (!tensor.isDisposed) tensor.dispose()
}

/** Inputs of an operation as tensors. */
export function inputsFor(
  operation: Operation,
  place: Place,
  elements: readonly (readonly number[])[],
  layout: LayoutName,
): Tensor[] {
  return operation.inputs.map((spec, i) =>
    placeTensor(elements[i] as readonly number[], spec.shape, spec.dtype ?? place.dtype, place, layout),
  )
}

/** Runs an operation and brings its results to the host; every tensor is freed. */
export async function runOperation(
  operation: Operation,
  place: Place,
  layout: LayoutName = 'contiguous',
  elements = allElements(operation, place.dtype),
): Promise<HostResult[]> {
  const inputs = inputsFor(operation, place, elements, layout)
  try {
    const results = listOf(await operation.run(inputs, place))
    const host = await Promise.all(results.map(toHost))
    disposeAll(results)
    return host
  } finally {
    disposeAll(inputs)
  }
}

/** The elements of all inputs, for one type. */
export function allElements(operation: Operation, dtype: DType): number[][] {
  return operation.inputs.map((spec, i) => elementsOf(spec, { dtype }, i))
}

/** Fixed weights for the results, so that no derivative cancels by symmetry. */
function weightsFor(shape: Shape, dtype: DType, backend: Backend, salt: number): Tensor {
  const values = Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => 0.5 + ((i * 7 + salt * 3) % 9) / 8,
  )
  return tensorFrom(values, shape, { dtype, backend })
}

/** The results of an operation as one number: weighted and summed. */
export function toScalar(results: Results, place: Place): Tensor {
  const parts = listOf(results)
    .filter(({ dtype }) => isFloat(dtype))
    .map((result, i) => sum(mul(result, weightsFor(result.shape, result.dtype, place.backend, i))))
  return parts.reduce((total, part) => add(total, part))
}

/** Gradients of the weighted sum of an operation's results with respect to its float inputs. */
export function floatGradients(
  operation: Differentiated,
  place: Place,
  inputs: readonly Tensor[],
): readonly Tensor[] {
  return grad((tracked: readonly Tensor[]) => {
    let next = 0
    const all = inputs.map((each) => (isFloat(each.dtype) ? (tracked[next++] as Tensor) : each))
    return toScalar(operation.differentiable(all, place), place)
  })(inputs.filter(({ dtype }) => isFloat(dtype)))
}

/** What belongs to the float inputs, by the positions of all. */
export function amongInputs<T>(inputs: readonly Tensor[], ofFloats: readonly T[]): (T | undefined)[] {
  let next = 0
  return inputs.map(({ dtype }) => (isFloat(dtype) ? ofFloats[next++] : undefined))
}

/** Gradients with respect to the float inputs; `undefined` for the others. */
export async function gradientsOf(
  operation: Differentiated,
  place: Place,
  layout: LayoutName,
): Promise<(HostResult | undefined)[]> {
  const inputs = inputsFor(operation, place, allElements(operation, place.dtype), layout)
  try {
    const gradients = floatGradients(operation, place, inputs)
    const host = await Promise.all(gradients.map(toHost))
    disposeAll(gradients)
    return amongInputs(inputs, host)
  } finally {
    disposeAll(inputs)
  }
}
