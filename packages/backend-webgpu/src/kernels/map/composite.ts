/**
 * softmax and logSoftmax: several invocations share a line. Where each has few elements they stay in registers between the
 * largest, the sum and the results; longer lines are read twice, the largest and the sum being found together.
 */
import {
  type Buffer,
  type CompositeCall,
  type CompositeName,
  type DType,
  sizeOf,
  type View,
} from '@nabla/backend'
import { ROUND_TO_HALF } from '../../expression/functions/classes.js'
import { EXP } from '../../expression/functions/exponential.js'
import { LOG } from '../../expression/functions/logarithm.js'
import { collect } from '../../expression/functions/wgsl-function.js'
import { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts, Planner } from '../../plan/plan.js'
import { INFINITY_TEXT, integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import { buildNest, orderByStride, type Steps } from '../nest.js'
import { Places } from '../places.js'
import { addShape, placeText, type ShapeWords, sharedText, shareText, treeText } from '../reduce/group.js'
import { chooseShape, invocationsOf, type ReduceShape } from '../reduce/shape.js'
import { isMultiple, LANE_NAMES, LANES, scaledSteps } from '../vector.js'

/** Units of work that an invocation keeps in registers; few on a software device, which takes long to compile. */
const keptUnits = ({ strength }: DeviceFacts): number => (strength === 'software' ? 1 : 4)

interface LineText {
  readonly name: CompositeName
  readonly dtype: DType
  readonly facts: DeviceFacts
  /** Whether a unit of work is a vector. */
  readonly isVector: boolean
  readonly source: number
  readonly target: number
  /** Words of the strides between units, of the input and the output. */
  readonly steps: readonly [number, number]
  readonly words: ShapeWords
  readonly invocations: number
  readonly places: Places
}

/** Functions on one unit of work, a vector or a single element. */
function unitText({ name, dtype, facts, isVector, source, target, steps }: LineText): string {
  const stored = storedType(dtype, facts)
  const type = isVector ? 'vec4<f32>' : 'f32'
  const each = (text: (element: string) => string, of: string): string[] =>
    isVector ? LANE_NAMES.map((lane) => text(`${of}.${lane}`)) : [text(of)]
  const made = (of: string, elements: readonly string[]): string =>
    isVector ? `${of}(${elements.join(', ')})` : (elements[0] ?? '')
  const place = (view: number): string =>
    `u32(k.p${view} + i32(unit) * ${integerText(steps[view] as number)})`
  const rounded = (value: string): string =>
    storeText(dtype === 'float16' ? `${ROUND_TO_HALF.name}(${value})` : value, dtype, facts)
  const finish = name === 'softmax' ? '(value * scale)' : '((value - largest) - scale)'
  const element = isVector ? `vec4<${stored}>` : stored
  return `fn load_unit(k: kept_places, unit: u32) -> ${type} {
let v = b${source}[${place(0)}];
return ${made(
    type,
    each((v) => loadText(v, dtype, facts), 'v'),
  )};
}
fn largest_of(v: ${type}) -> f32 { return ${isVector ? 'max(max(v.x, v.y), max(v.z, v.w))' : 'v'}; }
fn total_of(v: ${type}) -> f32 { return ${isVector ? '((v.x + v.y) + (v.z + v.w))' : 'v'}; }
fn powers_of(v: ${type}, largest: f32) -> ${type} {
return ${made(
    type,
    each((v) => `${EXP.name}(${v} - largest)`, 'v'),
  )};
}
fn store_unit(k: kept_places, unit: u32, value: ${type}, largest: f32, scale: f32) {
let v = ${finish};
b${target}[${place(1)}] = ${made(element, each(rounded, 'v'))};
}`
}

/** Units beyond the end repeat the last one, as -∞. */
function keptText({ name, facts, words, isVector }: LineText): string {
  const units = wordText(words.units)
  const type = isVector ? 'vec4<f32>' : 'f32'
  const all = [...Array(keptUnits(facts)).keys()]
  const together = (each: (i: number) => string, join: (a: string, b: string) => string): string =>
    all.map(each).reduce(join)
  const lines = (text: (i: number) => string): string => all.map(text).join('\n')
  const value = name === 'softmax' ? 'e' : 'v'
  return `${lines((i) => `let u${i} = y + ${i}u * ${wordText(words.along)};`)}
${lines((i) => `let v${i} = select(${type}(-${INFINITY_TEXT}), load_unit(k, min(u${i}, ${units} - 1u)), u${i} < ${units});`)}
var largest = max(LOWEST, ${together(
    (i) => `largest_of(v${i})`,
    (a, b) => `max(${a}, ${b})`,
  )});
${treeText(words, 'largest', (a, b) => `max(${a}, ${b})`)}
${shareText(words, 'largest')}
${lines((i) => `let e${i} = powers_of(v${i}, largest);`)}
var total = ${together(
    (i) => `total_of(e${i})`,
    (a, b) => `(${a} + ${b})`,
  )};
${treeText(words, 'total', (a, b) => `(${a} + ${b})`)}
${shareText(words, 'total')}
let scale = ${scaleText(name)};
if (is_result) {
${lines((i) => `if (u${i} < ${units}) { store_unit(k, u${i}, ${value}${i}, largest, scale); }`)}
}`
}

const scaleText = (name: CompositeName): string => (name === 'softmax' ? '1f / total' : `${LOG.name}(total)`)

/** The sum is scaled down whenever a larger element is found. */
function rereadText({ name, words }: LineText): string {
  const step = `unit < ${wordText(words.units)}; unit += ${wordText(words.along)}`
  const power = (of: string): string => `${EXP.name}(${of} - largest)`
  const value = name === 'softmax' ? 'powers_of(load_unit(k, unit), largest)' : 'load_unit(k, unit)'
  return `var own = LOWEST;
var total = 0f;
for (var unit = y; ${step}) {
let v = load_unit(k, unit);
let larger = max(own, largest_of(v));
total = total * ${EXP.name}(own - larger) + total_of(powers_of(v, larger));
own = larger;
}
var largest = own;
${treeText(words, 'largest', (a, b) => `max(${a}, ${b})`)}
${shareText(words, 'largest')}
total *= ${power('own')};
${treeText(words, 'total', (a, b) => `(${a} + ${b})`)}
${shareText(words, 'total')}
let scale = ${scaleText(name)};
if (is_result) {
for (var unit = y; ${step}) { store_unit(k, unit, ${value}, largest, scale); }
}`
}

function lineText(parts: LineText, isKept: boolean): string {
  const { dtype, invocations, places, words } = parts
  const functions = new Set<string>()
  for (const each of [EXP, LOG, ...(dtype === 'float16' ? [ROUND_TO_HALF] : [])]) collect(each, functions)
  return [
    ...functions,
    'const LOWEST = -3.4028234e38f;',
    sharedText('f32', invocations),
    places.text(),
    unitText(parts),
    mainText({ invocations }, `${placeText(words)}\n${isKept ? keptText(parts) : rereadText(parts)}`),
  ].join('\n')
}

/** As many invocations a line as leave each with what it can keep. */
function shapeOf(kept: number, units: number, isOuter: boolean, facts: DeviceFacts): ReduceShape {
  const shape = chooseShape({ kept, units, isOuter, isRounded: false }, facts)
  const invocations = shape.across * shape.along
  let { along } = shape
  while (along < invocations && along * keptUnits(facts) < units) along *= 2
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
  const words = addShape(builder, cut, results, units)
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
