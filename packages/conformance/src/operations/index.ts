/** All cases of the operation level: tables and catalogue, forward and gradient. */
import { type Backend, type Capabilities, type DType, isFloat } from '@nabla/backend'
import { epsilonOf } from '../acceptance/float-format.js'
import { type ConformanceCase, describeError, Findings } from '../case.js'
import { createReferenceBackend } from '../reference/backend.js'
import { OPERATIONS } from './cases/index.js'
import {
  checkForward,
  differencesOf,
  gradientsOf,
  type HostResult,
  referenceType,
  runOperation,
  withoutLeaks,
} from './check.js'
import { elementwiseCases, elementwiseRows } from './elementwise.js'
import { knownStreamCases } from './known-streams.js'
import type { Operation } from './operation.js'
import { LAYOUTS } from './place.js'

/** Results that are computed once, when they are first asked for. */
function once<K, V>(compute: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const known = new Map<K, Promise<V>>()
  return (key) => {
    const found = known.get(key) ?? compute(key)
    known.set(key, found)
    return found
  }
}

async function referenceResults(operation: Operation, dtype: DType): Promise<HostResult[]> {
  const backend = createReferenceBackend()
  const results = await runOperation(operation, { backend, dtype })
  await backend.dispose()
  return results
}

function forwardCases(operation: Operation, available: readonly DType[]): ConformanceCase[] {
  const wanted = once((dtype: DType) => referenceResults(operation, dtype))
  return operation.dtypes
    .filter((dtype) => isAvailable(operation, dtype, available))
    .map((dtype) => ({
      level: 'operation',
      subject: operation.functions.join(', '),
      dtype,
      run: async (backend) =>
        checkForward(operation, { backend, dtype }, await wanted(referenceType(operation, dtype))),
    }))
}

/** Whether a backend has the type that an operation is tried in, and the others that it comes to. */
function isAvailable({ inputs, needs }: Operation, dtype: DType, available: readonly DType[]): boolean {
  const types = [dtype, ...needs, ...inputs.map((input) => input.dtype ?? dtype)]
  return types.every((each) => available.includes(each))
}

type Differentiated = Operation & { readonly differentiable: NonNullable<Operation['differentiable']> }

const hasGradient = (operation: Operation): operation is Differentiated =>
  operation.differentiable !== undefined

// Relative to the largest derivative: rounding of the backend, and of central differences in float64.
const gradientTolerance = (dtype: DType): number =>
  isFloat(dtype) ? Math.max(2e-6, epsilonOf(dtype) * (dtype === 'float16' ? 32 : 1024)) : 0

async function checkGradient(
  operation: Differentiated,
  backend: Backend,
  dtype: DType,
  wanted: readonly (readonly number[] | undefined)[],
): Promise<readonly string[]> {
  const findings = new Findings()
  for (const layout of LAYOUTS.slice(0, 2)) {
    try {
      await withoutLeaks(backend, findings, layout, async () => {
        const got = await gradientsOf(operation, { backend, dtype }, layout)
        got.forEach((gradient, input) => {
          if (gradient !== undefined)
            compareGradient(
              gradient,
              wanted[input] ?? [],
              `${layout}, input ${input}`,
              gradientTolerance(dtype),
              findings,
            )
        })
      })
    } catch (error) {
      findings.add(`${layout}: ${describeError(error)}`)
    }
  }
  return findings.result()
}

function compareGradient(
  { values }: HostResult,
  wanted: readonly number[],
  what: string,
  tolerance: number,
  findings: Findings,
): void {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  wanted.forEach((expected, i) => {
    const value = values[i] ?? Number.NaN
    if (Math.abs(value - expected) <= tolerance * largest) return
    findings.add(`${what}, element ${i}: derivative ${value}, by central differences ${expected}`)
  })
}

function gradientCases(operation: Operation, available: readonly DType[]): ConformanceCase[] {
  if (!hasGradient(operation)) return []
  const wanted = once((_: Operation) => differencesOf(operation))
  return operation.dtypes
    .filter((dtype) => isFloat(dtype) && isAvailable(operation, dtype, available))
    .map((dtype) => ({
      level: 'operation',
      subject: operation.functions.join(', '),
      dtype,
      aspect: 'gradient',
      run: async (backend) => checkGradient(operation, backend, dtype, await wanted(operation)),
    }))
}

/** The types that the core itself counts on: the default, indices, and results of comparisons. */
const BASIS: readonly DType[] = ['bool', 'int32', 'float32']

/** None for a backend that lacks a type of the basis: it is tested at the level of kernels only. */
export function operationCases(capabilities: Capabilities): ConformanceCase[] {
  const { dtypes } = capabilities
  if (!BASIS.every((dtype) => dtypes.includes(dtype))) return []
  return [
    ...elementwiseCases(capabilities),
    ...elementwiseRows().flatMap((row) => gradientCases(row, dtypes)),
    ...OPERATIONS.flatMap((row) => [...forwardCases(row, dtypes), ...gradientCases(row, dtypes)]),
    ...knownStreamCases(capabilities),
  ]
}
