/**
 * The check that every function which takes a shape makes.
 */
import { type Shape, ShapeError } from '@nabla/backend'

/**
 * Checks that a shape is an array of lengths.
 *
 * @throws ShapeError naming the operation and the axis.
 */
export function requireShape(operation: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(operation, {
      expected: 'a shape: an array of lengths, [] for a scalar',
      received:
        typeof shape === 'number' ? `the number ${String(shape)}` : shape === null ? 'null' : typeof shape,
      fix: typeof shape === 'number' ? `write [${String(shape)}]` : 'pass for example [2, 3]',
    })
  }
  const axis = shape.findIndex((length: number) => !Number.isSafeInteger(length) || length < 0)
  if (axis === -1) return
  throw new ShapeError(operation, {
    expected: 'lengths that are whole numbers from 0',
    received: `${String(shape[axis])} for axis ${axis} of [${shape.join(',')}]`,
    fix: 'pass a whole number for each axis',
  })
}
