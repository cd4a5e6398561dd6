/**
 * vmap over every operation of the core: what it computes for a batch is what a loop over the examples computes, forward,
 * and for gradients in every order of nesting.
 */
import { type DType, isFloat, type Shape, sizeOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { grad, memory, mul, scope, sum, type Tensor, tensorFrom, vmap } from '@nabla/core'
import { describe, expect, it } from 'vitest'
import { toTypedArray } from '../reference/backend.js'
import { OPERATIONS } from './cases/index.js'
import { elementwiseRows } from './elementwise.js'
import { hasGradient, type Operation, type Place, type Results } from './operation.js'
import { allElements, toScalar } from './run-operation.js'

const backend = createCpuBackend()
const EXAMPLES = 3

/** Results that depend on values have a shape that does too: the function would have to wait for them. */
const READS_VALUES = ['nonzero']

const rows = [...elementwiseRows(), ...OPERATIONS].filter(
  ({ functions, inputs }) => inputs.length > 0 && !functions.some((name) => READS_VALUES.includes(name)),
)

const listOf = (results: Results): readonly Tensor[] =>
  Array.isArray(results) ? results : [results as Tensor]

/** The inputs of one example: the elements of the row, each example's turned by a few places. */
function elementsOfExample(operation: Operation, dtype: DType, example: number): number[][] {
  return allElements(operation, dtype).map((values) =>
    values.map((_, i) => values[(i + example * 2) % values.length] as number),
  )
}

interface Batch {
  /** Inputs of each example, and those of all: stacked where mapped, else of the first example. */
  readonly examples: readonly (readonly Tensor[])[]
  readonly stacked: readonly Tensor[]
  readonly inAxes: readonly (0 | null)[]
}

/** A batch where the inputs in `mapped` differ between examples. */
function batchOf(operation: Operation, place: Place, mapped: readonly boolean[]): Batch {
  const make = (values: readonly number[], shape: Shape, type: DType): Tensor =>
    tensorFrom(toTypedArray(type, values), shape, { dtype: type, backend: place.backend })
  const elements = Array.from({ length: EXAMPLES }, (_, k) => elementsOfExample(operation, place.dtype, k))
  const typeOf = (i: number): DType => operation.inputs[i]?.dtype ?? place.dtype
  const examples = elements.map((each) =>
    operation.inputs.map(({ shape }, i) =>
      make((mapped[i] ? each[i] : elements[0]?.[i]) as number[], shape, typeOf(i)),
    ),
  )
  const stacked = operation.inputs.map(({ shape }, i) =>
    mapped[i]
      ? make(
          elements.flatMap((each) => each[i] as number[]),
          [EXAMPLES, ...shape],
          typeOf(i),
        )
      : (examples[0]?.[i] as Tensor),
  )
  return { examples, stacked, inAxes: mapped.map((each) => (each ? 0 : null)) }
}

/** All inputs mapped, and, where there are several, each alone. */
function mappings({ inputs }: Operation): boolean[][] {
  const all = inputs.map(() => true)
  return inputs.length === 1 ? [all] : [all, ...inputs.map((_, one) => inputs.map((__, i) => i === one))]
}

function expectClose(got: Tensor, wanted: readonly Tensor[], what: string): void {
  const [first] = wanted as [Tensor]
  expect(got.shape, what).toEqual([wanted.length, ...first.shape])
  expect(got.dtype, what).toBe(first.dtype)
  expectValues(
    got,
    wanted.flatMap((each) => Array.from(each.dataSync())),
    what,
  )
}

function expectValues(got: Tensor, wanted: readonly number[], what: string): void {
  const largest = wanted
    .filter(Number.isFinite)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  const tolerance = isFloat(got.dtype) ? largest * (got.dtype === 'float64' ? 1e-12 : 1e-4) : 0
  got.dataSync().forEach((value: number, i: number) => {
    const expected = wanted[i] as number
    if (Object.is(value, expected) || Math.abs(value - expected) <= tolerance) return
    expect.fail(`${what}, element ${i} of [${got.shape}]: ${value}, the loop gives ${expected}`)
  })
}

/** Runs a check and sees to it that it leaves nothing in memory. */
function flat(check: () => void): void {
  const before = memory()
  scope(check)
  const after = memory()
  expect([after.tensors + after.leaked, after.bytes]).toEqual([before.tensors + before.leaked, before.bytes])
}

const isMappedFloat = (tensor: Tensor): boolean => isFloat(tensor.dtype)

type Gradients = (inputs: readonly Tensor[]) => readonly Tensor[]

/** Gradients of a scalar function with respect to its float inputs. */
function gradientsOf(run: (inputs: readonly Tensor[]) => Tensor): Gradients {
  return (inputs) =>
    grad((tracked: readonly Tensor[]) => {
      let next = 0
      return run(inputs.map((each) => (isMappedFloat(each) ? (tracked[next++] as Tensor) : each)))
    })(inputs.filter(isMappedFloat))
}

/** One number of several tensors, in which every element counts differently. */
const weighed = (tensors: readonly Tensor[], place: Place): Tensor => toScalar(tensors, place)

/** Gradients per example, and gradients of a batched function, against those of each example alone. */
function checkGradients(run: (inputs: readonly Tensor[]) => Tensor, batch: Batch, what: string): void {
  const { examples, stacked, inAxes } = batch
  const wanted = examples.map((inputs) => gradientsOf(run)(inputs))
  const perExample = vmap((...inputs: Tensor[]) => gradientsOf(run)(inputs), { inAxes })(...stacked)
  perExample.forEach((gradient, i) => {
    expectClose(
      gradient,
      wanted.map((each) => each[i] as Tensor),
      `vmap(grad) ${what}, input ${i}`,
    )
  })
  const batched = vmap((...inputs: Tensor[]) => run(inputs), { inAxes })
  const gradients = gradientsOf((inputs) => sum(batched(...inputs)))(stacked)
  const floatAxes = inAxes.filter((_, i) => isFloat((stacked[i] as Tensor).dtype))
  gradients.forEach((gradient, i) => {
    const parts = wanted.map((each) => Array.from((each[i] as Tensor).dataSync()))
    const total = (parts[0] as number[]).map((_, at) =>
      parts.reduce((all, part) => all + (part[at] as number), 0),
    )
    expectValues(gradient, floatAxes[i] === null ? total : parts.flat(), `grad(vmap) ${what}, input ${i}`)
  })
}

const TYPES: readonly DType[] = ['bool', 'int32', 'float32', 'float64']

const cases = rows.flatMap((row) =>
  TYPES.filter((dtype) => row.dtypes.includes(dtype)).map(
    (dtype) => [row.functions.join(', '), dtype, row] as const,
  ),
)

describe('vmap of', () => {
  it.each(cases)('%s in %s', (_name, dtype, row) => {
    const place: Place = { backend, dtype }
    for (const mapped of mappings(row)) {
      flat(() => {
        const { examples, stacked, inAxes } = batchOf(row, place, mapped)
        const wanted = examples.map((inputs) => listOf(row.run(inputs, place) as Results))
        const got = vmap((...inputs: Tensor[]) => listOf(row.run(inputs, place) as Results), { inAxes })(
          ...stacked,
        )
        got.forEach((result, i) => {
          expectClose(
            result,
            wanted.map((each) => each[i] as Tensor),
            `mapped ${mapped}, result ${i}`,
          )
        })
      })
    }
  })
})

const gradientCases = cases.filter(([, dtype, row]) => isFloat(dtype) && hasGradient(row))

describe('vmap and gradients of', () => {
  it.each(gradientCases)('%s in %s', (_name, dtype, row) => {
    const place: Place = { backend, dtype }
    if (!hasGradient(row)) return
    for (const mapped of mappings(row)) {
      flat(() => {
        checkGradients(
          (inputs) => toScalar(row.differentiable(inputs, place), place),
          batchOf(row, place, mapped),
          String(mapped),
        )
      })
    }
  })
})

const smoothCases = gradientCases.filter(([, dtype, row]) => dtype === 'float64' && row.smooth)

describe('vmap and second derivatives of', () => {
  it.each(smoothCases)('%s in %s', (_name, dtype, row) => {
    const place: Place = { backend, dtype }
    if (!hasGradient(row)) return
    // Squares, so that linear operations have second derivatives too.
    const loss = (inputs: readonly Tensor[]): Tensor =>
      toScalar(
        listOf(row.differentiable(inputs, place))
          .filter((each) => isFloat(each.dtype))
          .map((each) => mul(each, each)),
        place,
      )
    for (const mapped of mappings(row)) {
      if (row.inputs.every(({ shape }, i) => !mapped[i] || sizeOf(shape) === 0)) continue
      flat(() => {
        checkGradients(
          (inputs) => weighed(gradientsOf(loss)(inputs), place),
          batchOf(row, place, mapped),
          String(mapped),
        )
      })
    }
  })
})
