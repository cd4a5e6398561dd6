/**
 * What the reference says of an operation: its results, and central differences of them. Computed when first asked for,
 * and once for all backends.
 */
import { type DType, isFloat } from '@nabla/backend'
import { scope } from '@nabla/core'
import { createReferenceBackend } from '../reference/backend.js'
import type { Differentiated, Operation, Place } from './operation.js'
import {
  allElements,
  disposeAll,
  type HostResult,
  inputsFor,
  runOperation,
  toScalar,
} from './run-operation.js'

/** The type in which the reference computes what a backend computes in `dtype`. */
function referenceType({ sameType }: Operation, dtype: DType): DType {
  return isFloat(dtype) && !sameType ? 'float64' : dtype
}

async function computeResults(operation: Operation, dtype: DType): Promise<HostResult[]> {
  const backend = createReferenceBackend()
  const results = await runOperation(operation, { backend, dtype })
  await backend.dispose()
  return results
}

const results = /* @__PURE__ */ new WeakMap<Operation, Map<DType, Promise<HostResult[]>>>()

/** The results that a backend should come to in one type. */
export function wantedResults(operation: Operation, dtype: DType): Promise<readonly HostResult[]> {
  const type = referenceType(operation, dtype)
  const known = results.get(operation) ?? new Map<DType, Promise<HostResult[]>>()
  results.set(operation, known)
  const found = known.get(type) ?? computeResults(operation, type)
  known.set(type, found)
  return found
}

/** Derivatives with respect to each input; `undefined` for those that are no floats. */
export type Derivatives = readonly (readonly number[] | undefined)[]

/** Central differences of the weighted sum, on the reference backend. */
async function computeDifferences(operation: Differentiated): Promise<Derivatives> {
  const backend = createReferenceBackend()
  const place: Place = { backend, dtype: 'float64' }
  const elements = allElements(operation, 'float64')
  const at = (input: number, element: number, value: number): number => {
    const moved = elements.map((values, i) => (i === input ? values.with(element, value) : values))
    const inputs = inputsFor(operation, place, moved, 'contiguous')
    const result = scope(() => toScalar(operation.differentiable(inputs, place), place))
    const [number = Number.NaN] = result.dataSync()
    disposeAll([result, ...inputs])
    return number
  }
  const step = 2 ** -14
  const differences = operation.inputs.map(({ dtype = 'float64' }, input) => {
    if (!isFloat(dtype)) return undefined
    return (elements[input] as number[]).map(
      (value, element) => (at(input, element, value + step) - at(input, element, value - step)) / (2 * step),
    )
  })
  await backend.dispose()
  return differences
}

const differences = /* @__PURE__ */ new WeakMap<Operation, Promise<Derivatives>>()

/** The gradients that a backend should come to, in whichever type. */
export function wantedGradients(operation: Differentiated): Promise<Derivatives> {
  const found = differences.get(operation) ?? computeDifferences(operation)
  differences.set(operation, found)
  return found
}
