import { createNullBackend, viewsOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { reduce } from '../../primitives/reduce.js'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import { type ElementwiseOperation, elementwiseOperations, elementwiseSamples } from './catalog.js'
import { abs, exp, relu, sigmoid, sign, tanh } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const COUNT = 12
const sum = (x: Tensor): Tensor => reduce('sum', 'sum', x, [0], false)
const float64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' })

type Columns = readonly (readonly number[])[]

function sampled(operation: ElementwiseOperation): number[][] {
  const points = elementwiseSamples(operation, COUNT)
  return Array.from({ length: operation.arity }, (_, operand) =>
    points.map((point) => point[operand] as number),
  )
}

/** Operands that aren't differentiated stay what they are: conditions. */
function tensors(operation: ElementwiseOperation, columns: Columns): Tensor[] {
  return columns.map((column, operand) =>
    operation.rule === 'select' && operand === 0 ? tensor(column.map((value) => value > 0)) : float64(column),
  )
}

function values(operation: ElementwiseOperation, columns: Columns): number[] {
  return Array.from(operation.run(...tensors(operation, columns)).dataSync())
}

/** The derivative with respect to one operand, as a function of that operand. */
function derivative(
  operation: ElementwiseOperation,
  columns: Columns,
  operand: number,
): (x: Tensor) => Tensor {
  const others = tensors(operation, columns)
  return grad((x: Tensor) => sum(operation.run(...others.with(operand, x))))
}

function derivatives(operation: ElementwiseOperation, columns: Columns, operand: number): number[] {
  const x = float64(columns[operand] as readonly number[])
  return Array.from(derivative(operation, columns, operand)(x).dataSync())
}

/** Central differences of fourth order of a function of all columns, with respect to one of them. */
function differences(
  run: (columns: Columns) => readonly number[],
  columns: Columns,
  operand: number,
): number[] {
  const step = 1e-3
  const shifted = (by: number): readonly number[] =>
    run(
      columns.with(
        operand,
        (columns[operand] as readonly number[]).map((value) => value + by * step),
      ),
    )
  const [far, near, back, farBack] = [shifted(2), shifted(1), shifted(-1), shifted(-2)] as const
  return near.map((value, position) => {
    const inner = value - (back[position] as number)
    const outer = (far[position] as number) - (farBack[position] as number)
    return (8 * inner - outer) / (12 * step)
  })
}

function expectClose(found: readonly number[], expected: readonly number[], columns: Columns): void {
  found.forEach((value, position) => {
    const reference = expected[position] as number
    const where = columns.map((column) => column[position]).join(', ')
    const error = Math.abs(value - reference) / Math.max(1, Math.abs(reference))
    expect(error, `${value} instead of ${reference} at ${where}`).toBeLessThan(1e-7)
  })
}

const operations = elementwiseOperations()
const cases = operations
  .filter(({ differentiable }) => differentiable.includes(true))
  .map((operation) => [operation.name, operation] as const)

test('most operations are differentiable', () => {
  expect(cases.length).toBeGreaterThan(65)
})

describe('derivatives against central differences', () => {
  test.each(cases)('%s', (_, operation) => {
    const columns = sampled(operation)
    operation.differentiable.forEach((differentiable, operand) => {
      if (!differentiable) return
      const expected = differences((shifted) => values(operation, shifted), columns, operand)
      expectClose(derivatives(operation, columns, operand), expected, columns)
    })
  })
})

describe('second derivatives against central differences of the first', () => {
  test.each(cases)('%s', (_, operation) => {
    const columns = sampled(operation)
    operation.differentiable.forEach((differentiable, operand) => {
      if (!differentiable) return
      const x = float64(columns[operand] as readonly number[])
      const second = grad((each: Tensor) => sum(derivative(operation, columns, operand)(each)))(x)
      const expected = differences((shifted) => derivatives(operation, shifted, operand), columns, operand)
      expectClose(Array.from(second.dataSync()), expected, columns)
    })
  })
})

describe('what is not differentiable', () => {
  const flat = operations.filter(
    ({ rule, differentiable }) => rule === 'number' && !differentiable.includes(true),
  )

  test('has derivative 0', () => {
    expect(flat.map(({ name }) => name)).toEqual(['ceil', 'floor', 'floorDivide', 'round', 'sign', 'trunc'])
    for (const operation of flat) {
      const columns = sampled(operation)
      for (let operand = 0; operand < operation.arity; operand++) {
        expect(derivatives(operation, columns, operand)).toEqual(new Array(COUNT).fill(0))
      }
    }
  })
})

test('derivatives at kinks are those that are documented', () => {
  const at = (run: (x: Tensor) => Tensor, value: number): number =>
    grad((x: Tensor) => sum(run(x)))(float64([value])).dataSync()[0] as number
  expect(at(relu, 0)).toBe(0)
  expect(at(abs, 0)).toBe(0)
  expect(at(sign, 0)).toBe(0)
  expect(at((x) => x.maximum(0), 0)).toBe(0.5)
  expect(at((x) => x.clip(0, 1), 0)).toBe(1)
  expect(at((x) => x.clip(0, 1), 1)).toBe(1)
})

describe('slopes by the output', () => {
  const VALUES = [-Infinity, -2, -0, 0, 1e-30, 3, 20, Infinity, Number.NaN]

  test.each([
    ['relu', relu],
    ['sigmoid', sigmoid],
    ['tanh', tanh],
    ['exp', exp],
  ] as const)('%s does not read its input in backward', (_, run) => {
    const backend = createNullBackend()
    const x = tensor([1, -2, 3], { backend })
    const leaf = x.view('test').buffer
    backend.resetCounts()
    grad((each: Tensor) => sum(run(each)))(x)
    const backward = backend.calls().filter(({ label }) => label.endsWith('gradient'))
    expect(backward.length).toBe(1)
    for (const call of backward) {
      expect(viewsOf(call).reads.map(({ buffer }) => buffer)).not.toContain(leaf)
    }
  })

  test('relu has the slope that its input says, NaN included', () => {
    const slopes = grad((x: Tensor) => sum(relu(x)))(float64(VALUES)).dataSync()
    expect(Array.from(slopes)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1])
    const infinite = grad((x: Tensor) => sum(relu(x).mul(Infinity)))(float64(VALUES)).dataSync()
    expect(Array.from(infinite)).toEqual(VALUES.map((x) => (x <= 0 ? 0 : Infinity)))
  })

  test('sigmoid has its slope to the precision of its output', () => {
    const slopes = grad((x: Tensor) => sum(sigmoid(x)))(float64(VALUES)).dataSync()
    expect(slopes.at(-1)).toBeNaN()
    VALUES.slice(0, -1).forEach((x, position) => {
      const decay = Math.exp(-Math.abs(x))
      expect(slopes[position]).toBeCloseTo(decay / (1 + decay) ** 2, 14)
    })
  })
})
