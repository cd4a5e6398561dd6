/**
 * Work that a workgroup shares: it makes `across` results, each by `along` invocations, whose states it puts together in
 * workgroup memory. All numbers are uniform words, so one shader serves all sizes.
 */
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
import type { DeviceFacts } from '../../plan/plan.js'
import { wordText } from '../../wgsl/module.js'
import type { ReduceShape } from './shape.js'

/** Positions of the uniform words that say how the work is cut. */
export interface ShapeWords {
  readonly results: number
  readonly units: number
  readonly slice: number
  readonly slices: number
  readonly along: number
  readonly acrossMask: number
  readonly acrossShift: number
  readonly alongShift: number
  readonly groupWidth: number
  /** Not a word: how many invocations beside each other can read each other's variables, whatever shader they run. */
  readonly subgroup: number
}

/** Uniform words that say how the reduction is cut. */
export function addShape(
  builder: DispatchBuilder,
  shape: ReduceShape,
  results: number,
  units: number,
  { subgroups }: Pick<DeviceFacts, 'subgroups'>,
): ShapeWords {
  const { across, along, isAlongFirst, slices, slice } = shape
  return {
    results: builder.integer(results),
    units: builder.integer(units),
    slice: builder.integer(slice),
    slices: builder.integer(slices),
    along: builder.integer(along),
    groupWidth: builder.integer(across),
    acrossMask: builder.integer(across - 1),
    acrossShift: builder.integer(isAlongFirst ? Math.log2(along) : 0),
    alongShift: builder.integer(isAlongFirst ? 0 : Math.log2(across)),
    // The smallest, which any shader has at least: so the order of additions is one for the device.
    subgroup: subgroups?.smallest ?? 1,
  }
}

/**
 * Which result an invocation works on (`result`, from the slice number `slice`), as which of the invocations that share it
 * (`y`), and where the views are there (`k`).
 */
export function placeText(words: ShapeWords): string {
  return `let x = (lane >> ${wordText(words.acrossShift)}) & ${wordText(words.acrossMask)};
let y = (lane >> ${wordText(words.alongShift)}) & (${wordText(words.along)} - 1u);
let slice = group % ${wordText(words.slices)};
let result = (group / ${wordText(words.slices)}) * ${wordText(words.groupWidth)} + x;
let is_result = result < ${wordText(words.results)};
let k = kept(select(0u, result, is_result));`
}

/**
 * Declares what the two functions below use. Kept small: it is filled with zeros when a workgroup starts, and SwiftShader
 * takes longer to compile that than all the rest.
 */
export function sharedText(type: string, invocations: number): string {
  return `var<workgroup> states: array<${type}, ${invocations}>;`
}

/** How many of the invocations that share a result are in one subgroup. */
const together = ({ subgroup, along, alongShift }: ShapeWords): string =>
  subgroup === 1 ? '1u' : `clamp(${subgroup}u >> ${wordText(alongShift)}, 1u, ${wordText(along)})`

/**
 * Puts the variable `state` of all invocations that share a result together, in that of the first (`y` = 0). Those of a
 * subgroup exchange their states and all have the same then; of such parts, eight become one at each step through memory,
 * without subgroups four, so that there are few barriers.
 */
export function treeText(
  words: ShapeWords,
  state: string,
  combine: (a: string, b: string) => string,
): string {
  const shift = wordText(words.alongShift)
  const isShuffled = words.subgroup > 1
  const exchange = `for (var mask = 1u; mask < together; mask *= 2u) {
${state} = ${combine(state, `subgroupShuffleXor(${state}, mask << ${shift})`)};
}`
  const neighbour = `states[lane + (((other - part) * together) << ${shift})]`
  return `{
let together = ${together(words)};
let part = y / together;
${isShuffled ? exchange : ''}
for (var width = ${wordText(words.along)} / together; width > 1u; ) {
let fewer = ${isShuffled ? '(width + 7u) / 8u' : '(width + 3u) / 4u'};
states[lane] = ${state};
workgroupBarrier();
if (part < fewer) {
for (var other = part + fewer; other < width; other += fewer) { ${state} = ${combine(state, neighbour)}; }
}
workgroupBarrier();
width = fewer;
}
}`
}

/** Gives the `state` of the first to all invocations that share a result. */
export function shareText(words: ShapeWords, state: string): string {
  return `if (${wordText(words.along)} > ${together(words)}) {
if (y == 0u) { states[lane] = ${state}; }
workgroupBarrier();
${state} = states[lane - (y << ${wordText(words.alongShift)})];
workgroupBarrier();
}`
}
