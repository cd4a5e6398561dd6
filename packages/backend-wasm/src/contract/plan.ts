/**
 * A contraction as a batch of matrix products: which axes are rows, columns and batch, in which of its two orientations it
 * is computed, and in blocks of which size. Depends on shapes and strides only, and so is made once for each.
 */
import type { ContractCall, View } from '@nabla/backend'
import type { Element } from './element.js'
import type { Tile } from './micro-kernel.js'
import type { Axis, Table, Tables } from './table.js'

/** One operand: offsets of each matrix of the batch, of its rows (those of the output), and of the contracted index. */
export interface Operand {
  readonly batch: Table
  readonly rows: Table
  readonly contracted: Table
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
  /** Whether an operand is read where it lies. */
  readonly leftInPlace: boolean
  readonly rightInPlace: boolean
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
/** Rows up to which the matrix is read for each: with four, packing it takes no longer. */
const THIN_ROWS = 3
/** Sums, or elements of k, from which on that is worth it. */
const THIN_LENGTH = 8
/** What storing a tile costs, in steps of k: as vectors, and one by one. */
const VECTOR_STORE = 6
const SINGLE_STORE = 30

/** An axis that knows its place in the view. */
interface ViewAxis extends Axis {
  readonly axis: number
}

/** Axes of one view by their use. */
interface Groups {
  readonly batch: readonly ViewAxis[]
  readonly rows: readonly ViewAxis[]
  readonly columns: readonly ViewAxis[]
  readonly contracted: readonly ViewAxis[]
}

interface Sides {
  readonly left: Groups
  readonly right: Groups
  readonly output: Groups
}

const axesOf = ({ shape, strides }: View, start: number, count: number, bytes: number): ViewAxis[] =>
  shape
    .slice(start, start + count)
    .map((length, i) => ({ length, stride: (strides[start + i] as number) * bytes, axis: start + i }))

/** Batch axes that one operand doesn't depend on are rows or columns of the other one. */
function sidesOf(
  { batch, rows, columns, contracted, left, right, output }: ContractCall,
  bytes: number,
): Sides {
  const batchAxes = [left, right, output].map((view) => axesOf(view, 0, batch, bytes))
  const fixed = (side: number, axis: number): boolean => {
    const own = batchAxes[side]?.[axis]
    return own === undefined || own.stride === 0 || own.length === 1
  }
  const role = (axis: number): 'rows' | 'columns' | 'batch' =>
    fixed(1, axis) ? 'rows' : fixed(0, axis) ? 'columns' : 'batch'
  const withRole = (side: number, wanted: 'rows' | 'columns' | 'batch'): ViewAxis[] =>
    (batchAxes[side] ?? []).filter((_, axis) => role(axis) === wanted)
  const groups = (side: number, own: Omit<Groups, 'batch'>): Groups => ({
    batch: withRole(side, 'batch'),
    rows: [...withRole(side, 'rows'), ...own.rows],
    columns: [...withRole(side, 'columns'), ...own.columns],
    contracted: own.contracted,
  })
  const from = (view: View, first: number, count: number) => axesOf(view, batch + first, count, bytes)
  return {
    left: groups(0, {
      rows: from(left, 0, rows),
      columns: [],
      contracted: from(left, rows, contracted),
    }),
    right: groups(1, {
      rows: [],
      columns: from(right, contracted, columns),
      contracted: from(right, 0, contracted),
    }),
    output: groups(2, { rows: from(output, 0, rows), columns: from(output, rows, columns), contracted: [] }),
  }
}

/** The same product with left and right exchanged. */
function exchanged({ left, right, output }: Sides): Sides {
  const turn = (groups: Groups): Groups => ({ ...groups, rows: groups.columns, columns: groups.rows })
  return { left: turn(right), right: turn(left), output: turn(output) }
}

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

export function planOf(call: ContractCall, element: Element, tile: Tile, tables: Tables): Plan {
  const { bytes, packed, bits } = element
  const sides = sidesOf(call, bytes)
  const turned = exchanged(sides)
  const swapped = costOf(turned, tile, bytes) < costOf(sides, tile, bytes)
  const { left, right, output } = swapped ? turned : sides
  const operand = (batch: readonly Axis[], rows: readonly Axis[], contracted: readonly Axis[]): Operand => ({
    batch: tables.of(batch, bytes),
    rows: tables.of(rows, bytes),
    contracted: tables.of(contracted, bytes),
  })
  const [m, n, k, batches] = [output.rows, output.columns, left.contracted, output.batch].map(sizeOf) as [
    number,
    number,
    number,
    number,
  ]
  // A narrow output can't hold sums of a part of k.
  const blockDepth = bits < 32 ? Math.max(1, k) : partOf(k, DEPTH, 1)
  const blockRows = partOf(m, LEFT_BYTES / packed / blockDepth, tile.rows)
  const blockColumns = partOf(n, RIGHT_BYTES / packed / blockDepth, tile.columns)
  const inPlace = ({ rows, contracted }: Operand, width: number): boolean =>
    bits >= 32 &&
    contracted.step !== undefined &&
    rows.run === rows.length &&
    rows.length % width === 0 &&
    Math.abs(contracted.step) * k <= IN_PLACE_BYTES
  const outer = [...output.batch, ...output.rows].find(({ length }) => length > 1)
  const first = operand(left.batch, left.rows, left.contracted)
  const second = operand(right.batch, right.columns, right.contracted)
  return {
    way: wayOf(m, second, element),
    batches,
    m,
    n,
    k,
    swapped,
    left: first,
    right: second,
    output: {
      batch: tables.of(output.batch, bytes),
      rows: tables.of(output.rows, bytes),
      columns: tables.of(output.columns, bytes),
    },
    blockRows,
    blockColumns,
    blockDepth,
    leftInPlace: inPlace(first, tile.rows),
    rightInPlace: inPlace(second, tile.columns),
    pieceAxis: outer?.axis ?? 0,
    pieceRows: (batches * m) / (outer?.length ?? 1),
  }
}
