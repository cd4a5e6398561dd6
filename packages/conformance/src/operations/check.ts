/**
 * How an operation is checked on a backend: its results against the reference in every layout, its gradient against
 * central differences of the reference, and that nothing stays in memory.
 */
import { type Backend, type DType, decorate, isFloat, type KernelCall, type Shape } from '@nabla/backend'
import { add, grad, memory, mul, scope, sum, type Tensor, tensorFrom } from '@nabla/core'
import { epsilonOf } from '../acceptance/float-format.js'
import { describeError, Findings } from '../case.js'
import { createReferenceBackend } from '../reference/backend.js'
import { coordinatesAt } from '../reference/elements.js'
import type { Operation, Place, Results } from './operation.js'
import { elementsOf, LAYOUTS, type LayoutName, placeTensor } from './place.js'

/** A result on the host. */
export interface HostResult {
  readonly shape: Shape
  readonly dtype: DType
  readonly values: readonly number[]
}

const listOf = (results: Results): readonly Tensor[] =>
  Array.isArray(results) ? results : [results as Tensor]

async function toHost(tensor: Tensor): Promise<HostResult> {
  return { shape: tensor.shape, dtype: tensor.dtype, values: Array.from(await tensor.data()) }
}

function disposeAll(tensors: Iterable<Tensor>): void {
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

/** The type in which the reference computes what a backend computes in `dtype`. */
export function referenceType({ sameType }: Operation, dtype: DType): DType {
  return isFloat(dtype) && !sameType ? 'float64' : dtype
}

function formatElement({ shape }: HostResult, position: number): string {
  return `[${coordinatesAt(shape, position).join()}]`
}

/** Compares one result with that of the reference. */
function compare(
  got: HostResult,
  wanted: HostResult,
  tolerance: number,
  what: string,
  findings: Findings,
): void {
  if (got.shape.join() !== wanted.shape.join()) {
    findings.add(`${what}: shape [${got.shape}], expected [${wanted.shape}]`)
    return
  }
  if (isFloat(got.dtype) !== isFloat(wanted.dtype) || (!isFloat(got.dtype) && got.dtype !== wanted.dtype)) {
    findings.add(`${what}: ${got.dtype}, expected ${wanted.dtype}`)
    return
  }
  const largest = wanted.values
    .filter(Number.isFinite)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const error = isFloat(got.dtype) ? tolerance * epsilonOf(got.dtype) * largest : 0
  got.values.forEach((value, position) => {
    const expected = wanted.values[position] as number
    if (Object.is(value, expected) || Math.abs(value - expected) <= error) return
    findings.add(
      `${what} at ${formatElement(got, position)}: ${value}, expected ${expected}${error > 0 ? ` within ${error.toPrecision(2)}` : ''}`,
    )
  })
}

/** Notes what stays in memory after `body`. */
export async function withoutLeaks(
  backend: Backend,
  findings: Findings,
  what: string,
  body: () => Promise<void>,
): Promise<void> {
  const tensors = memory().tensors
  const { buffers } = backend.memory()
  await body()
  const left = memory().tensors - tensors
  const leftBuffers = backend.memory().buffers - buffers
  if (left !== 0 || leftBuffers !== 0)
    findings.add(`${what}: ${left} tensors and ${leftBuffers} buffers stay in memory`)
}

// Half precision has few bits, and rounds between the kernels of an operation.
const scaledTolerance = (tolerance: number, dtype: DType): number =>
  dtype === 'float16' ? Math.max(4, Math.min(tolerance / 8, 32)) : tolerance

/** What went wrong with the results of an operation in one type. */
export async function checkForward(
  operation: Operation,
  place: Place,
  wanted: readonly HostResult[],
): Promise<readonly string[]> {
  const findings = new Findings()
  const tolerance = scaledTolerance(operation.tolerance, place.dtype)
  const check = async (backend: Backend, layout: LayoutName, how: string): Promise<void> => {
    try {
      await withoutLeaks(place.backend, findings, how, async () => {
        const got = await runOperation(operation, { ...place, backend }, layout)
        if (got.length !== wanted.length)
          findings.add(`${how}: ${got.length} results, expected ${wanted.length}`)
        got.forEach((result, i) => {
          const expected = wanted[i]
          if (expected !== undefined) compare(result, expected, tolerance, `${how}, result ${i}`, findings)
        })
      })
    } catch (error) {
      findings.add(`${how}: ${describeError(error)}`)
    }
  }
  const claimed = noting(place.backend, (call) => call.kind === 'composite')
  for (const layout of operation.inputs.length === 0 ? (['contiguous'] as const) : LAYOUTS) {
    await check(claimed.backend, layout, layout)
  }
  if (claimed.calls.length > 0)
    await check(withoutComposites(place.backend), 'contiguous', 'composites decomposed')
  return findings.result()
}

/** The same backend, noting some of the calls that it is asked for. */
export function noting(
  backend: Backend,
  which: (call: KernelCall) => boolean,
): { readonly backend: Backend; readonly calls: KernelCall[] } {
  const calls: KernelCall[] = []
  const run: Backend['run'] = (call) => {
    if (which(call)) calls.push(call)
    backend.run(call)
  }
  return { backend: decorate(backend, { run, prepare: undefined }), calls }
}

/** The same backend, claiming no composites: operations then run their decompositions. */
function withoutComposites(backend: Backend): Backend {
  return decorate(backend, { capabilities: { ...backend.capabilities, composites: [] } })
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
function toScalar(results: Results, place: Place): Tensor {
  const parts = listOf(results)
    .filter(({ dtype }) => isFloat(dtype))
    .map((result, i) => sum(mul(result, weightsFor(result.shape, result.dtype, place.backend, i))))
  return parts.reduce((total, part) => add(total, part))
}

type Differentiable = NonNullable<Operation['differentiable']>

/** Gradients with respect to the float inputs; `undefined` for the others. */
export async function gradientsOf(
  operation: Operation & { readonly differentiable: Differentiable },
  place: Place,
  layout: LayoutName,
): Promise<(HostResult | undefined)[]> {
  const inputs = inputsFor(operation, place, allElements(operation, place.dtype), layout)
  try {
    const floats = inputs.filter(({ dtype }) => isFloat(dtype))
    const gradients = grad((tracked: readonly Tensor[]) => {
      let next = 0
      const all = inputs.map((each) => (isFloat(each.dtype) ? (tracked[next++] as Tensor) : each))
      return toScalar(operation.differentiable(all, place), place)
    })(floats)
    const host = await Promise.all(gradients.map(toHost))
    disposeAll(gradients)
    let next = 0
    return inputs.map((each) => (isFloat(each.dtype) ? host[next++] : undefined))
  } finally {
    disposeAll(inputs)
  }
}

/** Central differences of the weighted sum, on the reference backend. */
export async function differencesOf(
  operation: Operation & { readonly differentiable: Differentiable },
): Promise<(readonly number[] | undefined)[]> {
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
