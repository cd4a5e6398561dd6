/**
 * Selections whose size depends on values: they read the values first, so they are asynchronous and have no place
 * inside of a function that is differentiated.
 */
import { type DType, formatShape, type Shape, ShapeError, sizeOf } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { gather } from '../../primitives/gather.js'
import { upload } from '../../primitives/upload.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import { retype } from '../../types/typed.js'
import { lineShape } from './indices.js'

/** Row-major positions of the elements that aren't zero. */
async function positionsOf(x: Tensor): Promise<number[]> {
  const data = await x.data()
  const positions: number[] = []
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) positions.push(i)
  return positions
}

/**
 * Where a tensor isn't zero: one int32 vector per axis, with the coordinates of all such elements in row-major order.
 *
 * @example const [rows, columns] = await nonzero(tensor([[0, 1], [2, 0]])) // [0, 1] and [1, 0]
 */
export async function nonzero(x: Tensor): Promise<Tensor<[number], 'int32'>[]> {
  const positions = await positionsOf(x)
  return x.shape.map((length, axis) => {
    const stride = sizeOf(x.shape.slice(axis + 1))
    const coordinates = Int32Array.from(positions, (position) => Math.floor(position / stride) % length)
    return retype(upload('nonzero', x, coordinates, 'int32', [positions.length]))
  })
}

/**
 * The elements or slices of `x` for which the mask is true, in order, along one axis in place of those of the mask.
 *
 * @param mask of the shape of the first axes of `x`; anything but zero counts as true.
 * @throws ShapeError when the mask has another shape.
 * @example await booleanMask(tensor([[1, 2], [3, 4]]), tensor([false, true])) // [[3, 4]]
 */
export async function booleanMask<T extends DType>(
  x: Tensor<Shape, T>,
  mask: Tensor,
): Promise<Tensor<number[], T>> {
  if (mask.ndim > x.ndim || mask.shape.some((length, axis) => length !== x.shape[axis])) {
    throw new ShapeError('booleanMask', {
      expected: `a mask of the shape of the first axes of ${formatShape(x.shape)}`,
      received: formatShape(mask.shape),
      fix: 'reduce or reshape the mask; where(mask, a, b) broadcasts and keeps the shape',
    })
  }
  const positions = Int32Array.from(await positionsOf(mask))
  return retype(
    withTemporaries(() => {
      const rows = reshape('booleanMask', x, [mask.size, ...x.shape.slice(mask.ndim)])
      const flat = upload('booleanMask', x, positions, 'int32', [positions.length])
      return gather('booleanMask', rows, reshape('booleanMask', flat, lineShape(rows.ndim, flat, 0)), 0)
    }),
  )
}
