/**
 * Loop nests: the axes of a call as shaders walk them. Axes of length 1 go, and neighbours that every view can step through
 * as one are merged, so that shaders exist for few ranks.
 */
import type { Shape } from '@nabla/backend'

/** Where a view starts and how it steps, in elements. */
export interface Steps {
  readonly offset: number
  readonly strides: readonly number[]
}

export interface Nest {
  /** Outermost first; never empty. */
  readonly lengths: readonly number[]
  /** As many views as were given, in their order, with a stride for each length. */
  readonly views: readonly Steps[]
}

function merges(views: readonly Steps[], outer: number, inner: number, length: number): boolean {
  for (const { strides } of views) {
    if (strides[outer] !== (strides[inner] as number) * length) return false
  }
  return true
}

/** The nest over the axes of `shape` in the given order, some of which may be left out. */
export function buildNest(shape: Shape, views: readonly Steps[], order: readonly number[]): Nest {
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
  if (kept.length === 0) {
    return { lengths: [1], views: views.map(({ offset }) => ({ offset, strides: [0] })) }
  }
  return {
    lengths,
    views: views.map(({ offset, strides }) => ({
      offset,
      strides: kept.map((axis) => strides[axis] as number),
    })),
  }
}

/** Axes by the strides of one view, the largest first: the innermost is the one that its memory follows. */
export function orderByStride({ strides }: Steps, axes: readonly number[]): number[] {
  return [...axes].sort((a, b) => Math.abs(strides[b] as number) - Math.abs(strides[a] as number) || a - b)
}

/** All views walked the other way along the axes that one of them walks backwards. */
export function flipBackward(shape: Shape, by: Steps, views: readonly Steps[]): readonly Steps[] {
  if (by.strides.every((stride) => stride >= 0)) return views
  const isFlipped = by.strides.map((stride) => stride < 0)
  return views.map(({ offset, strides }) => ({
    offset: strides.reduce(
      (sum, stride, axis) => (isFlipped[axis] ? sum + stride * ((shape[axis] as number) - 1) : sum),
      offset,
    ),
    strides: strides.map((stride, axis) => (isFlipped[axis] ? -stride : stride)),
  }))
}
