/** The WGSL of scatter: one invocation for each update, of which those at the head of their index have work to do. */
import { reportFault } from '../../wgsl/module.js'
import type { Accumulation } from './accumulate.js'
import type { Elements } from './elements.js'
import { FROM_FRONT } from './indices.js'
import { nameWords, threadMain } from './threads.js'
import type { Walk } from './walk.js'

/** Where indices come from: themselves, or the variable with those of all lines sorted, and their positions after them. */
export type IndexSource =
  | { readonly kind: 'searched'; readonly indices: Elements; readonly faults: number }
  | { readonly kind: 'sorted'; readonly variable: string }

export interface ScatterText {
  readonly lanes: number
  /** The first of the uniform words. */
  readonly first: number
  readonly source: IndexSource
  /** How updates are combined; `undefined` where the last one wins. */
  readonly accumulation: Accumulation | undefined
  readonly updates: Elements
  readonly output: Elements
  /** Over axes along which indices differ, and along which they repeat: the views are indices, updates, output. */
  readonly lines: Walk
  readonly repeats: Walk
  /** Whether neighbouring invocations are in neighbouring lines. */
  readonly across: boolean
}

const WORDS = ['positions', 'count', 'repeats', 'lines', 'limit', 'index_step', 'update_step', 'output_step']

/** Which update this is: `slot` in the line, by position or, where indices were sorted, by rank. */
function beginText({ first, lines, repeats, across }: ScatterText): string {
  const place = (view: number): string => `${lines.place(view, 'line')} + ${repeats.place(view, 'repeat')}`
  return `${nameWords(WORDS, first)}
let rest = i / repeats;
${across ? 'let line = rest % lines; let slot = rest / lines;' : 'let slot = rest % count; let line = rest / count;'}
${lines.coordinates('line', 'line')}
${repeats.coordinates('repeat', '(i % repeats)')}
let index_at = ${place(0)}; let update_at = ${place(1)}; let output_at = ${place(2)};`
}

/** Leaves unless no other update of the index comes before this one, or after it where the last wins. */
function searchedHead(indices: Elements, faults: number, lastWins: boolean): string {
  const others = lastWins ? 'var other = slot + 1u; other < count' : 'var other = 0u; other < slot'
  return `let bits = ${indices.load('index_at + slot * index_step')};
let index = from_front(bits, limit);
if (index >= limit) { ${reportFault(faults, 'bits')} return; }
for (${others}; other++) {
  if (from_front(${indices.load('index_at + other * index_step')}, limit) == index) { return; }
}`
}

function sortedHead(sorted: string, lastWins: boolean): string {
  const [isThere, other] = lastWins ? ['slot + 1u < count', 'slot + 1u'] : ['slot > 0u', 'slot - 1u']
  return `let keys = line * count; let order = (lines + line) * count;
let index = ${sorted}[keys + slot];
if (index >= limit) { return; }
if (${isThere}) { if (${sorted}[keys + ${other}] == index) { return; } }`
}

/** Adds up all updates of the index, in order. */
function searchedWork(indices: Elements, updates: Elements): string {
  return `for (var other = slot; other < count; other++) {
  if (from_front(${indices.load('index_at + other * index_step')}, limit) != index) { continue; }
  total = combine(total, lift(${updates.load('update_at + other * update_step')}));
}`
}

/** The same, four loads at a time: each waits for a position, which waits for memory. */
function sortedWork(sorted: string, updates: Elements): string {
  const load = (rank: string): string => updates.load(`update_at + ${sorted}[order + ${rank}] * update_step`)
  const items = [0, 1, 2, 3]
  return `var end = slot + 1u; var high = count;
while (end < high) {
  let middle = (end + high) / 2u;
  if (${sorted}[keys + middle] == index) { end = middle + 1u; } else { high = middle; }
}
var rank = slot;
for (; rank + ${items.length}u <= end; rank += ${items.length}u) {
  ${items.map((item) => `let update${item} = ${load(`rank + ${item}u`)};`).join(' ')}
  ${items.map((item) => `total = combine(total, lift(update${item}));`).join(' ')}
}
for (; rank < end; rank++) { total = combine(total, lift(${load('rank')})); }`
}

/** How the first of an index is found, and what else is. */
function partsOf({ source, updates, accumulation }: ScatterText): {
  head: string
  chosen: string
  work: string
} {
  const lastWins = accumulation === undefined
  if (source.kind === 'sorted') {
    const { variable } = source
    const head = sortedHead(variable, lastWins)
    return { head, chosen: `${variable}[order + slot]`, work: sortedWork(variable, updates) }
  }
  const { indices, faults } = source
  return {
    head: searchedHead(indices, faults, lastWins),
    chosen: 'slot',
    work: searchedWork(indices, updates),
  }
}

export function scatterText(text: ScatterText): string {
  const { lanes, first, accumulation, updates, output } = text
  const { head, chosen, work } = partsOf(text)
  const place = 'output_at + index * output_step'
  const all =
    accumulation === undefined
      ? output.store(place, updates.load(`update_at + ${chosen} * update_step`))
      : `var total = lift(${output.load(place)});
${work}
${output.store(place, 'lower(total)')}`
  return `${FROM_FRONT}
${accumulation?.functions() ?? ''}
${threadMain(lanes, first, `${beginText(text)}\n${head}\n${all}`)}`
}
