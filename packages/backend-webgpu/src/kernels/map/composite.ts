/**
 * softmax and logSoftmax: several invocations share a line. Where each has few elements they stay in registers between the
 * largest, the sum and the results; longer lines are read twice, the largest and the sum being found together.
 */
import { type Buffer, type CompositeCall, sizeOf, type View } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Planner } from '../../plan/plan.js'
import { storedType } from '../../wgsl/types.js'
import { buildNest, orderByStride, type Steps } from '../nest.js'
import { Places } from '../places.js'
import { addShape } from '../reduce/group.js'
import { chooseShape, invocationsOf, mostAlong, type ReduceShape } from '../reduce/shape.js'
import { isMultiple, LANES, scaledSteps } from '../vector.js'
import { keptUnits, lineText } from './composite-text.js'

/** As many invocations a line as leave each with what it can keep. */
function shapeOf(kept: number, units: number, isOuter: boolean, facts: DeviceFacts): ReduceShape {
  const shape = chooseShape({ kept, units, isOuter, isRounded: false }, facts)
  const invocations = shape.across * shape.along
  const most = mostAlong(kept, isOuter, invocations)
  let { along } = shape
  while (along < most && along * keptUnits(facts) < units) along *= 2
  return { ...shape, along, across: invocations / along, slices: 1, slice: units }
}

export const planComposite: Planner<CompositeCall<Buffer>> = (call, facts) => {
  const [input] = call.inputs as readonly [View]
  const [output] = call.outputs as readonly [View]
  const { shape, dtype } = input
  if (sizeOf(shape) === 0) return []
  const axis = call.attributes.axis as number
  const line = shape[axis] as number
  const others = [...shape.keys()].filter((each) => each !== axis)
  const nest = buildNest(shape, [input, output], orderByStride(output, others))
  const strides = [input, output].map((view) => view.strides[axis] as number) as [number, number]
  const isVector =
    line % LANES === 0 && strides.every((stride) => stride === 1) && nest.views.every(isMultiple)
  const units = isVector ? line / LANES : line
  const results = sizeOf(nest.lengths)
  const beside = Math.abs((nest.views[0] as Steps).strides.at(-1) as number)
  const cut = shapeOf(results, units, results > 1 && beside > 0 && beside < Math.abs(strides[0]), facts)
  const kept = units <= keptUnits(facts) * cut.along ? keptUnits(facts) : 0

  const builder = new DispatchBuilder(call.label)
  const element = isVector ? `vec4<${storedType(dtype, facts)}>` : storedType(dtype, facts)
  const source = builder.buffer(input.buffer, element, 'read')
  const target = builder.buffer(output.buffer, element, 'read_write')
  const words = addShape(builder, cut, results, units, facts)
  const first = builder.integers(isVector ? [1, 1] : strides)
  const places = new Places(
    builder,
    'kept',
    nest.lengths,
    isVector ? nest.views.map(scaledSteps) : nest.views,
  )
  const invocations = invocationsOf(facts.maximumInvocations)
  const body = (): string =>
    lineText(
      {
        name: call.name,
        dtype,
        facts,
        isVector,
        source,
        target,
        steps: [first, first + 1],
        words,
        invocations,
        places,
      },
      kept > 0,
    )
  const key = `${call.name} ${dtype} ${nest.lengths.length} ${isVector} ${kept} ${source} ${target}`
  return [builder.build({ key, body, invocations }, Math.ceil(results / cut.across))]
}
