/**
 * The plain map: every invocation computes elements at its own place. Where outputs lie in rows of whole vectors, it loads
 * and stores vectors of four; else it takes elements one by one, of large maps four that are a workgroup's width apart, so
 * that enough loads are under way.
 */
import { sizeOf } from '@nabla/backend'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { storedType } from '../../wgsl/types.js'
import { addScalars, bindMemory, type Memory } from '../memory.js'
import { Places } from '../places.js'
import {
  HEAVIEST_IN_VECTORS,
  innermost,
  isAligned,
  LANES,
  LOAD_LETTER,
  type Load,
  vectorSteps,
} from '../vector.js'
import { elementwiseText } from './elementwise-text.js'
import type { MapProblem, Operand } from './problem.js'

/** Elements from which on each invocation takes several. */
const LARGE = 2 ** 20

interface Vectors {
  /** Whether the unit of work is a vector. */
  readonly isVector: boolean
  /** How the inputs are loaded; `one` for all where the unit is an element. */
  readonly loads: readonly Load[]
}

function chooseVectors({ lengths, leaves, outputs, inputs, when }: MapProblem): Vectors {
  const row = lengths.at(-1) as number
  const fits = lengths.length === 1 || row % LANES === 0
  // A buffer has one type of element in a shader.
  const others = new Set<Memory>()
  if (when !== undefined) others.add(when.memory)
  const note = (operand: Operand): void => {
    if (!fits || innermost(operand) !== 1 || !isAligned(operand)) others.add(operand.memory)
  }
  outputs.forEach(note)
  inputs.forEach(note)
  const isLight = leaves.weight <= HEAVIEST_IN_VECTORS
  const isVector = row > 1 && isLight && outputs.every(({ memory }) => !others.has(memory))
  const loads = inputs.map((input): Load => {
    if (!isVector) return 'one'
    if (!others.has(input.memory)) return 'vector'
    return innermost(input) === 0 ? 'one' : 'each'
  })
  return { isVector, loads }
}

export function planElementwise(problem: MapProblem, facts: DeviceFacts): Dispatch {
  const { lengths, expressions, leaves, outputs, inputs, axes, when } = problem
  const { isVector, loads } = chooseVectors(problem)
  const builder = new DispatchBuilder(problem.label)
  const bind = ({ memory, dtype }: Operand, isWhole: boolean, access: 'read' | 'read_write'): number => {
    const type = storedType(dtype, facts)
    return bindMemory(builder, memory, isWhole ? `vec4<${type}>` : type, access)
  }
  const targets = outputs.map((output) => bind(output, isVector, 'read_write'))
  const sources = inputs.map((input, i) => bind(input, loads[i] === 'vector', 'read'))
  const condition = when && bindMemory(builder, when.memory, 'u32', 'read')

  const row = lengths.at(-1) as number
  const unitLengths = isVector ? lengths.with(-1, Math.ceil(row / LANES)) : lengths
  const units = sizeOf(unitLengths)
  const isLight = leaves.weight <= HEAVIEST_IN_VECTORS
  const several = !isVector && isLight && units >= LARGE ? LANES : 1
  const size = builder.integers([units, row, when?.offset ?? 0])
  const views = isVector
    ? [
        ...outputs.map((output) => vectorSteps(output, 'vector')),
        ...inputs.map((input, i) => vectorSteps(input, loads[i] as Load)),
      ]
    : [...outputs, ...inputs]
  const places = new Places(builder, 'places', unitLengths, views)
  const steps = inputs.map((input, i) => (loads[i] === 'each' ? builder.integer(innermost(input)) : 0))
  const scalar = addScalars(builder, leaves, problem.scalars)

  const invocations = Math.min(256, facts.maximumInvocations)
  const body = (): string =>
    elementwiseText({
      problem,
      facts,
      isVector,
      loads,
      targets,
      sources,
      condition,
      several,
      size,
      places,
      steps,
      scalar,
      invocations,
    })
  const how = sources.map((source, i) => `${source}${LOAD_LETTER[loads[i] as Load]}`).join()
  const roots = expressions.length === 1 ? expressions[0]?.id : expressions.map(({ id }) => id).join()
  const key = `map ${isVector ? 'v' : several} ${lengths.length} ${roots} ${targets.join()} ${how} ${axes.join()} ${condition ?? ''}`
  return builder.build({ key, body, invocations }, Math.ceil(units / (invocations * several)))
}
