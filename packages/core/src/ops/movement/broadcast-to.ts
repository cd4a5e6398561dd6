/**
 * Repetition by stride 0: broadcastTo and meshgrid. Views: no data is moved.
 */
import { type DType, formatShape, type Shape, ShapeError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { broadcast, permute, reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Mutable } from '../../types/shapes.js'
import { retype } from '../../types/typed.js'

/**
 * Repeated to a shape, aligned at the last axis; no data is moved.
 *
 * @throws ShapeError when a length is neither 1 nor the one asked for.
 * @example broadcastTo(tensor([1, 2]), [3, 2]) // [[1, 2], [1, 2], [1, 2]]
 */
export function broadcastTo<A extends Shape, T extends DType, const B extends Shape>(
  x: Tensor<A, T>,
  shape: B,
): Tensor<Mutable<B>, T> {
  const added = shape.length - x.ndim
  const bad = x.shape.findIndex((length, axis) => length !== 1 && length !== shape[axis + added])
  if (added < 0 || bad >= 0) {
    const axis = bad - x.ndim
    throw new ShapeError('broadcastTo', {
      expected:
        'a shape with at least as many axes, whose lengths, aligned at the last axis, are equal or stand over a 1',
      received:
        added < 0
          ? `${formatShape(x.shape)} to ${formatShape(shape)}, which has fewer axes`
          : `${formatShape(x.shape)} to ${formatShape(shape)}, which differ at axis ${axis} (${x.shape[bad]} against ${shape[bad + added]})`,
      fix: 'give the axis that shall be repeated length 1 with expandDims or reshape',
    })
  }
  return retype(broadcast('broadcastTo', x, shape.slice()))
}

export interface MeshgridOptions {
  /** `xy` (the default): results [b, a, …] as for plots; `ij`: results [a, b, …] in the order of the inputs. */
  readonly indexing?: 'xy' | 'ij'
}

/**
 * Coordinates of a grid: for vectors of lengths a, b, c … one tensor each, in which the vector runs along its axis.
 *
 * @throws ShapeError for inputs that are not vectors.
 * @example const [x, y] = meshgrid([tensor([1, 2, 3]), tensor([4, 5])]) // both [2, 3]
 */
export function meshgrid<D extends DType>(
  vectors: readonly Tensor<Shape, D>[],
  { indexing = 'xy' }: MeshgridOptions = {},
): Tensor<number[], D>[] {
  const wrong = vectors.findIndex(({ ndim }) => ndim !== 1)
  if (wrong >= 0) {
    throw new ShapeError('meshgrid', {
      expected: 'vectors',
      received: `shape ${formatShape((vectors[wrong] as Tensor).shape)} at position ${wrong}`,
      fix: 'flatten it first',
    })
  }
  const shape = vectors.map(({ size }) => size)
  const swapped = indexing === 'xy' && vectors.length > 1
  const order = shape.map((_, axis) => (swapped && axis < 2 ? 1 - axis : axis))
  return withTemporaries(() =>
    vectors.map((vector, axis) => {
      const line = shape.map((length, other) => (other === axis ? length : 1))
      const grid = broadcast('meshgrid', reshape('meshgrid', vector, line), shape)
      return retype<number[], D>(permute('meshgrid', grid, order))
    }),
  )
}
