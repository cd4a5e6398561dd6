/**
 * Work that a workgroup shares: it makes `across` results, each by `along` invocations, whose states it puts together in
 * workgroup memory. All numbers are uniform words, so one shader serves all sizes.
 */
import type { DispatchBuilder } from '../../plan/dispatch-builder.js'
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
}

/** Uniform words that say how the reduction is cut. */
export function addShape(
  builder: DispatchBuilder,
  shape: ReduceShape,
  results: number,
  units: number,
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

/**
 * Puts the variable `state` of all invocations that share a result together, in that of the first (`y` = 0). Four become
 * one at each step, so that there are few barriers.
 */
export function treeText(
  words: ShapeWords,
  state: string,
  combine: (a: string, b: string) => string,
): string {
  const neighbour = `states[lane + ((other - y) << ${wordText(words.alongShift)})]`
  return `for (var width = ${wordText(words.along)}; width > 1u; ) {
let quarter = (width + 3u) / 4u;
states[lane] = ${state};
workgroupBarrier();
if (y < quarter) {
for (var other = y + quarter; other < width; other += quarter) { ${state} = ${combine(state, neighbour)}; }
}
workgroupBarrier();
width = quarter;
}`
}

/** Gives the `state` of the first to all invocations that share a result. */
export function shareText(words: ShapeWords, state: string): string {
  return `if (y == 0u) { states[lane] = ${state}; }
workgroupBarrier();
${state} = states[lane - (y << ${wordText(words.alongShift)})];
workgroupBarrier();`
}
