/**
 * Views: how a kernel sees a buffer. Transposing, slicing, broadcasting and sliding windows only change a view, so no
 * backend ever needs a kernel for them.
 */
import type { DType } from './dtype.js'
import { rowMajorStrides, type Shape, sizeOf } from './shape.js'

/** A one-dimensional block of elements that a backend owns. Backends attach their own storage to it. */
export interface Buffer {
  /** Unique within its backend. */
  readonly id: number
  readonly dtype: DType
  /** Number of elements. */
  readonly length: number
}

/** Shape, strides and offset (all in elements) without the buffer. */
export interface Layout {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

/**
 * A strided window on a buffer. `B` is `Buffer` in a call that runs and a slot number in a recorded program, which is
 * why a recorded call is plain data.
 */
export interface View<B = Buffer> extends Layout {
  readonly buffer: B
  readonly dtype: DType
}

/** The layout of a shape laid out row by row from the start of its buffer. */
export function rowMajorLayout(shape: Shape): Layout {
  return { shape, strides: rowMajorStrides(shape), offset: 0 }
}

/** Whether elements lie row by row without gaps (axes of length 1 may have any stride, as may those of nothing). */
export function isContiguous({ shape, strides }: Layout): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    if (length === 0) return true
    if (length !== 1 && strides[axis] !== expected) return shape.includes(0)
    expected *= length
  }
  return true
}

/** Axes in a new order: axis `i` of the result is axis `order[i]` of the layout. */
export function permuteLayout(layout: Layout, order: readonly number[]): Layout {
  return {
    shape: order.map((axis) => layout.shape[axis] as number),
    strides: order.map((axis) => layout.strides[axis] as number),
    offset: layout.offset,
  }
}

/** The layout repeated to `shape` by stride 0. The caller has checked that the shapes broadcast. */
export function broadcastLayout(layout: Layout, shape: Shape): Layout {
  const added = shape.length - layout.shape.length
  const strides = shape.map((length, axis) => {
    if (axis < added) return 0
    const own = layout.shape[axis - added] as number
    return own === 1 && length !== 1 ? 0 : (layout.strides[axis - added] as number)
  })
  return { shape, strides, offset: layout.offset }
}

/** One axis restricted to `length` elements from `start` by `step` (which may be negative). */
export function sliceLayout(
  layout: Layout,
  axis: number,
  start: number,
  length: number,
  step: number,
): Layout {
  const stride = layout.strides[axis] as number
  return {
    shape: layout.shape.with(axis, length),
    strides: layout.strides.with(axis, stride * step),
    offset: length === 0 ? layout.offset : layout.offset + start * stride,
  }
}

/**
 * The layout under a new shape of the same size without moving data, or `undefined` where that needs a copy: every
 * group of new axes must cover old axes that lie row by row among themselves.
 */
export function reshapeLayout(layout: Layout, shape: Shape): Layout | undefined {
  if (isContiguous(layout)) return { shape, strides: rowMajorStrides(shape), offset: layout.offset }
  const old = layout.shape
    .map((length, axis) => ({ length, stride: layout.strides[axis] as number }))
    .filter(({ length }) => length !== 1)
  const strides = new Array<number>(shape.length).fill(0)
  let position = 0
  for (let first = 0; first < shape.length; ) {
    let newSize = shape[first] as number
    let last = first + 1
    if (newSize === 1) {
      first = last
      continue
    }
    let oldAxis = old[position++]
    if (oldAxis === undefined) return undefined
    let oldSize = oldAxis.length
    while (newSize !== oldSize) {
      if (newSize < oldSize) {
        if (last >= shape.length) return undefined
        newSize *= shape[last++] as number
      } else {
        const next = old[position++]
        if (next === undefined || oldAxis.stride !== next.length * next.stride) return undefined
        oldSize *= next.length
        oldAxis = next
      }
    }
    let stride = oldAxis.stride
    for (let axis = last - 1; axis >= first; axis--) {
      strides[axis] = stride
      stride *= shape[axis] as number
    }
    first = last
  }
  return { shape, strides, offset: layout.offset }
}

/** Geometry of a window that slides along one axis. */
export interface WindowAxis {
  readonly axis: number
  /** Elements in the window. */
  readonly size: number
  /** Elements between the starts of neighbouring windows; default 1. */
  readonly stride?: number
  /** Elements between neighbours inside the window; default 1. */
  readonly dilation?: number
}

/** How many windows fit along an axis of `length` elements. */
export function windowCount(
  length: number,
  { size, stride = 1, dilation = 1 }: Omit<WindowAxis, 'axis'>,
): number {
  const reach = (size - 1) * dilation + 1
  return length < reach ? 0 : Math.floor((length - reach) / stride) + 1
}

/**
 * Sliding windows as a view: each windowed axis becomes the axis of window positions, and one axis per window is added
 * at the end, in the order given. Elements are shared between windows, so this is for reading only.
 */
export function windowLayout(layout: Layout, windows: readonly WindowAxis[]): Layout {
  const shape = [...layout.shape]
  const strides = [...layout.strides]
  for (const window of windows) {
    const stride = layout.strides[window.axis] as number
    shape[window.axis] = windowCount(layout.shape[window.axis] as number, window)
    strides[window.axis] = stride * (window.stride ?? 1)
    shape.push(window.size)
    strides.push(stride * (window.dilation ?? 1))
  }
  return { shape, strides, offset: layout.offset }
}

/** Element positions of a layout in row-major order of its shape; for tests and small host loops. */
export function* layoutPositions({ shape, strides, offset }: Layout): Generator<number> {
  const size = sizeOf(shape)
  const index = new Array<number>(shape.length).fill(0)
  let position = offset
  for (let i = 0; i < size; i++) {
    yield position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1
      position += strides[axis] as number
      if (next < (shape[axis] as number)) {
        index[axis] = next
        break
      }
      position -= next * (strides[axis] as number)
      index[axis] = 0
    }
  }
}
