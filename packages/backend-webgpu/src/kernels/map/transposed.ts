/**
 * Maps of which an input lies along another axis than the output: read along its own axis into a tile of workgroup memory,
 * and taken out along the output's, so that both sides use whole lines of memory.
 */
import { expressionFunction } from '../../expression/function.js'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { addScalars, bindMemory } from '../memory.js'
import type { Steps } from '../nest.js'
import { Places } from '../places.js'
import { innermost } from '../vector.js'
import type { MapProblem, Operand } from './problem.js'

const TILE = 32
/** A row of a tile in workgroup memory, longer by one so that a column falls into different banks. */
const ROW = TILE + 1
const INVOCATIONS = 256
const ROWS_AT_ONCE = INVOCATIONS / TILE
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
  const { lengths, outputs, inputs, expressions, leaves, axes } = problem
  const last = lengths.length - 1
  const builder = new DispatchBuilder(problem.label)
  const bind = ({ memory, dtype }: Operand, access: 'read' | 'read_write'): number =>
    bindMemory(builder, memory, storedType(dtype, facts), access)
  const targets = outputs.map((output) => bind(output, 'read_write'))
  const sources = inputs.map((input) => bind(input, 'read'))
  const wide = lengths[last] as number
  const high = lengths[axis] as number
  const [tilesWide, tilesHigh] = [Math.ceil(wide / TILE), Math.ceil(high / TILE)]
  const size = builder.integers([wide, high, tilesWide, tilesHigh])
  const outer = [...lengths.keys()].filter((each) => each !== axis && each !== last)
  const pick = (list: readonly number[], empty: number): readonly number[] =>
    outer.length === 0 ? [empty] : outer.map((each) => list[each] as number)
  const views = [...outputs, ...inputs]
  const outside = views.map(({ offset, strides }): Steps => ({ offset, strides: pick(strides, 0) }))
  const places = new Places(builder, 'places', pick(lengths, 1), outside)
  const steps = views.map(({ strides }) =>
    builder.integers([strides[axis] as number, strides[last] as number]),
  )
  const scalar = addScalars(builder, leaves, problem.scalars)
  const slots = [...leaves.inputs.keys()]

  const body = (): string => {
    const evaluate = expressionFunction('evaluate', expressions, scalar)
    const at = (view: number, down: string, right: string): string =>
      `u32(p.p${view} + i32(${down}) * ${integerText(steps[view] as number)} + i32(${right}) * ${integerText((steps[view] as number) + 1)})`
    const several = [...Array(TILE / ROWS_AT_ONCE).keys()]
    const stage = inputs.flatMap((_, i) => {
      if (!staged[i]) return []
      const right = (piece: number): string =>
        `min(right + y + ${piece * ROWS_AT_ONCE}u, ${wordText(size)} - 1u)`
      const down = `min(down + x, ${wordText(size + 1)} - 1u)`
      return [
        ...several.map(
          (piece) => `let s${i}_${piece} = b${sources[i]}[${at(outputs.length + i, down, right(piece))}];`,
        ),
        ...several.map((piece) => `tile${i}[(y + ${piece * ROWS_AT_ONCE}u) * ${ROW}u + x] = s${i}_${piece};`),
      ]
    })
    const value = evaluate.call(
      (slot, dtype) => {
        const i = slots.indexOf(slot)
        const element = staged[i]
          ? `tile${i}[x * ${ROW}u + row]`
          : `b${sources[i]}[${at(outputs.length + i, 'd', 'r')}]`
        return loadText(element, dtype, facts)
      },
      (coordinate) => {
        const position = axes[leaves.axes.indexOf(coordinate)] as number
        if (position < 0) return '0i'
        if (position === axis || position === last) return `i32(${position === axis ? 'd' : 'r'})`
        return `p.c${outer.indexOf(position)}`
      },
    )
    const stores = targets.map((target, i) => {
      const { dtype } = outputs[i] as Operand
      return `b${target}[${at(i, 'd', 'r')}] = ${storeText(evaluate.result('e', i), dtype, facts)};`
    })
    const tiles = inputs.flatMap(({ dtype }, i) =>
      staged[i] ? [`var<workgroup> tile${i}: array<${storedType(dtype, facts)}, ${TILE * ROW}>;`] : [],
    )
    const main = `let x = lane % ${TILE}u;
let y = lane / ${TILE}u;
let right = (group % ${wordText(size + 2)}) * ${TILE}u;
let above = group / ${wordText(size + 2)};
let down = (above % ${wordText(size + 3)}) * ${TILE}u;
let p = places(above / ${wordText(size + 3)});
${stage.join('\n')}
workgroupBarrier();
let r = right + x;
if (r >= ${wordText(size)}) { return; }
for (var row = y; row < ${TILE}u && down + row < ${wordText(size + 1)}; row += ${ROWS_AT_ONCE}u) {
let d = down + row;
let e = ${value};
${stores.join('\n')}
}`
    return [...evaluate.texts, ...tiles, places.text(), mainText({ invocations: INVOCATIONS }, main)].join(
      '\n',
    )
  }
  const key = [
    'transposed',
    outer.length,
    expressions.map(({ id }) => id),
    targets,
    sources.map((source, i) => `${source}${staged[i] ? 't' : ''}`),
    axes.map((position) => (position === axis ? 'd' : position === last ? 'r' : outer.indexOf(position))),
  ].join(' ')
  const groups =
    tilesWide * tilesHigh * outer.reduce((product, each) => product * (lengths[each] as number), 1)
  return builder.build({ key, body, invocations: INVOCATIONS }, groups)
}
