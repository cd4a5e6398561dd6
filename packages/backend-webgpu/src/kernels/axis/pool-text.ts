/** The WGSL of pooling. Rows and columns in the padding wrap to large numbers, so one comparison leaves them out. */

import type { DType } from '@nabla/backend'
import type { Accumulation } from './accumulate.js'
import { type Elements, orderKeyText, unsignedZeroText } from './elements.js'
import { nameWords, threadMain } from './threads.js'

/** The uniform words, in order. */
export const POOL_WORDS: readonly string[] = [
  'count',
  ...['rows', 'columns', 'channels', 'height', 'width', 'source_rows', 'source_columns'],
  ...['window_y', 'window_x', 'stride_y', 'stride_x', 'dilation_y', 'dilation_x', 'padding_y', 'padding_x'],
  ...['by', 'source', 'output'].flatMap((view) =>
    ['offset', 'n', 'y', 'x', 'c'].map((part) => `${view}_${part}`),
  ),
]

export interface PoolText {
  readonly lanes: number
  /** The first of the uniform words. */
  readonly first: number
  readonly dtype: DType
  readonly views: readonly [by: Elements, source: Elements, output: Elements]
  /** How source elements are added. */
  readonly sum: Accumulation
}

function placeText(view: string, y: string, x: string): string {
  return `${view}_offset + image * ${view}_n + ${y} * ${view}_y + ${x} * ${view}_x + channel * ${view}_c`
}

/** Names for the words, and the position of this invocation. */
function beginText(first: number): string {
  return `${nameWords(POOL_WORDS, first)}
let channel = i % channels; let across = i / channels;
let column = across % columns; let down = across / columns;
let row = down % rows; let image = down / rows;`
}

/** Finds the winner of the window at `row` and `column`; its `winner_y` is NOBODY where all is padding. */
function winnerText(by: Elements, row: string, column: string): string {
  return `var winner_y = NOBODY; var winner_x = NOBODY; var best = 0u;
for (var v = 0u; v < window_y; v++) {
  let y = ${row} * stride_y + v * dilation_y - padding_y;
  if (y >= height) { continue; }
  for (var w = 0u; w < window_x; w++) {
    let x = ${column} * stride_x + w * dilation_x - padding_x;
    if (x >= width) { continue; }
    let key = order_key(${by.load(placeText('by', 'y', 'x'))});
    if (winner_y == NOBODY || key > best) { best = key; winner_y = y; winner_x = x; }
  }
}`
}

function moduleOf({ lanes, first, dtype }: PoolText, functions: string, statements: string): string {
  return `const NOBODY = 0xffffffffu;
${orderKeyText(dtype)}
${functions}
${threadMain(lanes, first, `${beginText(first)}\n${statements}`)}`
}

export function selectText(text: PoolText): string {
  const [by, source, output] = text.views
  const statements = `${winnerText(by, 'row', 'column')}
var bits = 0u;
if (winner_y != NOBODY) { bits = ${source.load(placeText('source', 'winner_y', 'winner_x'))}; }
${output.store(placeText('output', 'row', 'column'), 'bits')}`
  return moduleOf(text, '', statements)
}

/** A window and its cell: the winner gets what the source has, all others 0. */
export function cellsText(text: PoolText): string {
  const [by, source, output] = text.views
  const statements = `${winnerText(by, 'row', 'column')}
var bits = 0u;
if (row < source_rows && column < source_columns) { bits = unsigned_zero(${source.load(placeText('source', 'row', 'column'))}); }
else { winner_y = NOBODY; }
for (var v = 0u; v < stride_y; v++) {
  let y = row * stride_y + v - padding_y;
  if (y >= height) { continue; }
  for (var w = 0u; w < stride_x; w++) {
    let x = column * stride_x + w - padding_x;
    if (x >= width) { continue; }
    ${output.store(placeText('output', 'y', 'x'), 'select(0u, bits, y == winner_y && x == winner_x)')}
  }
}`
  return moduleOf(text, unsignedZeroText(text.dtype), statements)
}

/**
 * The windows along one axis that may hold a position: from the first that reaches it to the last that begins before it,
 * as `axis_first` and `axis_end`.
 */
function coveringText(axis: 'y' | 'x', position: string, windows: string): string {
  return `let from_${axis} = ${position} + padding_${axis}; let reach_${axis} = (window_${axis} - 1u) * dilation_${axis};
let first_${axis} = (max(from_${axis}, reach_${axis}) - reach_${axis} + stride_${axis} - 1u) / stride_${axis};
let end_${axis} = min(from_${axis} / stride_${axis} + 1u, ${windows});`
}

/** An element of the output: every window that holds it is decided anew, in row-major order. */
export function spreadText(text: PoolText): string {
  const [by, source, output] = text.views
  const { sum } = text
  const statements = `${coveringText('y', 'row', 'source_rows')}
${coveringText('x', 'column', 'source_columns')}
var total = ${sum.identity};
for (var window_row = first_y; window_row < end_y; window_row++) {
  if ((from_y - window_row * stride_y) % dilation_y != 0u) { continue; }
  for (var window_column = first_x; window_column < end_x; window_column++) {
    if ((from_x - window_column * stride_x) % dilation_x != 0u) { continue; }
    ${winnerText(by, 'window_row', 'window_column')}
    if (winner_y != row || winner_x != column) { continue; }
    total = combine(total, lift(${source.load(placeText('source', 'window_row', 'window_column'))}));
  }
}
${output.store(placeText('output', 'row', 'column'), 'unsigned_zero(lower(total))')}`
  return moduleOf(text, `${sum.functions()}\n${unsignedZeroText(text.dtype)}`, statements)
}
