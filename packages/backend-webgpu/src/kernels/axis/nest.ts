/**
 * Axes that several views step through together, on the host: those of length 1 go, the others are put in an order that
 * suits memory, and neighbours that every view steps through as one are merged, so that few shaders serve all shapes.
 */
import type { Shape } from '@nabla/backend'

/** What a nest needs to know of a view. */
export interface Strided {
  readonly strides: readonly number[]
  readonly offset: number
}

export interface Nest {
  /** Lengths, outermost first; never empty. */
  readonly lengths: readonly number[]
  /** How many positions there are. */
  readonly size: number
  /** `strides[view][axis]`. */
  readonly strides: readonly (readonly number[])[]
  readonly offsets: readonly number[]
}

/** The axes of a shape but one. */
export function axesExcept({ length }: Shape, axis: number): number[] {
  const axes: number[] = []
  for (let other = 0; other < length; other++) if (other !== axis) axes.push(other)
  return axes
}

/** Axes by stride, the largest first, so that neighbouring positions are neighbours in the memory of `view`. */
export function orderByStride(view: Strided, axes: readonly number[]): number[] {
  const size = (axis: number): number => Math.abs(view.strides[axis] as number)
  return [...axes].sort((a, b) => size(b) - size(a) || a - b)
}

function mergeable(views: readonly Strided[], outer: number, inner: number, innerLength: number): boolean {
  for (const { strides } of views) {
    if (strides[outer] !== (strides[inner] as number) * innerLength) return false
  }
  return true
}

/** The nest of `views` over the given axes of `shape`, outermost first. */
export function buildNest(shape: Shape, views: readonly Strided[], axes: readonly number[]): Nest {
  const lengths: number[] = []
  const kept: number[] = []
  let size = 1
  for (const axis of axes) {
    const length = shape[axis] as number
    size *= length
    if (length === 1) continue
    const last = kept.length - 1
    if (last >= 0 && mergeable(views, kept[last] as number, axis, length)) {
      kept[last] = axis
      lengths[last] = (lengths[last] as number) * length
    } else {
      kept.push(axis)
      lengths.push(length)
    }
  }
  const none = kept.length === 0
  return {
    lengths: none ? [1] : lengths,
    size,
    strides: views.map(({ strides }) => (none ? [0] : kept.map((axis) => strides[axis] as number))),
    offsets: views.map(({ offset }) => offset),
  }
}

/** Whether neighbouring positions of the nest are closer in the memory of a view than neighbours along another axis. */
export function neighboursAreCloser({ size, strides }: Nest, view: number, stride: number): boolean {
  return size > 1 && Math.abs(strides[view]?.at(-1) as number) < Math.abs(stride)
}
