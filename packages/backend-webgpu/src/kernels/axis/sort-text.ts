/** The WGSL of sorting: runs within a workgroup's memory, and the merging of longer ones. */
import { mainText, wordText } from '../../wgsl/module.js'
import type { Elements } from './elements.js'
import { nameWords, threadMain } from './threads.js'
import type { Walk } from './walk.js'

/** Where an element goes once its place is known. */
export type Put =
  | { readonly scratch: string; readonly results?: undefined }
  | {
      readonly scratch?: undefined
      readonly results: readonly { readonly what: 'elements' | 'positions'; readonly to: Elements }[]
    }

export interface SortText {
  readonly lanes: number
  /** Elements for each invocation of a workgroup. */
  readonly items: number
  /** The first of the uniform words, and of those with the steps along the lines of each view. */
  readonly first: number
  readonly steps: number
  /** Over lines: the views are the input and the results. */
  readonly walk: Walk
  readonly put: Put
  readonly input: Elements | undefined
  /** Whether neighbouring invocations load from neighbouring lines. */
  readonly across: boolean
}

const WORDS = ['elements', 'lines', 'length', 'together', 'parts', 'width', 'flip']

/** The place in a view of element `place` of the line whose coordinates are `line…`. */
function placeText({ walk, steps }: SortText, view: number, place: string): string {
  return `${walk.place(view, 'line')} + ${place} * ${wordText(steps + view)}`
}

/** Puts `key` and `position`, which belong to element `place` of `line`. */
function putText(text: SortText, line: string, place: string): string {
  const { put, walk, input } = text
  if (put.scratch !== undefined) {
    return `let to = ${line} * length + ${place};
${put.scratch}[to] = key; ${put.scratch}[elements + to] = position;`
  }
  const stores = put.results.map(({ what, to }, result) => {
    const value = what === 'positions' ? 'position' : input?.load(placeText(text, 0, 'position'))
    return to.store(placeText(text, result + 1, place), value ?? '0u')
  })
  return `${walk.coordinates('line', line)}\n${stores.join('\n')}`
}

/**
 * The place that an element at `place` of two neighbouring runs has when they are merged. Of equals, those of the left
 * run come first.
 */
function mergedPlace(keys: string): string {
  return `fn merged_place(key: u32, place: u32, base: u32, start: u32, middle: u32, end: u32) -> u32 {
  let left = place < middle;
  var low = select(start, middle, left);
  var high = select(middle, end, left);
  while (low < high) {
    let half = (low + high) / 2u;
    let other = ${keys}[base + half];
    if (other < key || (!left && other == key)) { low = half + 1u; } else { high = half; }
  }
  return place + low - middle;
}`
}

/**
 * Merges the runs of each line in the workgroup's memory, to and fro between its halves, until they are the line, or the
 * part of it that is here.
 */
function mergeHere({ lanes }: SortText, block: number): string {
  return `var half = 0u;
for (var run = 1u; run < span; run *= 2u) {
  for (var slot = lane; slot < size; slot += ${lanes}u) {
    let key = keys[half + slot];
    let place = slot % span; let base = slot - place; let start = place & ~(2u * run - 1u);
    let merged = merged_place(key, place, half + base, start, min(start + run, span), min(start + 2u * run, span));
    let other = ${block}u - half + base + merged;
    keys[other] = key; positions[other] = positions[half + slot];
  }
  half = ${block}u - half;
  workgroupBarrier();
}`
}

/**
 * A workgroup sorts several short lines, or a part of a long one: `here` lines of `span` elements, which begin at
 * `begin` of their lines.
 */
export function blockText(text: SortText, order: string): string {
  const { lanes, items, first, walk, across, input } = text
  const block = lanes * items
  const which = across
    ? 'let row = each % here; let column = each / here;'
    : 'let row = each / span; let column = each % span;'
  const forEach = (statements: string): string => `for (var each = lane; each < size; each += ${lanes}u) {
  ${which}
  let slot = row * span + column;
${statements}
}`
  const load = `${walk.coordinates('line', 'first_line + row')}
keys[slot] = sort_key(${input?.load(placeText(text, 0, '(begin + column)'))}) ^ flip;
positions[slot] = begin + column;`
  const store = `let key = keys[half + slot]; let position = positions[half + slot];
${putText(text, '(first_line + row)', '(begin + column)')}`
  return `${order}
var<workgroup> keys: array<u32, ${2 * block}>;
var<workgroup> positions: array<u32, ${2 * block}>;
${mergedPlace('keys')}
${mainText(
  { invocations: lanes },
  `${nameWords(WORDS, first)}
let first_line = group / parts * together; let here = min(together, lines - first_line);
let begin = group % parts * ${block}u; let span = min(length - begin, ${block}u);
let size = here * span;
${forEach(load)}
workgroupBarrier();
${mergeHere(text, block)}
${forEach(store)}`,
)}`
}

/** Runs of `width` in memory, merged two by two: one invocation for each element. */
export function mergeText(text: SortText, runs: string): string {
  return `${mergedPlace(runs)}
${threadMain(
  text.lanes,
  text.first,
  `${nameWords(WORDS, text.first)}
let place = i % length; let base = i - place;
let start = place - place % (2u * width);
let key = ${runs}[i]; let position = ${runs}[elements + i];
let merged = merged_place(key, place, base, start, min(start + width, length), min(start + 2u * width, length));
${putText(text, '(i / length)', 'merged')}`,
)}`
}
