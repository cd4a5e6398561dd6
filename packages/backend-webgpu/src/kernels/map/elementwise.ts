/**
 * The plain map: every invocation computes elements at its own place. Where outputs lie in rows of whole vectors, it loads
 * and stores vectors of four; else it takes elements one by one, of large maps four that are a workgroup's width apart, so
 * that enough loads are under way.
 */
import { sizeOf } from '@nabla/backend'
import { expressionFunction } from '../../expression/function.js'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Dispatch } from '../../plan/plan.js'
import { integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { addScalars, bindMemory, type Memory } from '../memory.js'
import { Places } from '../places.js'
import {
  innermost,
  isAligned,
  LANE_NAMES,
  LANES,
  type LaneName,
  LOAD_LETTER,
  type Load,
  vectorSteps,
} from '../vector.js'
import type { MapProblem, Operand } from './problem.js'

/** Elements from which on each invocation takes several. */
const LARGE = 2 ** 20
interface Plan {
  readonly isVector: boolean
  /** Lengths in units of work: vectors or elements. */
  readonly lengths: readonly number[]
  readonly loads: readonly Load[]
}

function choose({ lengths, outputs, inputs, when }: MapProblem): Plan {
  const row = lengths.at(-1) as number
  const fits = lengths.length === 1 || row % LANES === 0
  const vectors = new Set<Memory>()
  const others = new Set<Memory>(when && [when.memory])
  for (const operand of [...outputs, ...inputs]) {
    const isVector = fits && innermost(operand) === 1 && isAligned(operand)
    ;(isVector ? vectors : others).add(operand.memory)
  }
  const isWhole = (operand: Operand): boolean => vectors.has(operand.memory) && !others.has(operand.memory)
  const isVector = row > 1 && outputs.every(isWhole)
  return {
    isVector,
    lengths: isVector ? lengths.with(-1, Math.ceil(row / LANES)) : lengths,
    loads: inputs.map((input) => {
      if (!isVector) return 'one'
      return isWhole(input) ? 'vector' : innermost(input) === 0 ? 'one' : 'each'
    }),
  }
}

export function planElementwise(problem: MapProblem, facts: DeviceFacts): Dispatch {
  const { label, expressions, leaves, outputs, inputs, axes, when } = problem
  const { isVector, lengths, loads } = choose(problem)
  const builder = new DispatchBuilder(label)
  const element = (dtype: Operand['dtype'], asVector: boolean): string =>
    asVector ? `vec4<${storedType(dtype, facts)}>` : storedType(dtype, facts)
  const targets = outputs.map(({ memory, dtype }) =>
    bindMemory(builder, memory, element(dtype, isVector), 'read_write'),
  )
  const sources = inputs.map(({ memory, dtype }, i) =>
    bindMemory(builder, memory, element(dtype, loads[i] === 'vector'), 'read'),
  )
  const condition = when && bindMemory(builder, when.memory, 'u32', 'read')
  const units = sizeOf(lengths)
  const several = !isVector && units >= LARGE ? LANES : 1
  const rank = lengths.length
  const count = builder.integers([units, problem.lengths.at(-1) as number, when?.offset ?? 0])
  const asVectors = [...outputs.map((): Load => 'vector'), ...loads]
  const places = new Places(
    builder,
    'places',
    lengths,
    [...outputs, ...inputs].map((operand, i) =>
      isVector ? vectorSteps(operand, asVectors[i] as Load) : operand,
    ),
  )
  const steps = inputs.map((input, i) =>
    isVector && loads[i] === 'each' ? builder.integer(innermost(input)) : 0,
  )
  const scalar = addScalars(builder, leaves, problem.scalars)
  const invocations = Math.min(256, facts.maximumInvocations)
  const slots = [...leaves.inputs.keys()]

  const body = (): string => {
    const evaluate = expressionFunction('evaluate', expressions, scalar)
    /** The statements that load what the elements at `places` need. */
    const load = (suffix: string): string =>
      sources
        .map((source, i) => {
          const at = `u32(p${suffix}.p${outputs.length + i}`
          if (loads[i] !== 'each') return `let v${i}${suffix} = b${source}[${at})];`
          const each = [0, 1, 2, 3].map(
            (lane) => `b${source}[${at} + ${lane} * ${integerText(steps[i] as number)})]`,
          )
          return `let v${i}${suffix} = vec4<${storedType((inputs[i] as Operand).dtype, facts)}>(${each.join(', ')});`
        })
        .join('\n')
    /** A call for one element; `lane` is a component of vectors, or empty. */
    const call = (suffix: string, lane: '' | LaneName): string =>
      evaluate.call(
        (slot, dtype) => {
          const i = slots.indexOf(slot)
          const whole = `v${i}${suffix}`
          return loadText(lane === '' || loads[i] === 'one' ? whole : `${whole}.${lane}`, dtype, facts)
        },
        (axis) => {
          const position = axes[leaves.axes.indexOf(axis)] as number
          if (position < 0) return '0i'
          const coordinate = `p${suffix}.c${position}`
          return lane === '' || position < rank - 1
            ? coordinate
            : `${coordinate} * 4i + ${LANE_NAMES.indexOf(lane)}i`
        },
      )
    const result = (call: string, i: number): string =>
      storeText(evaluate.result(call, i), (outputs[i] as Operand).dtype, facts)
    const place = (suffix: string, i: number): string => `b${targets[i]}[u32(p${suffix}.p${i})]`
    const main = isVector
      ? vectorText({
          limit: wordText(count),
          row: rank === 1 ? wordText(count + 1) : undefined,
          load: load(''),
          calls: LANE_NAMES.map((lane) => `let e${lane} = ${call('', lane)};`).join('\n'),
          stores: targets.map((_, i) => ({
            place: place('', i),
            values: LANE_NAMES.map((lane) => result(`e${lane}`, i)),
            type: storedType((outputs[i] as Operand).dtype, facts),
          })),
          invocations,
        })
      : scalarText({
          limit: wordText(count),
          several,
          load,
          call: (suffix) => call(suffix, ''),
          stores: (suffix) =>
            targets.map((_, i) => `${place(suffix, i)} = ${result(`e${suffix}`, i)};`).join('\n'),
          invocations,
        })
    const guard =
      condition === undefined ? '' : `if (b${condition}[${wordText(count + 2)}] == 0u) { return; }\n`
    return [...evaluate.texts, places.text(), mainText({ invocations }, guard + main)].join('\n')
  }
  const key = [
    'map',
    isVector ? 'v' : several,
    rank,
    expressions.map(({ id }) => id),
    targets,
    sources.map((source, i) => `${source}${LOAD_LETTER[loads[i] as Load]}`),
    axes,
    condition ?? '',
  ].join(' ')
  const groups = Math.ceil(units / (invocations * several))
  return builder.build({ key, body, invocations }, groups)
}

interface VectorParts {
  readonly limit: string
  /** Where there is one axis: its length in elements, which the last vector may go beyond. */
  readonly row: string | undefined
  readonly load: string
  readonly calls: string
  readonly stores: readonly {
    readonly place: string
    readonly values: readonly string[]
    readonly type: string
  }[]
  readonly invocations: number
}

function vectorText({ limit, row, load, calls, stores, invocations }: VectorParts): string {
  const whole = stores.map(({ place, values, type }) => `${place} = vec4<${type}>(${values.join(', ')});`)
  const parts = ['x', 'y', 'z'].map((lane, i) => {
    const lines = stores.map(({ place, values }) => `${place}.${lane} = ${values[i]};`).join(' ')
    return i === 0 ? lines : `if (left > ${i}u) { ${lines} }`
  })
  const store =
    row === undefined
      ? whole.join('\n')
      : `let left = ${row} - unit * 4u;
if (left >= 4u) {
${whole.join('\n')}
} else {
${parts.join('\n')}
}`
  return `let unit = group * ${invocations}u + lane;
if (unit >= ${limit}) { return; }
let p = places(unit);
${load}
${calls}
${store}`
}

interface ScalarParts {
  readonly limit: string
  readonly several: number
  readonly load: (suffix: string) => string
  readonly call: (suffix: string) => string
  readonly stores: (suffix: string) => string
  readonly invocations: number
}

/** Elements beyond the end load the last one again and store nothing. */
function scalarText({ limit, several, load, call, stores, invocations }: ScalarParts): string {
  const each = [...Array(several).keys()].map((i) => (several === 1 ? '' : `_${i}`))
  const unit = (i: number): string => `unit + ${i * invocations}u`
  const places = each.map((suffix, i) =>
    i === 0 ? `let p${suffix} = places(unit);` : `let p${suffix} = places(min(${unit(i)}, ${limit} - 1u));`,
  )
  const ends = each.map((suffix, i) => {
    const value = `let e${suffix} = ${call(suffix)};`
    return i === 0
      ? `${value}\n${stores(suffix)}`
      : `${value}\nif (${unit(i)} < ${limit}) {\n${stores(suffix)}\n}`
  })
  return `let unit = group * ${several * invocations}u + lane;
if (unit >= ${limit}) { return; }
${places.join('\n')}
${each.map(load).join('\n')}
${ends.join('\n')}`
}
