/**
 * Loop nests: how every strided kernel walks its views. Axes of length 1 go, axes are put in an order that suits
 * memory, neighbours that every view can step through as one are merged, and the two innermost are cut into tiles
 * that fit the scratch blocks.
 */
import type { Shape } from '@nabla/backend'

/** Elements in a tile at most, and so in a scratch block. */
export const BLOCK = 1024
/** Side of the square tiles in which views with different fast axes meet. */
const SQUARE = 32

/** What a nest needs to know of a view. */
export interface Strided {
  readonly strides: readonly number[]
  readonly offset: number
}

export interface Nest {
  /** Lengths, outermost first; never empty. */
  readonly lengths: readonly number[]
  /** `strides[view][axis]`. */
  readonly strides: readonly (readonly number[])[]
  readonly offsets: readonly number[]
}

/** An order of axes by stride, the largest first: walks `view` through memory as straight as can be. */
export function orderByStride(view: Strided, shape: Shape): number[] {
  const order: number[] = []
  for (let axis = 0; axis < shape.length; axis++) if (shape[axis] !== 1) order.push(axis)
  const size = (axis: number): number => Math.abs(view.strides[axis] as number)
  return order.sort((a, b) => size(b) - size(a) || a - b)
}

function merges(views: readonly Strided[], outer: number, inner: number, innerLength: number): boolean {
  for (const { strides } of views) {
    if (strides[outer] !== (strides[inner] as number) * innerLength) return false
  }
  return true
}

/** The nest of `views` over `shape`, none of whose lengths is 0, with its axes in the given order. */
export function buildNest(shape: Shape, views: readonly Strided[], order: readonly number[]): Nest {
  const lengths: number[] = []
  const kept: number[] = []
  for (const axis of order) {
    const length = shape[axis] as number
    if (length === 1) continue
    const last = kept.length - 1
    if (last >= 0 && merges(views, kept[last] as number, axis, length)) {
      kept[last] = axis
      lengths[last] = (lengths[last] as number) * length
    } else {
      kept.push(axis)
      lengths.push(length)
    }
  }
  const strides = views.map((view) =>
    kept.length === 0 ? [0] : kept.map((axis) => view.strides[axis] as number),
  )
  return { lengths: lengths.length === 0 ? [1] : lengths, strides, offsets: views.map((view) => view.offset) }
}

/** How a nest is cut: tiles of `rows` steps along `rowAxis` (-1: there is none) by `columns` along the last axis. */
export interface Tiling {
  readonly rowAxis: number
  readonly rows: number
  readonly columns: number
}

function fastAxisOf(strides: readonly number[], lengths: readonly number[]): number {
  let best = lengths.length - 1
  for (let axis = best - 1; axis >= 0; axis--) {
    const stride = Math.abs(strides[axis] as number)
    if (stride !== 0 && stride < Math.abs(strides[best] as number) && (lengths[axis] as number) >= 8)
      best = axis
  }
  return best
}

/**
 * Tiles for a nest: long rows where all views run along the last axis, squares where one runs along another. Only the
 * first `views` have a say.
 */
export function chooseTiling({ lengths, strides }: Nest, views: number): Tiling {
  const last = lengths.length - 1
  const inner = lengths[last] as number
  if (last === 0) return { rowAxis: -1, rows: 1, columns: Math.min(inner, BLOCK) }
  if (inner >= 8) {
    for (const view of strides.slice(0, views)) {
      if (Math.abs(view[last] as number) < 8) continue
      const fast = fastAxisOf(view, lengths)
      if (fast === last) continue
      return {
        rowAxis: fast,
        rows: Math.min(lengths[fast] as number, SQUARE),
        columns: Math.min(inner, SQUARE),
      }
    }
  }
  const columns = Math.min(inner, BLOCK)
  return {
    rowAxis: last - 1,
    rows: Math.min(lengths[last - 1] as number, Math.floor(BLOCK / columns)),
    columns,
  }
}

/** The steps of a view between the rows of a tile and between its columns. */
export function stepsOf(
  { strides }: Nest,
  { rowAxis, rows }: Tiling,
  view: number,
): readonly [number, number] {
  const own = strides[view] as readonly number[]
  return [rowAxis < 0 || rows === 1 ? 0 : (own[rowAxis] as number), own[own.length - 1] as number]
}

/**
 * Calls `visit` for every tile with the rows and columns it has; `at[view]` then is the position of its first element.
 */
export function forEachTile(
  { lengths, strides, offsets }: Nest,
  { rowAxis, rows, columns }: Tiling,
  at: number[],
  visit: (rows: number, columns: number) => void,
): void {
  const last = lengths.length - 1
  const outer: number[] = []
  for (let axis = 0; axis < last; axis++) if (axis !== rowAxis) outer.push(axis)
  const coordinates = outer.map(() => 0)
  const base = [...offsets]
  const rowCount = rowAxis < 0 ? 1 : (lengths[rowAxis] as number)
  const columnCount = lengths[last] as number
  for (;;) {
    for (let row = 0; row < rowCount; row += rows) {
      for (let column = 0; column < columnCount; column += columns) {
        for (let view = 0; view < base.length; view++) {
          const own = strides[view] as readonly number[]
          const down = rowAxis < 0 ? 0 : row * (own[rowAxis] as number)
          at[view] = (base[view] as number) + down + column * (own[last] as number)
        }
        visit(Math.min(rows, rowCount - row), Math.min(columns, columnCount - column))
      }
    }
    if (!advance(outer, coordinates, lengths, strides, base)) return
  }
}

/** One step of the odometer over the outer axes; false after the last. */
function advance(
  outer: readonly number[],
  coordinates: number[],
  lengths: readonly number[],
  strides: readonly (readonly number[])[],
  base: number[],
): boolean {
  for (let position = outer.length - 1; position >= 0; position--) {
    const axis = outer[position] as number
    const next = (coordinates[position] as number) + 1
    const wraps = next === lengths[axis]
    const steps = wraps ? 1 - next : 1
    for (let view = 0; view < base.length; view++) {
      base[view] = (base[view] as number) + steps * ((strides[view] as readonly number[])[axis] as number)
    }
    coordinates[position] = wraps ? 0 : next
    if (!wraps) return true
  }
  return false
}
