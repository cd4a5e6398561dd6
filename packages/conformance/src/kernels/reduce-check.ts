/** One reduction on the bench: what is accepted for it, and the call itself. */
import {
  type DType,
  input,
  isFloat,
  type ReduceCall,
  type ReduceOperation,
  sizeOf,
  type View,
} from '@nabla/backend'
import { expressionInterval } from '../acceptance/expression.js'
import { exactly, type Interval } from '../acceptance/interval.js'
import { productInterval, sumInterval } from '../acceptance/sum.js'
import { coordinatesAt, coordinatesOf, positionAt } from '../reference/elements.js'
import { foldValues } from '../reference/reduce.js'
import type { Bench } from './bench.js'

/** The type of a reduction's result. */
export function resultType(operation: ReduceOperation, dtype: DType): DType {
  if (operation === 'any' || operation === 'all') return 'bool'
  return operation === 'argMax' || operation === 'argMin' ? 'int32' : dtype
}

/** What is accepted for one list of values reduced. */
function foldInterval(operation: ReduceOperation, dtype: DType, parts: readonly Interval[]): Interval {
  if (isFloat(dtype) && operation === 'sum') return sumInterval(parts, dtype)
  if (isFloat(dtype) && operation === 'product') return productInterval(parts, dtype)
  if (operation === 'maximum' || operation === 'minimum') {
    const fold = (side: 'low' | 'high'): number =>
      foldValues(
        operation,
        dtype,
        parts.map((part) => (part.nan ? Number.NaN : part[side])),
      )
    return Number.isNaN(fold('low'))
      ? exactly(Number.NaN)
      : { low: fold('low'), high: fold('high'), nan: false }
  }
  return exactly(
    foldValues(
      operation,
      dtype,
      parts.map(({ low, nan }) => (nan ? Number.NaN : low)),
    ),
  )
}

/** The mapped intervals that go into each result. */
function groupsOf(bench: Bench, call: ReduceCall): Interval[][] {
  const inputs = call.inputs.map(bench.elements)
  const groups: Interval[][] = Array.from({ length: sizeOf(call.output.shape) }, () => [])
  coordinatesOf(call.shape).forEach((coordinates, position) => {
    const values = inputs.map((elements) => exactly(elements[position] as number))
    const kept = coordinates.map((coordinate, axis) => (call.axes.includes(axis) ? 0 : coordinate))
    const group = groups[positionAt(call.output.shape, kept)] as Interval[]
    group.push(expressionInterval(call.expression, { inputs: values, scalars: call.scalars, coordinates }))
  })
  return groups
}

/** Runs a reduction and holds every result against what is accepted. */
export async function checkReduce(bench: Bench, call: ReduceCall, note = ''): Promise<void> {
  const besides = (call.postInputs ?? []).map(bench.elements)
  const intervals = groupsOf(bench, call).map((group, position) => {
    const result = foldInterval(call.operation, call.expression.dtype, group)
    if (call.post === undefined) return result
    const inputs = [result, ...besides.map((values) => exactly(values[position] as number))]
    const coordinates = coordinatesAt(call.output.shape, position)
    return expressionInterval(call.post, { inputs, scalars: call.scalars, coordinates })
  })
  await bench.check(call, [{ view: call.output, intervals }], `${note}axes [${call.axes.join()}]`)
}

/** The reduction of all of a view by one operation, with nothing before or after. */
export function reduceCall(
  operation: ReduceOperation,
  x: View,
  axes: readonly number[],
  output: View,
): ReduceCall {
  return {
    kind: 'reduce',
    label: 'conformance',
    operation,
    shape: x.shape,
    axes,
    expression: input(0, x.dtype),
    inputs: [x],
    scalars: [],
    output,
  }
}
