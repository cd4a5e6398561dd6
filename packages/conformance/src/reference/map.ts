/** Reference map: the expression at every position, one after the other, floats kept in float64. */
import { evaluateExpr, type MapCall } from '@nabla/backend'
import { coordinatesOf, type ReadView, type Written } from './elements.js'

export function referenceMap(call: MapCall, read: ReadView): Written[] {
  if (call.when !== undefined && read(call.when)[0] === 0) return []
  const inputs = call.inputs.map(read)
  const positions = coordinatesOf(call.shape)
  return call.outputs.map((view, i) => {
    const expression = call.expressions[i]
    if (expression === undefined) throw new RangeError(`map "${call.label}": output ${i} has no expression`)
    const values = positions.map((coordinates, position) =>
      evaluateExpr(
        expression,
        { inputs: inputs.map((values) => values[position] as number), scalars: call.scalars, coordinates },
        true,
      ),
    )
    return { view, values }
  })
}
