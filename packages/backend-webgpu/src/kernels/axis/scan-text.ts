/**
 * The WGSL of a scan: a chunk of a line is walked by one invocation, or by a workgroup tile by tile, each invocation
 * holding a few neighbouring elements. With nothing to store, only what each chunk combines to is kept.
 */
import { mainText, wordText } from '../../wgsl/module.js'
import type { Accumulation } from './accumulate.js'
import { SCAN_ITEMS, type ScanSpread } from './scan-spread.js'
import { nameWords, threadMain } from './threads.js'
import type { Walk } from './walk.js'

export interface ScanText {
  readonly walker: ScanSpread['walker']
  readonly lanes: number
  /** The first of the uniform words. */
  readonly first: number
  readonly accumulation: Accumulation
  readonly exclusive: boolean
  /** Over lines: the views are what is read and what is written. */
  readonly walk: Walk
  /** The variable with a total for every chunk: written where nothing is stored, else what chunks begin with. */
  readonly totals: string | undefined
  readonly load: (place: string) => string
  readonly store: ((place: string, value: string) => string) | undefined
}

const WORDS = ['units', 'lines', 'length', 'chunk_length', 'chunks', 'read_step', 'write_step']

/** Where the chunk begins and ends, and where its line does in each view. */
function beginText({ first, walk, store }: ScanText, line: string, chunk: string): string {
  return `${nameWords(WORDS, first)}
${walk.coordinates('line', line)}
let read_at = ${walk.place(0, 'line')};${store === undefined ? '' : ` let write_at = ${walk.place(1, 'line')};`}
let begin = ${chunk} * chunk_length; let end = min(begin + chunk_length, length);`
}

function startText({ accumulation, totals, store }: ScanText, unit: string): string {
  return totals === undefined || store === undefined ? accumulation.identity : `${totals}[${unit}]`
}

function invocationText(text: ScanText): string {
  const { lanes, first, exclusive, totals, load, store } = text
  const lines = wordText(first + 1)
  const value = load('read_at + p * read_step')
  const keep = store === undefined ? `${totals}[i] = running;` : ''
  const put = store?.('write_at + p * write_step', exclusive ? 'running' : 'next') ?? ''
  return threadMain(
    lanes,
    first,
    `${beginText(text, `i % ${lines}`, `(i / ${lines})`)}
var running = ${startText(text, 'i')};
for (var p = begin; p < end; p++) {
  let next = combine(running, ${value});
  ${put}
  running = next;
}
${keep}`,
  )
}

/** What a workgroup's chunk combines to: every invocation takes its share, then they meet in pairs. */
function workgroupTotals(text: ScanText): string {
  const { lanes, accumulation, totals, load } = text
  return `var own = ${accumulation.identity};
for (var p = begin + lane; p < end; p += ${lanes}u) { own = combine(own, ${load('read_at + p * read_step')}); }
sums[lane] = own;
for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
  workgroupBarrier();
  if (lane < half) { sums[lane] = combine(sums[lane], sums[lane + half]); }
}
if (lane == 0u) { ${totals}[group] = sums[0]; }`
}

const ITEMS = Array.from({ length: SCAN_ITEMS }, (_, item) => item)

/** One tile: elements go through the workgroup's memory, so that neighbours load and store neighbours. */
function tileText({ lanes, accumulation, exclusive, load }: ScanText, put: string): string {
  const prefix = (item: number): string =>
    `let prefix${item} = ${item === 0 ? 'tile[own]' : `combine(prefix${item - 1}, tile[own + ${item}u])`};`
  const result = (item: number): string => {
    if (!exclusive) return `combine(before, prefix${item})`
    return item === 0 ? 'before' : `combine(before, prefix${item - 1})`
  }
  return `for (var slot = lane; slot < TILE; slot += ${lanes}u) {
    let p = start + slot;
    var value = ${accumulation.identity};
    if (p < end) { value = ${load('read_at + p * read_step')}; }
    tile[slot] = value;
  }
  workgroupBarrier();
  ${ITEMS.map(prefix).join(' ')}
  sums[lane] = prefix${SCAN_ITEMS - 1};
  workgroupBarrier();
  for (var distance = 1u; distance < ${lanes}u; distance *= 2u) {
    var sum = sums[lane];
    if (lane >= distance) { sum = combine(sums[lane - distance], sum); }
    workgroupBarrier();
    sums[lane] = sum;
    workgroupBarrier();
  }
  var before = running;
  if (lane > 0u) { before = combine(running, sums[lane - 1u]); }
  ${ITEMS.map((item) => `tile[own + ${item}u] = ${result(item)};`).join(' ')}
  running = combine(running, sums[${lanes - 1}]);
  workgroupBarrier();
  for (var slot = lane; slot < TILE; slot += ${lanes}u) {
    let p = start + slot;
    if (p < end) { ${put} }
  }
  workgroupBarrier();`
}

function workgroupText(text: ScanText): string {
  const { lanes, first, accumulation, store } = text
  const chunks = wordText(first + 4)
  const put = store?.('write_at + p * write_step', 'tile[slot]')
  const tiles = `let own = lane * ${SCAN_ITEMS}u;
var running = ${startText(text, 'group')};
for (var start = begin; start < end; start += TILE) {
  ${tileText(text, put ?? '')}
}`
  const main = `${beginText(text, `group / ${chunks}`, `(group % ${chunks})`)}
${put === undefined ? workgroupTotals(text) : tiles}`
  return `const TILE = ${lanes * SCAN_ITEMS}u;
var<workgroup> tile: array<${accumulation.type}, TILE>;
var<workgroup> sums: array<${accumulation.type}, ${lanes}>;
${mainText({ invocations: lanes }, main)}`
}

export function scanText(text: ScanText): string {
  const main = text.walker === 'workgroup' ? workgroupText(text) : invocationText(text)
  return `${text.accumulation.functions()}\n${main}`
}
