/**
 * The text of the direct kernel, which has no tiles: an invocation computes a few rows by a few columns straight from
 * memory, alone or with others that each take every n-th step of the contracted index and add up what they have at the end.
 * For products with few rows or columns, which are bound by memory, and for small ones.
 */
import { mainText, wordText } from '../../wgsl/module.js'
import { type Accumulator, accumulateText } from './accumulator.js'
import type { Direct } from './direct.js'
import { loadFunctions } from './loading.js'
import { baseText, elementText, type Side, sideFunctions } from './side.js'

/** First words of the kernel's sizes. */
export interface DirectWords {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Blocks of rows and of columns, and all blocks of all slices. */
  readonly rowBlocks: number
  readonly columnBlocks: number
  readonly blocks: number
  readonly batches: number
  readonly chunk: number
}

export interface DirectParts {
  readonly way: Direct
  readonly type: Accumulator
  readonly words: DirectWords
  readonly left: Side
  readonly right: Side
  readonly store: string
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** How many steps are taken at once: by fours where an operand is read so along the contracted index. */
const stepOf = ({ left, right }: DirectParts): number =>
  [left, right].some(({ loading }) => loading === 'vectorContracted') ? 4 : 1

const sumName = (row: number, column: number): string => `sum${row}_${column}`

/** Which block is an invocation's, and which of those that share it the invocation is. */
function placeText({ way, words }: DirectParts): string {
  const { lanes, invocations, neighbours } = way
  const places = invocations / lanes
  const [place, part] =
    neighbours === 'contracted'
      ? [`lane / ${lanes}u`, `lane % ${lanes}u`]
      : [`lane % ${places}u`, `lane / ${places}u`]
  return `let place = ${place};
let part = ${part};
let number = group * ${places}u + place;
let block = min(number, ${wordText(words.blocks)} - 1u);
let row0 = ((block / ${wordText(words.columnBlocks)}) % ${wordText(words.rowBlocks)}) * ${way.rows}u;
let column0 = (block % ${wordText(words.columnBlocks)}) * ${way.columns}u;
let slice = block / ${wordText(words.columnBlocks)} / ${wordText(words.rowBlocks)};
let batch = slice % ${wordText(words.batches)};
let first = (slice / ${wordText(words.batches)}) * ${wordText(words.chunk)};
let end = min(first + ${wordText(words.chunk)}, ${wordText(words.depth)});`
}

/** Where the rows or columns begin; those beyond the edge repeat the last one. */
function startsText(side: Side, count: number, origin: string, sizeWord: number): string[] {
  const { name, loading } = side
  const wide = loading === 'vectorFree'
  return [
    `let ${name}_base = ${baseText(side)};`,
    ...range(wide ? 1 : count).map((i) => {
      const index = `min(${origin} + ${i}u, ${wordText(sizeWord)} - ${wide ? count : 1}u)`
      return `let ${name}_at${i} = ${name}_base + ${name}_free(${index});`
    }),
  ]
}

/** Statements that load all rows (or columns) for all steps, and the text of each value. */
function loadsText(side: Side, count: number, steps: number) {
  const { name, loading } = side
  const statements: string[] = []
  const offset = (step: number): string => `${name}_offset${loading === 'vectorContracted' ? 0 : step}`
  const load = (variable: string, at: number, step: number): void => {
    statements.push(`let ${variable} = ${elementText(side, `${name}_at${at} + ${offset(step)}`)};`)
  }
  const distinct = loading === 'vectorContracted' ? 1 : steps
  for (const step of range(distinct)) {
    statements.push(`let ${name}_offset${step} = ${name}_contracted(k + ${step}u);`)
    for (const i of range(loading === 'vectorFree' ? 1 : count)) load(`${name}${i}_${step}`, i, step)
  }
  const value = (i: number, step: number): string => {
    if (loading === 'vectorFree') return `${name}0_${step}.${'xyzw'[i]}`
    if (loading === 'vectorContracted') return `${name}${i}_0.${'xyzw'[step]}`
    return `${name}${i}_${step}`
  }
  return { statements, value }
}

function loopText(parts: DirectParts): string {
  const { way, type, left, right } = parts
  const steps = stepOf(parts)
  const [a, b] = [loadsText(left, way.rows, steps), loadsText(right, way.columns, steps)]
  const products = range(steps).flatMap((step) =>
    range(way.rows).flatMap((row) =>
      range(way.columns).map((column) => {
        const sum = sumName(row, column)
        return `${sum} = ${accumulateText(type, a.value(row, step), b.value(column, step), sum)};`
      }),
    ),
  )
  return `for (var k = first + part * ${steps}u; k < end; k += ${way.lanes * steps}u) {
  ${[...a.statements, ...b.statements, ...products].join('\n  ')}
}`
}

const sums = ({ rows, columns }: Direct): string[] =>
  range(rows).flatMap((row) => range(columns).map((column) => sumName(row, column)))

/** Invocations that share elements and are in one subgroup, on any device with these facts. */
const joinedOf = ({ way, left }: DirectParts): number =>
  way.neighbours === 'contracted' ? Math.min(way.lanes, left.facts.subgroups?.smallest ?? 1) : 1

/** What those have together, in each of them. */
function joinText(parts: DirectParts): string {
  const joined = joinedOf(parts)
  if (joined === 1) return ''
  const exchanges = sums(parts.way).map((sum) => `  ${sum} += subgroupShuffleXor(${sum}, mask);`)
  return `for (var mask = 1u; mask < ${joined}u; mask *= 2u) {
${exchanges.join('\n')}
}`
}

/**
 * One sum after the other, chosen by the counter of a loop, so that the epilogue is in the text once. Invocations that all
 * have the sums take turns.
 */
function storeAlone({ way, words }: DirectParts): string {
  const [first = '', ...others] = sums(way)
  const inside = `row < ${wordText(words.rows)} && column < ${wordText(words.columns)}`
  return `if (number == block) {
for (var i = ${way.lanes === 1 ? '0u' : 'part'}; i < ${way.rows * way.columns}u; i += ${way.lanes}u) {
  var sum = ${first};
  switch (i) {
${others.map((other, i) => `    case ${i + 1}u: { sum = ${other}; }`).join('\n')}
    default: {}
  }
  let row = row0 + i / ${way.columns}u;
  let column = column0 + i % ${way.columns}u;
  if (${inside}) { store_one(sum, slice, row, column); }
}
}`
}

/**
 * Sums of all invocations side by side in workgroup memory; then each of the first ones adds up those of one element, from
 * a start of its own, so that they read different banks.
 */
function storeTogether(parts: DirectParts): string {
  const { way, type, words } = parts
  const joined = joinedOf(parts)
  const { lanes, invocations, neighbours, rows, columns } = way
  const places = invocations / lanes
  const own = sums(way).map((sum, i) => `parts[${i * invocations}u + lane] = ${sum};`)
  const other = neighbours === 'contracted' ? `place * ${lanes}u + part` : `part * ${places}u + place`
  return `${own.join('\n')}
workgroupBarrier();
for (var i = lane; i < ${places * rows * columns}u; i += ${invocations}u) {
  let element = i / ${places}u;
  let place = i % ${places}u;
  var total = ${type}();
  for (var j = 0u; j < ${lanes / joined}u; j++) {
    let part = ((j + element) % ${lanes / joined}u) * ${joined}u;
    total += parts[element * ${invocations}u + ${other}];
  }
  let number = group * ${places}u + place;
  let row = ((number / ${wordText(words.columnBlocks)}) % ${wordText(words.rowBlocks)}) * ${rows}u + element / ${columns}u;
  let column = (number % ${wordText(words.columnBlocks)}) * ${columns}u + element % ${columns}u;
  if (number < ${wordText(words.blocks)} && row < ${wordText(words.rows)} && column < ${wordText(words.columns)}) {
    store_one(total, number / ${wordText(words.columnBlocks)} / ${wordText(words.rowBlocks)}, row, column);
  }
}`
}

export function directText(parts: DirectParts): string {
  const { way, type, words, left, right } = parts
  const isShared = way.lanes > joinedOf(parts)
  const shared = `var<workgroup> parts: array<${type}, ${way.invocations * way.rows * way.columns}>;`
  const statements = [
    placeText(parts),
    ...startsText(left, way.rows, 'row0', words.rows),
    ...startsText(right, way.columns, 'column0', words.columns),
    ...sums(way).map((sum) => `var ${sum} = ${type}();`),
    loopText(parts),
    joinText(parts),
    isShared ? storeTogether(parts) : storeAlone(parts),
  ].join('\n')
  return [
    ...loadFunctions(left.dtype, left.facts),
    ...(isShared ? [shared] : []),
    sideFunctions(left),
    sideFunctions(right),
    parts.store,
    mainText(way, statements),
  ].join('\n')
}
