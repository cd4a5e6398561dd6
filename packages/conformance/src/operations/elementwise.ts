/**
 * Elementwise operations, straight from the core's catalogue: an operation that is added there is tested here without a
 * line. The kernel that an operation runs is watched, and its own expression says which results are accepted.
 */
import {
  type Backend,
  type Capabilities,
  type DType,
  isFloat,
  type MapCall,
  type Shape,
} from '@nabla/backend'
import {
  type ElementwiseOperation,
  elementwiseOperations,
  elementwiseSamples,
  jit,
  type Tensor,
} from '@nabla/core'
import { expressionInterval } from '../acceptance/expression.js'
import { accepts, exactly, formatInterval, formatNumber } from '../acceptance/interval.js'
import { type ConformanceCase, describeError, Findings } from '../case.js'
import { hostileFew, hostileValues } from '../kernels/values.js'
import { coordinatesOf } from '../reference/elements.js'
import { differentiable, filled, type Operation } from './operation.js'
import { elementsOf, LAYOUTS, type LayoutName, placeTensor } from './place.js'
import { noting, withoutLeaks } from './watch.js'

/** The types that an operation's operands may have. */
function dtypesOf({ rule }: ElementwiseOperation, available: readonly DType[]): DType[] {
  return available.filter((dtype) => !isFloat(dtype) || (rule !== 'bits' && rule !== 'integer'))
}

/** The type of an operand: that of the case, but for a condition. */
function operandType({ rule }: ElementwiseOperation, operand: number, dtype: DType): DType {
  return rule === 'select' && operand === 0 ? 'bool' : dtype
}

interface Operand {
  readonly shape: Shape
  readonly values: readonly number[]
}

async function checkOnce(
  operation: ElementwiseOperation,
  backend: Backend,
  dtype: DType,
  operands: readonly Operand[],
  layout: LayoutName,
  findings: Findings,
  how: 'eager' | 'captured',
): Promise<void> {
  const watch = noting(backend, () => true)
  const inputs = operands.map(({ shape, values }, i) =>
    placeTensor(values, shape, operandType(operation, i, dtype), watch, layout),
  )
  watch.calls.length = 0
  const result = operation.run(...inputs)
  const [call] = watch.calls
  if (call?.kind !== 'map' || watch.calls.length !== 1)
    findings.add(`${watch.calls.length} kernel calls, expected one map`)
  else
    compareWith(
      call,
      how === 'eager' ? await result.data() : await capturedData(operation, backend, dtype, operands, layout),
      await Promise.all(inputs.map((each) => each.data())),
      inputs,
      findings,
      layout,
    )
  for (const tensor of [result, ...inputs]) tensor.dispose()
}

/** What the captured operation gives, after a call on other elements. */
async function capturedData(
  operation: ElementwiseOperation,
  backend: Backend,
  dtype: DType,
  operands: readonly Operand[],
  layout: LayoutName,
): Promise<ArrayLike<number>> {
  const captured = jit((...given: Tensor[]) => operation.run(...given))
  const place = ({ shape, values }: Operand, i: number): Tensor =>
    placeTensor(values, shape, operandType(operation, i, dtype), { backend }, layout)
  const others = operands.map(({ shape, values }) => ({ shape, values: values.toReversed() })).map(place)
  const inputs = operands.map(place)
  const [first, second] = [captured(...others), captured(...inputs)]
  const data = await second.data()
  for (const tensor of [first, second, ...others, ...inputs]) tensor.dispose()
  captured.dispose()
  return data
}

/** Elements of an input at each position of the result, by broadcasting. */
function broadcastValues(values: ArrayLike<number>, shape: Shape, result: Shape): number[] {
  const added = result.length - shape.length
  return coordinatesOf(result).map((coordinates) => {
    const position = shape.reduce(
      (sum, length, axis) => sum * length + (length === 1 ? 0 : (coordinates[axis + added] as number)),
      0,
    )
    return values[position] as number
  })
}

