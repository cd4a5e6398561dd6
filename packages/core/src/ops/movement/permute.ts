/**
 * Axes in another order. Views: no data is moved.
 */
import { type DType, formatShape, normalizeAxes, normalizeAxis, type Shape, ShapeError } from '@nabla/backend'
import { permute as permuteTo } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { SameRank, Swapped } from '../../types/axes.js'
import type { Permuted, Reversed } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'

function ordered(operation: string, x: Tensor, order: readonly number[]): Tensor {
  if (order.length !== x.ndim) {
    throw new ShapeError(operation, {
      expected: `an order of all ${x.ndim} axes of shape ${formatShape(x.shape)}`,
      received: `${formatShape(order)}, which has ${order.length}`,
      fix: 'name each axis once, for example [1, 0] to transpose a matrix',
    })
  }
  normalizeAxes(operation, order, x.ndim)
  return permuteTo(
    operation,
    x,
    order.map((axis) => normalizeAxis(operation, axis, x.ndim)),
  )
}

/**
 * Axes reversed, or in the given order; no data is moved.
 *
 * @throws ShapeError when the order doesn't name each axis once.
 * @example
 * transpose(tensor([[1, 2, 3]])).shape // [3, 1]
 * transpose(images, [0, 3, 1, 2]) // channels last to channels first
 */
export function transpose<A extends Shape, T extends DType>(x: Tensor<A, T>): Tensor<Reversed<A>, T>
export function transpose<A extends Shape, T extends DType, const O extends readonly number[]>(
  x: Tensor<A, T>,
  order: O,
): Tensor<Permuted<A, O>, T>
export function transpose(
  x: Tensor,
  order: readonly number[] = x.shape.map((_, axis) => x.ndim - 1 - axis),
): Tensor {
  return ordered('transpose', x, order)
}

/** Axes in the given order: axis `i` of the result is axis `order[i]`. @see transpose */
export function permute<A extends Shape, T extends DType, const O extends readonly number[]>(
  x: Tensor<A, T>,
  order: O,
): Tensor<Permuted<A, O>, T> {
  return retype(ordered('permute', x, order))
}

/**
 * Two axes exchanged; no data is moved.
 *
 * @throws AxisError for an axis that `x` doesn't have.
 * @example swapAxes(x, -1, -2) // every matrix transposed
 */
export function swapAxes<A extends Shape, T extends DType, X extends number, Y extends number>(
  x: Tensor<A, T>,
  first: X,
  second: Y,
): Tensor<Swapped<A, X, Y>, T> {
  const a = normalizeAxis('swapAxes', first, x.ndim)
  const b = normalizeAxis('swapAxes', second, x.ndim)
  const order = x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis))
  return retype(permuteTo('swapAxes', x, order))
}

/**
 * Axes moved to other places, the others staying in order; no data is moved.
 *
 * @throws ShapeError when there aren't as many destinations as sources.
 * @example moveAxis(images, -1, 1) // channels last to channels first
 */
export function moveAxis<A extends Shape, T extends DType>(
  x: Tensor<A, T>,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor<SameRank<A>, T> {
  const from: readonly number[] = typeof source === 'number' ? [source] : source
  const to: readonly number[] = typeof destination === 'number' ? [destination] : destination
  if (from.length !== to.length) {
    throw new ShapeError('moveAxis', {
      expected: 'as many destinations as sources',
      received: `sources ${formatShape(from)} and destinations ${formatShape(to)}`,
      fix: 'name one destination for each axis that moves',
    })
  }
  const rank = x.ndim
  const moving = normalizeAxes('moveAxis', from, rank)
  normalizeAxes('moveAxis', to, rank)
  const order = x.shape.map((_, axis) => axis).filter((axis) => !moving.includes(axis))
  const moves = from.map((axis, i) => ({
    axis: normalizeAxis('moveAxis', axis, rank),
    place: normalizeAxis('moveAxis', to[i] as number, rank),
  }))
  for (const { axis, place } of moves.sort((a, b) => a.place - b.place)) order.splice(place, 0, axis)
  return retype(permuteTo('moveAxis', x, order))
}
