/**
 * Layouts through layouts: how the input of an elementwise call is seen by someone who reads the call's result through a
 * view. Everything that fusion moves goes through here.
 */
import { isContiguous, type Layout, reshapeLayout, rowMajorStrides, type Shape, sizeOf } from '@nabla/backend'

/** A move along one axis of a shape: `step` of its elements for each step along axis `from` of the view. */
interface Move {
  readonly from: number
  readonly step: number
}

/** Where a view reads along one axis of a shape: from `start` on, by `moves`. */
export interface Coordinate {
  readonly start: number
  readonly moves: readonly Move[]
}

/**
 * The coordinates, in a tensor of `shape` that lies row by row, of what a view on its elements reads; `undefined` where
 * an axis of the view runs across several axes of the shape.
 */
export function coordinatesOf(shape: Shape, view: Layout): readonly Coordinate[] | undefined {
  const strides = rowMajorStrides(shape)
  const moves = shape.map((): Move[] => [])
  for (let from = 0; from < view.shape.length; from++) {
    const stride = view.strides[from] as number
    if (stride === 0 || view.shape[from] === 1) continue
    const distance = Math.abs(stride)
    const axis = shape.findIndex((length, each) => {
      const own = strides[each] as number
      return length > 1 && own <= distance && distance < own * length
    })
    if (axis === -1 || distance % (strides[axis] as number) !== 0) return undefined
    moves[axis]?.push({ from, step: stride / (strides[axis] as number) })
  }
  let rest = view.offset
  const coordinates = shape.map((length, axis): Coordinate => {
    const own = strides[axis] as number
    const start = length === 1 ? 0 : Math.floor(rest / own)
    if (length !== 1) rest -= start * own
    return { start, moves: moves[axis] ?? [] }
  })
  const fits = coordinates.every(({ start, moves: own }, axis) => {
    const reach = own.map(({ from, step }) => step * ((view.shape[from] as number) - 1))
    const lowest = start + reach.reduce((sum, each) => sum + Math.min(0, each), 0)
    const highest = start + reach.reduce((sum, each) => sum + Math.max(0, each), 0)
    return lowest >= 0 && highest < (shape[axis] as number)
  })
  return fits ? coordinates : undefined
}

/** A layout with neighbouring axes made one where they are stepped through as one. */
function coalesce({ shape, strides, offset }: Layout): Layout {
  const lengths: number[] = []
  const steps: number[] = []
  shape.forEach((length, axis) => {
    if (length === 1) return
    const stride = strides[axis] as number
    const last = lengths.length - 1
    if (last >= 0 && steps[last] === stride * length) {
      lengths[last] = (lengths[last] as number) * length
      steps[last] = stride
    } else {
      lengths.push(length)
      steps.push(stride)
    }
  })
  return { shape: lengths, strides: steps, offset }
}

/**
 * The layout of an input as seen through a view on the result.
 *
 * @param input an input of an elementwise call: a layout over the call's shape
 * @param view how the call's result, laid out row by row, is read
 * @returns a layout over the view's shape, or `undefined` where there is none
 */
export function throughView(input: Layout, view: Layout): Layout | undefined {
  if (isContiguous(input)) {
    return { shape: view.shape, strides: view.strides, offset: input.offset + view.offset }
  }
  const isAll = view.offset === 0 && isContiguous(view) && sizeOf(view.shape) === sizeOf(input.shape)
  if (isAll) {
    const reshaped = reshapeLayout(input, view.shape)
    if (reshaped !== undefined) return reshaped
  }
  const { shape, strides, offset } = coalesce(input)
  const coordinates = coordinatesOf(shape, view)
  if (coordinates === undefined) return undefined
  const steps = view.shape.map(() => 0)
  let start = offset
  coordinates.forEach(({ start: first, moves }, axis) => {
    const stride = strides[axis] as number
    start += first * stride
    for (const { from, step } of moves) steps[from] = (steps[from] as number) + step * stride
  })
  return { shape: view.shape, strides: steps, offset: start }
}

/** Number of different elements that a layout reaches, as far as its strides tell. */
export function distinctElements({ shape, strides }: Layout): number {
  return sizeOf(shape.filter((_, axis) => strides[axis] !== 0))
}