function compareWith(
  call: MapCall,
  got: ArrayLike<number>,
  data: readonly ArrayLike<number>[],
  inputs: readonly Tensor[],
  findings: Findings,
  note: string,
): void {
  const [expression] = call.expressions
  if (expression === undefined) return
  const values = data.map((each, i) => broadcastValues(each, (inputs[i] as Tensor).shape, call.shape))
  coordinatesOf(call.shape).forEach((coordinates, position) => {
    const at = values.map((each) => each[position] as number)
    const interval = expressionInterval(expression, {
      inputs: at.map(exactly),
      scalars: call.scalars,
      coordinates,
    })
    const value = got[position] as number
    if (accepts(interval, value)) return
    findings.add(
      `${note}, of ${at.map(formatNumber).join(' and ')}: ${formatNumber(value)}, accepted is ${formatInterval(interval)}`,
    )
  })
}

function product(lists: readonly (readonly number[])[]): number[][] {
  const count = lists.reduce((size, list) => size * list.length, 1)
  let every = count
  return lists.map((list) => {
    every /= list.length
    const repeat = every
    return Array.from({ length: count }, (_, i) => list[Math.floor(i / repeat) % list.length] as number)
  })
}

/** Hostile operands in all combinations. */
function hostileOperands(operation: ElementwiseOperation, dtype: DType): Operand[] {
  const lists = Array.from({ length: operation.arity }, (_, i) => {
    const type = operandType(operation, i, dtype)
    return operation.arity === 1 ? hostileValues(type) : hostileFew(type)
  })
  return product(lists).map((values) => ({ shape: [values.length], values }))
}

const BROADCAST: readonly Shape[] = [[3, 5], [5], [3, 1]]

function forwardCase(
  operation: ElementwiseOperation,
  dtype: DType,
  how: 'eager' | 'captured',
): ConformanceCase {
  const shaped = (shapes: readonly Shape[]): Operand[] =>
    Array.from({ length: operation.arity }, (_, i) => {
      const shape = shapes[i % shapes.length] as Shape
      const values = elementsOf({ shape, dtype: operandType(operation, i, dtype) }, { dtype }, i)
      return { shape, values }
    })
  return {
    level: 'operation',
    subject: operation.name,
    dtype,
    ...(how === 'captured' && { aspect: how }),
    run: async (backend) => {
      const findings = new Findings()
      const attempts: (readonly [readonly Operand[], LayoutName])[] = [
        [hostileOperands(operation, dtype), 'contiguous'],
        [shaped(BROADCAST), 'contiguous'],
        [shaped([[0, 3]]), 'contiguous'],
        [shaped([[]]), 'contiguous'],
        ...LAYOUTS.map((layout) => [shaped([[4, 3]]), layout] as const),
      ]
      for (const [operands, layout] of attempts) {
        try {
          await withoutLeaks(backend, findings, layout, () =>
            checkOnce(operation, backend, dtype, operands, layout, findings, how),
          )
        } catch (error) {
          findings.add(describeError(error))
        }
      }
      return findings.result()
    },
  }
}

const SAMPLES = 12
// Few bits, so that the samples are exact in every float type.
const rounded = (value: number): number => Math.round(value * 64) / 64

/** The operation as a row of the tables, for its gradient: sampled inside its domain and away from kinks. */
function asRow(operation: ElementwiseOperation): Operation {
  const samples = elementwiseSamples(operation, SAMPLES)
  const inputs = Array.from({ length: operation.arity }, (_, i) => {
    const values = samples.map((point) => rounded(point[i] as number))
    const type = operandType(operation, i, 'float64')
    return type === 'bool'
      ? filled(
          [SAMPLES],
          values.map((value) => (value > 0 ? 1 : 0)),
          'bool',
        )
      : filled([SAMPLES], values)
  })
  return differentiable({
    functions: [operation.name],
    inputs,
    run: (tensors) => operation.run(...tensors),
    smooth: operation.smooth,
  })
}

let rows: readonly Operation[] | undefined

/** Rows for the gradients of all elementwise operations that have one; always the same objects. */
export function elementwiseRows(): readonly Operation[] {
  rows ??= elementwiseOperations()
    .filter((operation) => operation.differentiable.includes(true))
    .map(asRow)
  return rows
}

export function elementwiseCases({ dtypes }: Capabilities): ConformanceCase[] {
  return elementwiseOperations().flatMap((operation) =>
    dtypesOf(operation, dtypes).flatMap((dtype) => [
      forwardCase(operation, dtype, 'eager'),
      forwardCase(operation, dtype, 'captured'),
    ]),
  )
}
