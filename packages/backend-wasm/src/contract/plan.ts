/**
 * A contraction as a batch of matrix products: which axes are rows, columns and batch, in which of its two orientations it
 * is computed, and in blocks of which size. Depends on shapes and strides only, and so is made once for each.
 */
import type { ContractCall } from '@nabla/backend'
import type { Element } from './element.js'
import type { Tile } from './micro-kernel.js'
import { exchanged, type Groups, type Sides, sidesOf } from './sides.js'
import type { Axis, Table, Tables } from './table.js'

/** One operand: offsets of each matrix of the batch, of its rows (those of the output), and of the contracted index. */
interface Matrix {
  readonly batch: Table
  readonly rows: Table
  readonly contracted: Table
  /** Rows in a panel. */
  readonly width: number
}

export interface Operand extends Matrix {
  /** Whether its panels are read where they lie. */
  readonly inPlace: boolean
}

/**
 * In blocks; by plain loops; or, with very few rows, as vectors times a matrix whose rows along n, or along the contracted
 * index, lie as vectors.
 */
export type Way = 'blocked' | 'tiny' | 'rows' | 'contracted'

export interface Plan {
  readonly way: Way
  readonly batches: number
  readonly m: number
  readonly n: number
  readonly k: number
  /** Whether left and right are exchanged, and so rows and columns of the output. */
  readonly swapped: boolean
  readonly left: Operand
  readonly right: Operand
  readonly output: { readonly batch: Table; readonly rows: Table; readonly columns: Table }
  /** Rows, columns and contracted elements in a block. */
  readonly blockRows: number
  readonly blockColumns: number
  readonly blockDepth: number
  /** The output's outermost axis along which it is finished piece by piece, and rows (of all matrices) in a piece. */
  readonly pieceAxis: number
  readonly pieceRows: number
}

/**
 * Contracted elements in a block at most: two panels share the first-level cache. 192 to 512 are within 2 % of each other, as
 * are 128 to 384 KiB of the left operand.
 */
const DEPTH = 256
/** Bytes of the left operand packed at once, for the second-level cache, and of the right one, for the third. */
const LEFT_BYTES = 192 * 1024
const RIGHT_BYTES = 2 * 1024 * 1024
/** Up to here an operand that lies right is read in place. */
const IN_PLACE_BYTES = 32 * 1024
/** Products per matrix up to which plain loops are faster than a call per matrix, which takes 0.4 µs. */
const TINY_PRODUCTS = 128
/** Rows up to which the matrix is read for each; with four, panels are as fast: 65 µs for 4×512×512. */
const THIN_ROWS = 3
/** Sums, or elements of k, from which on that is worth it. */
const THIN_LENGTH = 8
/** What storing a tile costs, in steps of k: as vectors, and one by one. */
const VECTOR_STORE = 6
const SINGLE_STORE = 30

const sizeOf = (axes: readonly Axis[]): number => axes.reduce((size, { length }) => size * length, 1)

/** How long the micro-kernels take, in steps of k. */
function costOf({ left, output }: Sides, { rows, columns }: Tile, bytes: number): number {
  const inner = output.columns.findLast(({ length }) => length > 1)
  const n = sizeOf(output.columns)
  const panels = Math.ceil(n / columns)
  const whole = inner?.stride === bytes && inner.length >= columns ? Math.floor(n / columns) : 0
  const stores = whole * VECTOR_STORE + (panels - whole) * SINGLE_STORE
  return Math.ceil(sizeOf(output.rows) / rows) * (panels * sizeOf(left.contracted) + stores)
}

/** The longest equal parts that are multiples of `unit` and at most `most`. */
function partOf(length: number, most: number, unit: number): number {
  const parts = Math.max(1, Math.ceil(length / Math.max(unit, most)))
  return Math.max(unit, Math.ceil(length / parts / unit) * unit)
}

function wayOf(m: number, { rows, contracted }: Operand, { bits, packed }: Element): Way {
  if (bits !== 8 * packed) return 'blocked'
  if (m * rows.length * contracted.length <= TINY_PRODUCTS) return 'tiny'
  if (m > THIN_ROWS) return 'blocked'
  const whole = ({ run, length }: Table): boolean => run === length && length >= THIN_LENGTH
  return whole(contracted) ? 'contracted' : whole(rows) ? 'rows' : 'blocked'
}

/** Sizes of the blocks of a product of `m` by `k` by `n`. */
function blocksOf([m, n, k]: readonly [number, number, number], { packed, bits }: Element, tile: Tile) {
  // A narrow output can't hold sums of a part of k.
  const blockDepth = bits < 32 ? Math.max(1, k) : partOf(k, DEPTH, 1)
  return {
    blockDepth,
    blockRows: partOf(m, LEFT_BYTES / packed / blockDepth, tile.rows),
    blockColumns: partOf(n, RIGHT_BYTES / packed / blockDepth, tile.columns),
  }
}

/** Whether the micro-kernel can read an operand where it lies, and should: a small one, or one that is read but once. */
function isInPlace({ rows, contracted, width }: Matrix, others: number, { bits, packed }: Element): boolean {
  const isPanels = rows.run === rows.length && rows.length % width === 0
  if (bits !== 8 * packed || contracted.step === undefined || !isPanels) return false
  return others === 1 || Math.abs(contracted.step) * Math.min(contracted.length, DEPTH) <= IN_PLACE_BYTES
}

export function planOf(call: ContractCall, element: Element, tile: Tile, tables: Tables): Plan {
  const { bytes } = element
  const sides = sidesOf(call, bytes)
  const turned = exchanged(sides)
  const swapped = costOf(turned, tile, bytes) < costOf(sides, tile, bytes)
  const { left, right, output } = swapped ? turned : sides
  const table = (axes: readonly Axis[]): Table => tables.of(axes, bytes)
  const matrix = ({ batch, contracted }: Groups, rows: readonly Axis[], width: number): Matrix => {
    return { batch: table(batch), rows: table(rows), contracted: table(contracted), width }
  }
  const operand = (own: Matrix, { rows, width }: Matrix): Operand => {
    return { ...own, inPlace: isInPlace(own, Math.ceil(rows.length / width), element) }
  }
  const [a, b] = [matrix(left, left.rows, tile.rows), matrix(right, right.columns, tile.columns)]
  const [first, second] = [operand(a, b), operand(b, a)]
  const [m, n, k] = [first.rows.length, second.rows.length, first.contracted.length] as const
  const batches = first.batch.length
  const outer = [...output.batch, ...output.rows].find(({ length }) => length > 1)
  return {
    way: wayOf(m, second, element),
    batches,
    m,
    n,
    k,
    swapped,
    left: first,
    right: second,
    output: { batch: table(output.batch), rows: table(output.rows), columns: table(output.columns) },
    ...blocksOf([m, n, k], element, tile),
    pieceAxis: outer?.axis ?? 0,
    pieceRows: (batches * m) / (outer?.length ?? 1),
  }
}
