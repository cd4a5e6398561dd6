/** Reference reduction: the mapped values of each result collected into a list, and the list folded. */
import { type DType, evaluateExpr, type ReduceCall, type ReduceOperation } from '@nabla/backend'
import { coordinatesAt, coordinatesOf, positionAt, type ReadView, type Written } from './elements.js'
import { combine, identityOf } from './fold.js'

/** The mapped values that go into each element of the output, in row-major order of the reduced axes. */
export function reducedGroups(call: ReduceCall, read: ReadView): number[][] {
  const inputs = call.inputs.map(read)
  const groups: number[][] = Array.from({ length: read(call.output).length }, () => [])
  coordinatesOf(call.shape).forEach((coordinates, position) => {
    const kept = coordinates.map((coordinate, axis) => (call.axes.includes(axis) ? 0 : coordinate))
    const group = groups[positionAt(call.output.shape, kept)] as number[]
    const values = inputs.map((elements) => elements[position] as number)
    group.push(evaluateExpr(call.expression, { inputs: values, scalars: call.scalars, coordinates }, true))
  })
  return groups
}

/** The position of the first extreme; NaN is more extreme than anything. */
function extreme(values: readonly number[], beats: (a: number, b: number) => boolean): number {
  let best = 0
  values.forEach((value, position) => {
    const leader = values[best] as number
    if (Number.isNaN(leader)) return
    if (Number.isNaN(value) || beats(value, leader)) best = position
  })
  return best
}

/** One list of values reduced. */
export function foldValues(operation: ReduceOperation, dtype: DType, values: readonly number[]): number {
  switch (operation) {
    case 'any':
      return values.some((value) => value !== 0) ? 1 : 0
    case 'all':
      return values.every((value) => value !== 0) ? 1 : 0
    case 'argMax':
      return extreme(values, (a, b) => a > b)
    case 'argMin':
      return extreme(values, (a, b) => a < b)
    default:
      return values.reduce((a, b) => combine(operation, dtype, a, b), identityOf(operation, dtype))
  }
}

export function referenceReduce(call: ReduceCall, read: ReadView): Written[] {
  const { post, postInputs = [], scalars } = call
  const besides = postInputs.map(read)
  const values = reducedGroups(call, read).map((group, position) => {
    const value = foldValues(call.operation, call.expression.dtype, group)
    if (post === undefined) return value
    const inputs = [value, ...besides.map((each) => each[position] as number)]
    const coordinates = coordinatesAt(call.output.shape, position)
    return evaluateExpr(post, { inputs, scalars, coordinates }, true)
  })
  return [{ view: call.output, values }]
}
