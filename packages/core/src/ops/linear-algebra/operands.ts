/**
 * What all products share: operands brought to one dtype, axes named by labels, and axes of length 1 that only repeat.
 */
import { type DType, formatShape, promoteTypes, type Shape, ShapeError } from '@nabla/backend'
import { requireTensor } from '../../engine/operands.js'
import type { PrimitiveParameters } from '../../engine/primitives.js'
import { withTemporaries } from '../../engine/temporaries.js'
import { castTo } from '../../primitives/cast.js'
import { contract } from '../../primitives/contract.js'
import { reshape } from '../../primitives/views.js'
import type { Tensor } from '../../tensor.js'

/** The dtype that a product of these dtypes is computed in. */
export function productType(dtypes: readonly DType[]): DType {
  const common = dtypes.reduce(promoteTypes)
  return common === 'bool' ? 'int32' : common
}

/** Checks that both operands of a product are tensors. */
export function requireTensors(operation: string, a: unknown, b: unknown): void {
  requireTensor(operation, a)
  requireTensor(operation, b)
}

/** `count` labels from `first` on. */
export function labelsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, axis) => first + axis)
}

/** `x` without some of its axes of length 1; `x` itself where there are none. */
export function dropAxes(operation: string, x: Tensor, drops: (axis: number) => boolean): Tensor {
  if (!x.shape.some((_, axis) => drops(axis))) return x
  return reshape(
    operation,
    x,
    x.shape.filter((_, axis) => !drops(axis)),
  )
}

/** A label per axis of the operands and of the result. */
export type Labels = PrimitiveParameters['contract']

/** Where an axis of length 1 meets a longer one of the other operand. */
function repeats(
  shape: Shape,
  own: readonly number[],
  otherShape: Shape,
  other: readonly number[],
): boolean[] {
  return own.map((label, axis) => {
    const position = other.indexOf(label)
    return position >= 0 && shape[axis] === 1 && otherShape[position] !== 1
  })
}

/** Whether the operands can be contracted as they are. */
function fits(a: Tensor, b: Tensor, { left, right }: Labels): boolean {
  if (a.dtype !== b.dtype || a.dtype === 'bool') return false
  return left.every((label, axis) => {
    const position = right.indexOf(label)
    return position < 0 || a.shape[axis] === b.shape[position]
  })
}

/**
 * The contraction of two operands of any dtypes. An axis of length 1 stands for any length of its label: it is left out
 * of the contraction instead of being repeated, so that its gradient is summed by the contraction as well. Such a
 * label must stand in the output.
 */
export function contractBroadcast(operation: string, a: Tensor, b: Tensor, labels: Labels): Tensor {
  if (fits(a, b, labels)) return contract(operation, a, b, labels)
  const { left, right, output } = labels
  const dtype = productType([a.dtype, b.dtype])
  const inA = repeats(a.shape, left, b.shape, right)
  const inB = repeats(b.shape, right, a.shape, left)
  return withTemporaries(() => {
    const first = dropAxes(operation, castTo(operation, a, dtype), (axis) => inA[axis] === true)
    const second = dropAxes(operation, castTo(operation, b, dtype), (axis) => inB[axis] === true)
    return contract(operation, first, second, {
      left: left.filter((_, axis) => inA[axis] !== true),
      right: right.filter((_, axis) => inB[axis] !== true),
      output,
    })
  })
}

/** Two lengths that had to agree and do not. */
export interface Mismatch {
  readonly a: Shape
  readonly axisOfA: number
  readonly b: Shape
  readonly axisOfB: number
  readonly expected: string
  readonly fix: string
}

export function mismatchError(
  operation: string,
  { a, axisOfA, b, axisOfB, expected, fix }: Mismatch,
): ShapeError {
  const [lengthOfA, lengthOfB] = [a.at(axisOfA), b.at(axisOfB)]
  return new ShapeError(operation, {
    expected,
    received: `${formatShape(a)} and ${formatShape(b)}: axis ${axisOfA} of the first has length ${lengthOfA}, axis ${axisOfB} of the second ${lengthOfB}`,
    fix,
  })
}
