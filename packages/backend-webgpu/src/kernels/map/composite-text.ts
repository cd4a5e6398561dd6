/** The text of softmax and logSoftmax. */
import type { CompositeName, DType } from '@nabla/backend'
import { ROUND_TO_HALF } from '../../expression/functions/classes.js'
import { EXP } from '../../expression/functions/exponential.js'
import { LOG } from '../../expression/functions/logarithm.js'
import { collect } from '../../expression/functions/wgsl-function.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { INFINITY_TEXT, integerText, mainText, wordText } from '../../wgsl/module.js'
import { loadText, storedType, storeText } from '../../wgsl/types.js'
import type { Places } from '../places.js'
import { placeText, type ShapeWords, sharedText, shareText, treeText } from '../reduce/group.js'
import { LANE_NAMES } from '../vector.js'

/** Units of work that an invocation keeps in registers; few on a software device, which takes long to compile. */
export const keptUnits = ({ strength }: DeviceFacts): number => (strength === 'software' ? 1 : 4)

export interface LineText {
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

export function lineText(parts: LineText, isKept: boolean): string {
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
