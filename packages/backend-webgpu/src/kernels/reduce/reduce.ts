/** Reductions: in one dispatch, or over slices and then over their states. */
import { type Buffer, type ProgramScalar, type ReduceCall, sizeOf } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch, Planner, Scratch } from '../../plan/plan.js'
import { isCrowdedReduce, spreadReduce } from '../crowded.js'
import { planMap } from '../map/map.js'
import { Places } from '../places.js'
import { isOuter, readElements } from './elements.js'
import { addShape } from './group.js'
import { type Reader, readStates, type Writer, writeStates } from './parts.js'
import { type ReduceProblem, reduceProblem } from './problem.js'
import { writeResults } from './results.js'
import { reduceText } from './shader.js'
import { chooseShape, invocationsOf, type ReduceShape } from './shape.js'

/** The dispatch between a reader and a writer that were added to `builder`. */
function between(
  builder: DispatchBuilder,
  { fold, name, kept }: ReduceProblem,
  reader: Reader,
  writer: Writer,
  shape: ReduceShape,
  facts: DeviceFacts,
): Dispatch {
  const results = sizeOf(kept)
  const words = addShape(builder, shape, results, reader.units)
  const places = new Places(builder, 'kept', kept, [...writer.views, ...reader.views])
  const invocations = invocationsOf(facts.maximumInvocations)
  const body = (): string => {
    const { scope, statements } = writer.text(0)
    return reduceText({
      fold,
      words,
      invocations,
      unroll: reader.unroll,
      scope: [places.text(), ...reader.scope(writer.views.length), ...scope],
      store: statements,
    })
  }
  const key = `reduce ${name} ${kept.length} ${reader.key} ${writer.key}`
  return builder.build({ key, body, invocations }, Math.ceil(results / shape.across) * shape.slices)
}

function planFitting(problem: ReduceProblem, facts: DeviceFacts): readonly Dispatch[] {
  const { label, fold, kept } = problem
  const results = sizeOf(kept)
  const builder = new DispatchBuilder(label)
  const elements = readElements(builder, problem, facts)
  const { units } = elements
  const shape = chooseShape(
    { kept: results, units, isOuter: isOuter(problem), isRounded: fold.isRounded },
    facts,
  )
  if (shape.slices === 1) {
    return [between(builder, problem, elements, writeResults(builder, problem, facts), shape, facts)]
  }
  const scratch: Scratch = { kind: 'scratch', words: shape.slices * results * fold.words }
  const first = between(
    builder,
    problem,
    elements,
    writeStates(builder, scratch, fold, results),
    shape,
    facts,
  )
  const after = new DispatchBuilder(label)
  const states = readStates(after, scratch, fold, results)
  const sizes = { kept: results, units: states.units, isOuter: true, isRounded: false }
  // States are few: they are not sliced again.
  const last = { ...chooseShape(sizes, facts), slices: 1, slice: states.units }
  return [first, between(after, problem, states, writeResults(after, problem, facts), last, facts)]
}

export const planReduce: Planner<ReduceCall<Buffer, ProgramScalar>> = (call, facts) => {
  if (sizeOf(call.output.shape) === 0) return []
  if (!isCrowdedReduce(call, facts)) return planFitting(reduceProblem(call), facts)
  return spreadReduce(call, facts).flatMap((each) =>
    each.kind === 'map' ? planMap(each, facts) : planFitting(reduceProblem(each), facts),
  )
}
