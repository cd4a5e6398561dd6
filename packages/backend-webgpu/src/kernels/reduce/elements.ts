/** Elements as the source of a reduction: loaded, mapped, and made states; four at a time where memory runs along them. */
import { sizeOf } from '@nabla/backend'
import { expressionFunction } from '../../expression/function.js'
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { integerText } from '../../wgsl/module.js'
import { loadText, storedType } from '../../wgsl/types.js'
import { addScalars, bindMemory, type Memory } from '../memory.js'
import { Places } from '../places.js'
import {
  HEAVIEST_IN_VECTORS,
  innermost,
  isAligned,
  isMultiple,
  LANE_NAMES,
  LANES,
  type LaneName,
  LOAD_LETTER,
  type Load,
  scaledSteps,
  vectorSteps,
} from '../vector.js'
import type { Reader } from './parts.js'
import type { ReduceProblem, Source } from './problem.js'
import { joined } from './shader.js'

/** The weight of an expression from which on a unit is work enough by itself. */
const HEAVY = 16

/** How each input is loaded; without vectors if none is one. */
function loadsOf({ inputs, reduced, output, leaves }: ReduceProblem): readonly Load[] {
  const row = reduced.at(-1) as number
  const vectors = new Set<Memory>()
  const others = new Set<Memory>([output.memory])
  const canBeVector = (input: Source): boolean =>
    leaves.weight <= HEAVIEST_IN_VECTORS &&
    row % LANES === 0 &&
    row > 0 &&
    innermost(input.reduced) === 1 &&
    isAligned(input.reduced) &&
    isMultiple(input.kept)
  for (const input of inputs) (canBeVector(input) ? vectors : others).add(input.memory)
  return inputs.map((input) => {
    if (vectors.has(input.memory) && !others.has(input.memory)) return 'vector'
    return innermost(input.reduced) === 0 ? 'one' : 'each'
  })
}

/** Whether memory runs along the results rather than along what is reduced. */
export function isOuter({ inputs, kept, reduced }: ReduceProblem): boolean {
  const main = inputs.find((input) => innermost(input.reduced) !== 0) ?? inputs[0]
  if (main === undefined || sizeOf(kept) === 1) return false
  const beside = Math.abs(innermost(main.kept))
  const along = Math.abs(innermost(main.reduced))
  if (beside === 0) return false
  if (along !== 1) return along === 0 || beside < along
  // Short pieces that leap: the neighbouring result has the piece beside.
  const piece = reduced.at(-1) as number
  return reduced.length > 1 && piece < 4 * LANES && beside === piece
}

export function readElements(builder: DispatchBuilder, problem: ReduceProblem, facts: DeviceFacts): Reader {
  const { fold, expression, leaves, inputs, reduced, axes } = problem
  const wished = loadsOf(problem)
  const isVector = wished.includes('vector')
  const loads = isVector ? wished : wished.map((): Load => 'one')
  const isWhole = (i: number): boolean => loads[i] === 'vector'
  const sources = inputs.map(({ memory, dtype }, i) => {
    const type = storedType(dtype, facts)
    return bindMemory(builder, memory, isWhole(i) ? `vec4<${type}>` : type, 'read')
  })
  const lengths = isVector ? reduced.with(-1, (reduced.at(-1) as number) / LANES) : reduced
  const places = new Places(
    builder,
    'reduced',
    lengths,
    inputs.map((input, i) => (isVector ? vectorSteps(input.reduced, loads[i] as Load) : input.reduced)),
  )
  const steps = inputs.map((input, i) =>
    loads[i] === 'each' ? builder.integer(innermost(input.reduced)) : 0,
  )
  const scalar = addScalars(builder, leaves, problem.scalars)
  const slots = [...leaves.inputs.keys()]
  const isHeavy = leaves.weight >= HEAVY
  // A software device waits for no memory, but takes long to compile.
  const unroll = isHeavy || facts.strength === 'software' ? 1 : isVector ? 2 : 4

  const scope = (first: number): readonly string[] => {
    const evaluate = expressionFunction('evaluate', [expression], scalar)
    const load = sources.map((source, i) => {
      const at = `u32(k.p${first + i} + r.p${i}`
      if (loads[i] !== 'each') return `let v${i} = b${source}[${at})];`
      const each = LANE_NAMES.map(
        (_, lane) => `b${source}[${at} + ${lane} * ${integerText(steps[i] as number)})]`,
      )
      return `let v${i} = vec4<${storedType((inputs[i] as Source).dtype, facts)}>(${each.join(', ')});`
    })
    const coordinate = (axis: number, lane: '' | LaneName): string => {
      const place = axes[leaves.axes.indexOf(axis)]
      if (place === undefined) return '0i'
      if (place.nest === 'kept') return `k.c${place.position}`
      const own = `r.c${place.position}`
      return lane === '' || place.position < lengths.length - 1
        ? own
        : `${own} * ${LANES}i + ${LANE_NAMES.indexOf(lane)}i`
    }
    const state = (lane: '' | LaneName): string => {
      const value = evaluate.call(
        (slot, dtype) => {
          const i = slots.indexOf(slot)
          return loadText(lane === '' || loads[i] === 'one' ? `v${i}` : `v${i}.${lane}`, dtype, facts)
        },
        (axis) => coordinate(axis, lane),
      )
      return fold.lift(value, lane === '' ? 'unit' : `unit * ${LANES}u + ${LANE_NAMES.indexOf(lane)}u`)
    }
    return [
      ...evaluate.texts,
      places.text(),
      `fn state_of(k: kept_places, result: u32, unit: u32) -> ${fold.type} {
let r = reduced(unit);
${load.join('\n')}
return ${isVector ? joined(fold, LANE_NAMES.map(state)) : state('')};
}`,
    ]
  }
  const how = sources.map((source, i) => `b${source}${LOAD_LETTER[loads[i] as Load]}`)
  return {
    views: inputs.map((input, i) => (isWhole(i) ? scaledSteps(input.kept) : input.kept)),
    key: `${expression.id} ${unroll} ${lengths.length} ${isVector} ${how} ${axes.map((place) => `${place?.nest}${place?.position}`)}`,
    units: sizeOf(lengths),
    unroll,
    scope,
  }
}
