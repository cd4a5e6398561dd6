/**
 * The same elements under another shape. Views where the layout allows it, else a row-major copy.
 */
import {
  type DType,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  ShapeError,
  sizeOf,
} from '@nabla/backend'
import { reshape as reshapeTo } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Axes, Expanded, Squeezed } from '../../types/axes.js'
import type { Requested, Reshapeable } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'

function mismatch(from: Shape, to: Shape, why: string): ShapeError {
  const size = sizeOf(from)
  return new ShapeError('reshape', {
    expected: `a shape with ${size} element${size === 1 ? '' : 's'}, as ${formatShape(from)} has`,
    received: `${formatShape(to)}, ${why}`,
    fix: 'choose lengths whose product is the same; one of them may be -1, to be computed',
  })
}

/** The requested shape with -1 computed. */
function resolve(from: Shape, to: Shape): Shape {
  const unknown = to.indexOf(-1)
  if (to.some((length, axis) => (length < 0 && axis !== unknown) || !Number.isInteger(length))) {
    throw mismatch(from, to, 'where at most one length may be -1, and the others are whole numbers from 0')
  }
  if (unknown < 0) {
    if (sizeOf(to) === sizeOf(from)) return to.slice()
    throw mismatch(from, to, `which has ${sizeOf(to)}`)
  }
  const others = sizeOf(to.toSpliced(unknown, 1))
  const length = sizeOf(from) / others
  if (Number.isInteger(length)) return to.with(unknown, length)
  throw mismatch(from, to, `where no length in place of -1 fits, since the others give ${others}`)
}

/**
 * The elements in row-major order under another shape; no data is moved where the layout allows it.
 *
 * @param shape one length may be -1, to be computed from the others.
 * @throws ShapeError when the number of elements differs.
 * @example reshape(tensor([1, 2, 3, 4]), [2, -1]) // [[1, 2], [3, 4]]
 */
export function reshape<A extends Shape, T extends DType, const B extends Shape>(
  x: Tensor<A, T>,
  shape: B & Reshapeable<A, B>,
): Tensor<Requested<B>, T> {
  return retype(reshapeTo('reshape', x, resolve(x.shape, shape)))
}

/**
 * Neighbouring axes merged into one: all of them, or those from `start` to `end` (both included).
 *
 * @example flatten(images, 1) // [batch, height, width, channels] to [batch, height * width * channels]
 */
export function flatten<A extends Shape, T extends DType>(x: Tensor<A, T>): Tensor<[number], T>
export function flatten<T extends DType>(
  x: Tensor<Shape, T>,
  start: number,
  end?: number,
): Tensor<number[], T>
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  if (x.ndim === 0) return reshapeTo('flatten', x, [1])
  const first = normalizeAxis('flatten', start, x.ndim)
  const last = normalizeAxis('flatten', end, x.ndim)
  if (first > last) {
    throw new ShapeError('flatten', {
      expected: 'a first axis that is not behind the last one',
      received: `axes ${start} to ${end} of shape ${formatShape(x.shape)}`,
      fix: 'exchange them',
    })
  }
  const merged = sizeOf(x.shape.slice(first, last + 1))
  return reshapeTo('flatten', x, x.shape.toSpliced(first, last + 1 - first, merged))
}

/**
 * Axes of length 1 removed: all of them, or those that are named.
 *
 * @throws ShapeError when a named axis has another length.
 * @example squeeze(tensor([[[1, 2]]]), 0).shape // [1, 2]
 */
export function squeeze<A extends Shape, T extends DType, const X extends Axes = undefined>(
  x: Tensor<A, T>,
  axes?: X,
): Tensor<Squeezed<A, X>, T> {
  if (axes === undefined) {
    return retype(
      reshapeTo(
        'squeeze',
        x,
        x.shape.filter((length) => length !== 1),
      ),
    )
  }
  const named = normalizeAxes('squeeze', axes, x.ndim)
  const long = named.find((axis) => x.shape[axis] !== 1)
  if (long !== undefined) {
    throw new ShapeError('squeeze', {
      expected: 'axes of length 1',
      received: `axis ${long} of length ${x.shape[long]} in shape ${formatShape(x.shape)}`,
      fix: 'leave that axis out, or reduce it first (sum, mean …)',
    })
  }
  return retype(
    reshapeTo(
      'squeeze',
      x,
      x.shape.filter((_, axis) => !named.includes(axis)),
    ),
  )
}

/**
 * New axes of length 1, at the given places of the result.
 *
 * @throws AxisError for a place that the result doesn't have.
 * @example expandDims(tensor([1, 2]), -1).shape // [2, 1]
 */
export function expandDims<A extends Shape, T extends DType, const X extends number | readonly number[]>(
  x: Tensor<A, T>,
  axes: X,
): Tensor<Expanded<A, X>, T> {
  const given: readonly number[] = typeof axes === 'number' ? [axes] : axes
  const places = normalizeAxes('expandDims', given, x.ndim + given.length)
  const shape = [...x.shape]
  for (const place of places) shape.splice(place, 0, 1)
  return retype(reshapeTo('expandDims', x, shape))
}
