/**
 * Diagonals of matrices, in tensors of any rank.
 */
import { type DType, formatShape, normalizeAxis, type Shape, ShapeError } from '@nabla/backend'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { wholeRanges } from '../../primitives/ranges.js'
import { reduce } from '../../primitives/reduce.js'
import { permute, reshape, slice } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'
import type { Summed } from '../../types/axes.js'
import { retype } from '../../types/typed.js'
import { summedType } from '../reduction/sum.js'

export interface DiagonalOptions {
  /** 0 for the main diagonal (the default), above 0 for those above it, below 0 for those below it. */
  readonly offset?: number
  /** The axes of the matrices' rows and columns; default 0 and 1. */
  readonly axes?: readonly [rows: number, columns: number]
}

function diagonalOf(operation: string, x: Tensor, { offset = 0, axes = [0, 1] }: DiagonalOptions): Tensor {
  if (x.ndim < 2 || !Number.isInteger(offset)) {
    throw new ShapeError(operation, {
      expected: 'a tensor of at least 2 dimensions and a whole offset',
      received: `shape ${formatShape(x.shape)} and offset ${offset}`,
      fix: 'reshape vectors to matrices first',
    })
  }
  const row = normalizeAxis(operation, axes[0], x.ndim)
  const column = normalizeAxis(operation, axes[1], x.ndim)
  if (row === column) {
    throw new ShapeError(operation, {
      expected: 'two different axes',
      received: `axes ${axes[0]} and ${axes[1]} of shape ${formatShape(x.shape)}`,
      fix: 'name the axis of the rows and that of the columns',
    })
  }
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== row && axis !== column)
  const lead = others.map((axis) => x.shape[axis] as number)
  const [rows, columns] = [x.shape[row] as number, x.shape[column] as number]
  const lined = reshape(operation, permute(operation, x, [...others, row, column]), [...lead, rows * columns])
  // From one diagonal element to the next it is one row and one column: columns + 1 elements.
  const length = Math.max(Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)), 0)
  const start = length === 0 ? 0 : offset >= 0 ? offset : -offset * columns
  return slice(
    operation,
    lined,
    wholeRanges(lined.shape).with(lead.length, { start, length, step: columns + 1 }),
  )
}

/**
 * The diagonals of matrices, as a last axis. No data is moved where the matrices lie row by row.
 *
 * @throws ShapeError for fewer than 2 dimensions, AxisError for an axis that `x` doesn't have.
 * @example diagonal(tensor([[1, 2], [3, 4]])) // [1, 4]
 */
export function diagonal<T extends DType>(
  x: Tensor<Shape, T>,
  options: DiagonalOptions = {},
): Tensor<number[], T> {
  return retype(withTemporaries(() => diagonalOf('diagonal', x, options)))
}

/** The sum of the diagonals of matrices. @see diagonal @example trace(tensor([[1, 2], [3, 4]])) // 5 */
export function trace<T extends DType>(
  x: Tensor<Shape, T>,
  options: DiagonalOptions = {},
): Tensor<number[], Summed<T>> {
  return retype(
    withTemporaries(() => {
      const elements = castTo('trace', diagonalOf('trace', x, options), summedType(x.dtype))
      return reduce('trace', 'sum', elements, [elements.ndim - 1], false)
    }),
  )
}
