/**
 * The text of a reduction. A workgroup makes `across` results, each by `along` invocations that step through the units of a
 * slice and put their states together in workgroup memory. A state is worked out in blocks, so that no chain of additions
 * is long; `along` and all lengths are uniform, so one shader serves all sizes.
 */
import { collect } from '../../expression/functions/wgsl-function.js'
import { mainText, wordText } from '../../wgsl/module.js'
import type { Fold } from './fold.js'
import { placeText, type ShapeWords, sharedText, treeText } from './group.js'

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
const BLOCK = 32

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

export function reduceText(parts: ReduceText): string {
  const { fold, words, invocations, scope, store } = parts
  const functions = new Set<string>()
  for (const each of fold.functions) collect(each, functions)
  for (const each of scope) functions.add(each)
  const main = `${placeText(words)}
var state = ${fold.identity};
if (is_result) {
let start = slice * ${wordText(words.slice)};
let end = min(start + ${wordText(words.slice)}, ${wordText(words.units)});
var unit = start + y;
${blocksText(parts)}
}
${treeText(words, 'state', fold.combine)}
if (is_result && y == 0u) {
${store}
}`
  return [...functions, sharedText(fold.type, invocations), mainText({ invocations }, main)].join('\n')
}
