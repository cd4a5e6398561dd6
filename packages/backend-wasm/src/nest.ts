/**
 * Loop nests: how strided kernels walk their views. Axes of length 1 go, axes are ordered to suit memory, and neighbours
 * that every view can step through as one are merged.
 */
import type { Shape } from '@nabla/backend'
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
