/**
 * Indices: integer tensors, or plain numbers in arrays nested to any depth, as the int32 tensors that kernels take.
 */
import {
  type DType,
  DTypeError,
  formatShape,
  IndexError,
  isInteger,
  type Shape,
  ShapeError,
  sizeOf,
  ValueError,
} from '@nabla/backend'
import { TensorHandle } from '../../engine/handle.js'
import { castTo } from '../../primitives/cast.js'
import { upload } from '../../primitives/upload.js'
import type { Tensor } from '../../tensor.js'

/** Numbers nested in arrays, all rows of equal length. */
export type IndexArray = number | readonly IndexArray[]
/** What picks elements: an integer tensor, or plain numbers. Negative indices count from the end. */
export type Indices = Tensor<Shape, DType> | IndexArray

interface Flat {
  readonly shape: number[]
  readonly values: number[]
}

function flatten(operation: string, indices: IndexArray): Flat {
  const shape: number[] = []
  for (let first: IndexArray | undefined = indices; typeof first === 'object'; first = first[0])
    shape.push(first.length)
  const values: number[] = []
  const visit = (each: IndexArray, depth: number): void => {
    if (typeof each === 'number' ? depth !== shape.length : each.length !== shape[depth]) {
      throw new ShapeError(operation, {
        expected: `indices in rows of equal length, as in shape ${formatShape(shape)}`,
        received:
          typeof each === 'number' ? `the number ${each} among arrays` : `a row of length ${each.length}`,
        fix: 'make all rows equally long',
      })
    }
    if (typeof each === 'number') values.push(each)
    else for (const inner of each) visit(inner, depth + 1)
  }
  visit(indices, 0)
  return { shape, values }
}

/** Host indices are checked here, where the message can say which one is wrong. */
function check(operation: string, values: readonly number[], length: number, axis: number): void {
  const position = values.findIndex(
    (value) => !(Number.isInteger(value) && value >= -length && value < length),
  )
  if (position < 0) return
  const value = values[position] as number
  if (!Number.isInteger(value)) {
    throw new ValueError(operation, {
      expected: 'whole numbers as indices',
      received: `${value} at position ${position} of the indices`,
      fix: 'round it first, for example with Math.floor',
    })
  }
  throw new IndexError(operation, {
    expected:
      length === 0
        ? `no index, since axis ${axis} is empty`
        : `indices from ${-length} to ${length - 1} along axis ${axis}`,
    received: `${value} at position ${position} of the indices`,
    fix: 'clip the indices, or check what they were computed from',
  })
}

/**
 * Indices as an int32 tensor beside `beside`. Those in tensors are checked by the kernel, which sees them.
 *
 * @param length of the axis that they point into.
 */
export function indexTensor(
  operation: string,
  beside: Tensor,
  indices: Indices,
  length: number,
  axis: number,
): Tensor {
  if (indices instanceof TensorHandle) {
    if (isInteger(indices.dtype)) return castTo(operation, indices, 'int32')
    throw new DTypeError(operation, {
      expected: 'indices of an integer type',
      received: `${indices.dtype} ${formatShape(indices.shape)}`,
      fix:
        indices.dtype === 'bool'
          ? 'use await booleanMask(x, mask) to pick by a mask, or where(mask, a, b) to choose elementwise'
          : "cast them first: indices.cast('int32')",
    })
  }
  const { shape, values } = flatten(operation, indices)
  check(operation, values, length, axis)
  return upload(operation, beside, Int32Array.from(values), 'int32', shape)
}

/** The shape of what indices of `shape` pick along an axis. */
export function pickedShape(from: Shape, shape: Shape, axis: number): number[] {
  return from.toSpliced(axis, 1, ...shape)
}

/** Indices of any rank as one line along `axis`, for kernels that take as many axes as the data has. */
export function lineShape(rank: number, indices: Tensor, axis: number): number[] {
  return new Array<number>(rank).fill(1).with(axis, sizeOf(indices.shape))
}
