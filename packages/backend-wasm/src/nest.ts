/**
 * Loop nests: how strided kernels walk their views. Axes of length 1 go, axes are ordered to suit memory, and neighbours
 * that every view can step through as one are merged.
 */
import { bytesPerElement, type Shape, type View } from '@nabla/backend'
import { startOf } from './buffer.js'
import type { Pace } from './emit/access.js'

/** A view as kernels see it: strides and address in bytes; of coordinates, in steps. */
export interface Placed {
  readonly strides: readonly number[]
  readonly address: number
  /** Bytes per element. */
  readonly bytes: number
}

export interface Nest {
  /** Lengths, outermost first; never empty. */
  readonly lengths: readonly number[]
  /** `strides[view][axis]`. */
  readonly strides: readonly (readonly number[])[]
}

/** Where a view lies. */
export function placeView(view: View): Placed {
  const bytes = bytesPerElement(view.dtype)
  return { strides: view.strides.map((stride) => stride * bytes), address: startOf(view), bytes }
}

function merges(views: readonly Placed[], outer: number, inner: number, innerLength: number): boolean {
  for (const { strides } of views) {
    if (strides[outer] !== (strides[inner] as number) * innerLength) return false
  }
  return true
}

/** The nest of `views` over the axes of `shape` in the given order, some of which may be left out. */
export function buildNest(shape: Shape, views: readonly Placed[], order: readonly number[]): Nest {
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
  if (kept.length === 0) return { lengths: [1], strides: views.map(() => [0]) }
  return { lengths, strides: views.map(({ strides }) => kept.map((axis) => strides[axis] as number)) }
}

/** Axes by the strides of the views together, the largest first: the innermost is the one that memory follows. */
export function orderByStride(views: readonly Placed[], axes: readonly number[]): number[] {
  const size = (axis: number): number =>
    views.reduce((sum, { strides }) => sum + Math.abs(strides[axis] as number), 0)
  return [...axes].sort((a, b) => size(b) - size(a) || a - b)
}

export function paceOf(stride: number, bytes: number): Pace {
  return stride === 0 ? 'uniform' : stride === bytes ? 'contiguous' : 'strided'
}

/** How each view goes along the innermost axis. */
export function pacesOf({ strides }: Nest, views: readonly Placed[]): Pace[] {
  return views.map(({ bytes }, i) => paceOf(strides[i]?.at(-1) as number, bytes))
}

/** A nest with the views that walk it. */
export interface Part {
  readonly nest: Nest
  readonly views: readonly Placed[]
}

/** Elements of the innermost axis in a tile. */
const TILE = 32
const CACHE_LINE = 64

/** The axis, if there is one, along which lie the elements that share cache lines of a view, while it leaps on the last. */
function runningAxis({ lengths, strides }: Nest): number {
  const last = lengths.length - 1
  for (const own of strides) {
    if (Math.abs(own[last] as number) < CACHE_LINE) continue
    const axis = own.findIndex((stride, each) => {
      return stride !== 0 && Math.abs(stride) < CACHE_LINE && (lengths[each] as number) >= 8
    })
    if (axis >= 0) return axis
  }
  return -1
}

/** An innermost axis below this would be all single elements. */
const SHORT = 4

function withLongestInnermost({ lengths, strides }: Nest): Nest {
  const longest = lengths.indexOf(Math.max(...lengths))
  const move = (list: readonly number[]): number[] => [
    ...list.slice(0, longest),
    ...list.slice(longest + 1),
    list[longest] as number,
  ]
  return { lengths: move(lengths), strides: strides.map(move) }
}

/**
 * The nest in parts that suit the caches: where views run along different axes, the innermost one is cut into short pieces
 * with the other right around them, so that lines of memory are used again before they are gone.
 */
export function tilesOf(nest: Nest, views: readonly Placed[]): readonly Part[] {
  const { lengths, strides } = nest
  const last = lengths.length - 1
  const inner = lengths[last] as number
  if (inner < SHORT && last > 0) return [{ nest: withLongestInnermost(nest), views }]
  const axis = inner < 2 * TILE ? -1 : runningAxis(nest)
  if (axis < 0) return [{ nest, views }]
  const others = [...lengths.keys()].filter((each) => each !== axis && each !== last)
  const arrange = (list: readonly number[], piece: number, end: number): number[] => [
    ...others.map((each) => list[each] as number),
    piece,
    list[axis] as number,
    end,
  ]
  const pieces = Math.floor(inner / TILE)
  const cut = (count: number, length: number, skipped: number): Part => ({
    nest: {
      lengths: arrange(lengths, count, length),
      strides: strides.map((own) => arrange(own, (own[last] as number) * TILE, own[last] as number)),
    },
    views: views.map((view, i) => {
      return { ...view, address: view.address + skipped * (strides[i]?.[last] as number) }
    }),
  })
  const whole = cut(pieces, TILE, 0)
  const rest = inner - pieces * TILE
  return rest === 0 ? [whole] : [whole, cut(1, rest, inner - rest)]
}
