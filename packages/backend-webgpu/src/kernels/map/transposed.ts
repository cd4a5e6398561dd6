/**
 * Maps of which an input lies along another axis than the output: read along its own axis into a tile of workgroup memory,
 * and taken out along the output's, so that both sides use whole lines of memory.
 */
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { storedType } from '../../wgsl/types.js'
import { addScalars, bindMemory } from '../memory.js'
import type { Steps } from '../nest.js'
import { Places } from '../places.js'
import { innermost } from '../vector.js'
import type { MapProblem, Operand } from './problem.js'
import { INVOCATIONS, ROW, TILE, transposedText } from './transposed-text.js'

/** Along shorter axes tiles would be mostly empty. */
const SHORTEST = 16

export interface Transposition {
  /** The axis of the nest along which staged inputs lie. */
  readonly axis: number
  /** Which inputs go through tiles. */
  readonly staged: readonly boolean[]
}

/** How a map is to be tiled, or `undefined` where it needn't be. */
export function transpositionOf(
  { lengths, outputs, inputs, when }: MapProblem,
  facts: DeviceFacts,
): Transposition | undefined {
  const last = lengths.length - 1
  if (last < 1 || when !== undefined || (lengths[last] as number) < SHORTEST) return undefined
  if (facts.maximumInvocations < INVOCATIONS || outputs.some((output) => innermost(output) !== 1))
    return undefined
  const isAcross = (input: Operand, axis: number): boolean =>
    input.strides[axis] === 1 && Math.abs(innermost(input)) > 1 && (lengths[axis] as number) >= SHORTEST
  const axis = lengths.findIndex((_, each) => each < last && inputs.some((input) => isAcross(input, each)))
  if (axis < 0) return undefined
  let room = Math.floor(facts.workgroupBytes / (TILE * ROW * 4))
  const staged = inputs.map((input) => {
    const isStaged = room > 0 && isAcross(input, axis)
    if (isStaged) room -= 1
    return isStaged
  })
  return { axis, staged }
}

export function planTransposed(
  problem: MapProblem,
  { axis, staged }: Transposition,
  facts: DeviceFacts,
): Dispatch {
  const { lengths, outputs, inputs, expressions, leaves } = problem
  const last = lengths.length - 1
  const builder = new DispatchBuilder(problem.label)
  const bind = ({ memory, dtype }: Operand, access: 'read' | 'read_write'): number =>
    bindMemory(builder, memory, storedType(dtype, facts), access)
  const targets = outputs.map((output) => bind(output, 'read_write'))
  const sources = inputs.map((input) => bind(input, 'read'))
  const [wide, high] = [lengths[last] as number, lengths[axis] as number]
  const [tilesWide, tilesHigh] = [Math.ceil(wide / TILE), Math.ceil(high / TILE)]
  const size = builder.integers([wide, high, tilesWide, tilesHigh])
  // The axes around the tiles.
  const outer = [...lengths.keys()].filter((each) => each !== axis && each !== last)
  const pick = (list: readonly number[], empty: number): readonly number[] =>
    outer.length === 0 ? [empty] : outer.map((each) => list[each] as number)
  const views = [...outputs, ...inputs]
  const around = views.map(({ offset, strides }): Steps => ({ offset, strides: pick(strides, 0) }))
  const places = new Places(builder, 'places', pick(lengths, 1), around)
  const steps = views.map(({ strides }) =>
    builder.integers([strides[axis] as number, strides[last] as number]),
  )
  const coordinates = problem.axes.map((position) => {
    if (position < 0) return '0i'
    if (position === axis || position === last) return position === axis ? 'i32(d)' : 'i32(r)'
    return `p.c${outer.indexOf(position)}`
  })
  const scalar = addScalars(builder, leaves, problem.scalars)
  const body = (): string =>
    transposedText({ problem, facts, staged, targets, sources, size, places, steps, coordinates, scalar })
  const how = sources.map((source, i) => `${source}${staged[i] ? 't' : ''}`)
  const key = `transposed ${outer.length} ${expressions.map(({ id }) => id)} ${targets} ${how} ${coordinates}`
  const groups = pick(lengths, 1).reduce((product, length) => product * length, tilesWide * tilesHigh)
  return builder.build({ key, body, invocations: INVOCATIONS }, groups)
}
