/**
 * The text of the tiled kernel: a workgroup computes a tile of the output. In each round its invocations load the parts of
 * both operands that come next into registers, multiply the parts that are in workgroup memory, and then write what they
 * loaded; so memory works while they multiply. In tiles with teams each multiplies its share of the steps. Sums are variables, not an array, so that no compiler puts them in memory.
 */
import { mainText, wordText } from '../../wgsl/module.js'
import { type Accumulator, accumulateText } from './accumulator.js'
import { loadFunctions } from './loading.js'
import { sideFunctions } from './side.js'
import { invocationsOf, type Tile } from './tile.js'
import { indexText, type TileSide, TileSideText } from './tile-side.js'

/** Rows of tiles whose tiles follow each other column by column: those at work at one time share operands in the cache. */
const BAND = 8

/** First words of the kernel's sizes, in this order. */
export interface TiledWords {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly tileRows: number
  readonly tileColumns: number
  readonly batches: number
  /** Steps of the contracted index that a slice takes. */
  readonly chunk: number
}

export interface TiledParts {
  readonly tile: Tile
  readonly type: Accumulator
  readonly words: TiledWords
  readonly left: TileSide
  readonly right: TileSide
  readonly store: string
  /** Whether sums are stored by fours. */
  readonly fours: boolean
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Which tile of which matrix, and which part of the contracted index, is this workgroup's. */
function placeText({ tile, words }: TiledParts): string {
  const { tileRows, tileColumns, batches, chunk, depth } = words
  return `let tiles = ${wordText(tileRows)} * ${wordText(tileColumns)};
let slice = group / tiles;
let band_size = ${BAND}u * ${wordText(tileColumns)};
let number = group % tiles;
let band = number / band_size;
let within = number % band_size;
let band_rows = min(${wordText(tileRows)} - band * ${BAND}u, ${BAND}u);
let row0 = (band * ${BAND}u + within % band_rows) * ${tile.rows}u;
let column0 = (within / band_rows) * ${tile.columns}u;
let batch = slice % ${wordText(batches)};
let first = (slice / ${wordText(batches)}) * ${wordText(chunk)};
let end = min(first + ${wordText(chunk)}, ${wordText(depth)});
let rounds = (end - first + ${tile.depth - 1}u) / ${tile.depth}u + 1u;`
}

/**
 * Where the invocation stands in the tile. 32 that follow each other are a block of 4 × 8, whose reads have much in common;
 * and in each pair of neighbours two stand in one column, in each four two in one row: so NVIDIA's memory serves reads of
 * 16 bytes for half the block at once (as in the lane layouts of CUTLASS).
 */
function standText({ rows, columns, threadRows, threadColumns, teams }: Tile): string {
  const members = (rows / threadRows) * (columns / threadColumns)
  const across = columns / threadColumns
  const wide = Math.min(8, across)
  const high = Math.min(32 / wide, rows / threadRows)
  const blocks = across / wide
  return `let team = lane / ${members}u;
let member = ${teams === 1 ? 'lane' : `lane % ${members}u`};
let block = member / ${wide * high}u;
let ty = member % 2u + 2u * ((member / ${2 * wide}u) % ${high / 2}u) + ${high}u * (block / ${blocks}u);
let tx = (member / 2u) % ${wide}u + ${wide}u * (block % ${blocks}u);`
}

const sumName = (row: number, four: number): string => `sum${row}_${four}`

/** The slot of the invocation's fours. */
function slotsOf({ rows, columns, threadRows, threadColumns }: Tile) {
  const plus = (name: string, by: number): string => (by === 0 ? name : `${name} + ${by}u`)
  return {
    row: (four: number): string => plus('ty', four * (rows / threadRows)),
    column: (four: number): string => plus('tx', four * (columns / threadColumns)),
  }
}

function multiplyText({ tile, type }: TiledParts, left: TileSideText, right: TileSideText): string {
  const { threadRows, threadColumns, depth, stages, teams } = tile
  const own = depth / teams
  const stage = `(round + 1u) % ${stages}u`
  const slots = slotsOf(tile)
  const fours = range(threadColumns / 4)
  return [
    `for (var step = 0u; step < ${own}u; step++) {`,
    `  let k = ${teams === 1 ? 'step' : `(team * ${own}u + step) % ${depth}u`};`,
    ...range(threadRows / 4).map((four) => `  let left${four} = ${left.read(stage, slots.row(four))};`),
    ...fours.map((four) => `  let right${four} = ${right.read(stage, slots.column(four))};`),
    ...range(threadRows).flatMap((row) =>
      fours.map((four) => {
        const factor = `left${row >> 2}.${'xyzw'[row & 3]}`
        const sum = sumName(row, four)
        return `  ${sum} = ${accumulateText(type, factor, `right${four}`, sum, true)};`
      }),
    ),
    '}',
  ].join('\n')
}

/** Fours of sums that go through workgroup memory at once, where half of the teams pass theirs on. */
const passedFours = ({ rows, columns, teams }: Tile): number => (rows * columns * teams) / 8

/**
 * The sums of all teams in those of the first: by halves, through the memory that the left side's tile no longer needs, or
 * some of its own where that holds halves.
 */
function joinText({ tile }: TiledParts, left: TileSideText): string {
  const { threadRows, threadColumns, teams } = tile
  const members = invocationsOf(tile) / teams
  const sums = range(threadRows).flatMap((row) => range(threadColumns / 4).map((four) => sumName(row, four)))
  const lines: string[] = []
  for (let half = teams / 2; half >= 1; half /= 2) {
    const place = (i: number): string => {
      const index = `${i * half * members}u + lane % ${half * members}u`
      return left.isHalf ? `passed[${index}]` : left.flat(index)
    }
    lines.push(
      `if (team >= ${half}u && team < ${2 * half}u) {`,
      ...sums.map((sum, i) => `  ${place(i)} = ${sum};`),
      '}',
      'workgroupBarrier();',
      `if (team < ${half}u) {`,
      ...sums.map((sum, i) => `  ${sum} += ${place(i)};`),
      '}',
      'workgroupBarrier();',
    )
  }
  return lines.join('\n')
}

/**
 * One four of sums after the other. A loop that chooses by its counter: the expression is in the text once, and unrolling
 * is the compiler's business.
 */
function storeText({ tile, words, left, right, fours: storesFours }: TiledParts): string {
  const { rows, columns, threadRows, threadColumns } = tile
  const fours = threadColumns / 4
  const cases = range(threadRows * fours).slice(1)
  const choices = cases.map((i) => `    case ${i}u: { sums = ${sumName(Math.floor(i / fours), i % fours)}; }`)
  const column = (part: string): string => `column0 + ${indexText(right, 'column_slot', part)}`
  // A slice is a matrix of the batch where there is one slice for each.
  const stores = storesFours
    ? `    let column = ${column('0u')};
    if (column < ${wordText(words.columns)}) { store_four(sums, slice, row, column); }`
    : `    for (var part = 0u; part < 4u; part++) {
      let column = ${column('part')};
      if (column < ${wordText(words.columns)}) { store_one(sums[part], slice, row, column); }
    }`
  return `for (var i = 0u; i < ${threadRows * fours}u; i++) {
  var sums = ${sumName(0, 0)};
  switch (i) {
${choices.join('\n')}
    default: {}
  }
  let row_slot = ty + (i / ${4 * fours}u) * ${rows / threadRows}u;
  let column_slot = tx + (i % ${fours}u) * ${columns / threadColumns}u;
  let row = row0 + ${indexText(left, 'row_slot', `((i / ${fours}u) % 4u)`)};
  if (row < ${wordText(words.rows)}) {
${stores}
  }
}`
}

export function tiledText(parts: TiledParts): string {
  const { tile, type, words } = parts
  const [left, right] = [new TileSideText(parts.left), new TileSideText(parts.right)]
  const sums = range(tile.threadRows).flatMap((row) =>
    range(tile.threadColumns / 4).map((four) => `var ${sumName(row, four)} = vec4<${type}>();`),
  )
  const stage = `round % ${tile.stages}u`
  const statements = `${placeText(parts)}
${standText(tile)}
${left.setup('row0', wordText(words.rows))}
${right.setup('column0', wordText(words.columns))}
${sums.join('\n')}
for (var round = 0u; round < rounds; round++) {
  let k_next = first + round * ${tile.depth}u;
${left.load}
${right.load}
  if (round > 0u) {
${multiplyText(parts, left, right)}
  }${tile.stages === 1 ? '\n  workgroupBarrier();' : ''}
${left.write(stage)}
${right.write(stage)}
  workgroupBarrier();
}
${joinText(parts, left)}
if (team == 0u) {
${storeText(parts)}
}`
  return [
    ...loadFunctions(parts.left.side.dtype, parts.left.side.facts),
    ...(left.isHalf && tile.teams > 1
      ? [`var<workgroup> passed: array<vec4<${type}>, ${passedFours(tile)}>;`]
      : []),
    left.declaration,
    right.declaration,
    sideFunctions(parts.left.side),
    sideFunctions(parts.right.side),
    parts.store,
    mainText({ invocations: invocationsOf(tile) }, statements),
  ].join('\n')
}
