/**
 * The text of a reduction. A workgroup makes `across` results, each by `along` invocations that step through the units of a
 * slice and put their states together in workgroup memory. A state is worked out in blocks, so that no chain of additions
 * is long; `along` and all lengths are uniform, so one shader serves all sizes.
 */
import { collect } from '../../expression/functions/wgsl-function.js'
import { mainText, wordText } from '../../wgsl/module.js'
import type { Fold } from './fold.js'

/** Positions of the uniform words that say how the reduction is cut; see `shapeWords`. */
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

export interface ReduceText {
  readonly fold: Fold
  readonly words: ShapeWords
  readonly invocations: number
  /** Units that are under way at once. */
  readonly unroll: number
  /** Module scope: functions `kept(result)`, `state_of(k, result, unit)` and what they need. */
  readonly scope: readonly string[]
  /** Statements that store `state` for `result`, whose places are `k`. */
  readonly store: string
}

/** Units of a block, for each invocation. */
const BLOCK = 64

/** States put together by halves. */
export function joined(fold: Fold, states: readonly string[]): string {
  const [first = fold.identity] = states
  if (states.length <= 1) return first
  const half = Math.ceil(states.length / 2)
  return fold.combine(joined(fold, states.slice(0, half)), joined(fold, states.slice(half)))
}

function blocksText({ fold, words, unroll }: ReduceText): string {
  const along = wordText(words.along)
  const chains = [...Array(unroll).keys()].map((chain) => `s${chain}`)
  const ahead = (units: number): string => (units === 0 ? 'unit' : `unit + ${units}u * ${along}`)
  const several = `for (; ${ahead(unroll - 1)} < stop; unit += ${unroll}u * ${along}) {
${chains.map((chain, i) => `${chain} = ${fold.combine(chain, `state_of(k, result, ${ahead(i)})`)};`).join('\n')}
}`
  return `while (unit < end) {
let stop = min(end, unit + ${BLOCK}u * ${along});
${chains.map((chain) => `var ${chain} = ${fold.identity};`).join('\n')}
${unroll > 1 ? several : ''}
for (; unit < stop; unit += ${along}) { s0 = ${fold.combine('s0', 'state_of(k, result, unit)')}; }
state = ${fold.combine('state', joined(fold, chains))};
}`
}

/** Four states become one at each step, so that there are few barriers. */
function treeText({ fold, words }: ReduceText): string {
  const neighbour = `states[lane + ((other - y) << ${wordText(words.alongShift)})]`
  return `for (var width = ${wordText(words.along)}; width > 1u; ) {
let quarter = (width + 3u) / 4u;
states[lane] = state;
workgroupBarrier();
if (y < quarter) {
for (var other = y + quarter; other < width; other += quarter) { state = ${fold.combine('state', neighbour)}; }
}
workgroupBarrier();
width = quarter;
}`
}

export function reduceText(parts: ReduceText): string {
  const { fold, words, invocations, scope, store } = parts
  const functions = new Set<string>()
  for (const each of fold.functions) collect(each, functions)
  for (const each of scope) functions.add(each)
  const main = `let x = (lane >> ${wordText(words.acrossShift)}) & ${wordText(words.acrossMask)};
let y = (lane >> ${wordText(words.alongShift)}) & (${wordText(words.along)} - 1u);
let slice = group % ${wordText(words.slices)};
let result = (group / ${wordText(words.slices)}) * ${wordText(words.groupWidth)} + x;
let is_result = result < ${wordText(words.results)};
let k = kept(select(0u, result, is_result));
var state = ${fold.identity};
if (is_result) {
let start = slice * ${wordText(words.slice)};
let end = min(start + ${wordText(words.slice)}, ${wordText(words.units)});
var unit = start + y;
${blocksText(parts)}
}
${treeText(parts)}
if (is_result && y == 0u) {
${store}
}`
  return [
    ...functions,
    `var<workgroup> states: array<${fold.type}, ${invocations}>;`,
    mainText({ invocations }, main),
  ].join('\n')
}
