/**
 * tensordot: products over any number of axes, chosen by position.
 */
import { type DType, formatShape, normalizeAxis, type Shape, ShapeError, ValueError } from '@nabla/backend'
import type { Tensor } from '../../tensor.js'
import { typed } from '../../types/typed.js'
import { contractBroadcast, labelsFrom, mismatchError, requireTensors } from './operands.js'
import type { ProductType } from './shapes.js'

/**
 * How many axes are summed — the last ones of the first operand with the first ones of the second — or which: those of
 * the first operand and those of the second, in pairs.
 */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]]

interface AxisPairs {
  readonly ofA: readonly number[]
  readonly ofB: readonly number[]
}

function countedAxes(a: Shape, b: Shape, count: number): AxisPairs {
  const most = Math.min(a.length, b.length)
  if (!Number.isInteger(count) || count < 0 || count > most) {
    throw new ValueError('tensordot', {
      expected: `axes as a number from 0 to ${most}, the smaller of the ranks, or as [axes of the first, axes of the second]`,
      received: `${count} for ${formatShape(a)} and ${formatShape(b)}`,
      fix: `pass at most ${most}`,
    })
  }
  return { ofA: labelsFrom(a.length - count, count), ofB: labelsFrom(0, count) }
}

function requireDistinct(axes: readonly number[], shape: Shape, which: string): void {
  const twice = axes.find((axis, position) => axes.indexOf(axis) !== position)
  if (twice === undefined) return
  throw new ShapeError('tensordot', {
    expected: 'each axis of an operand at most once',
    received: `axes ${formatShape(axes)} of the ${which} operand ${formatShape(shape)}, where axis ${twice} stands twice`,
    fix: 'remove the repeated axis, or take a diagonal with einsum',
  })
}

function givenAxes(
  a: Shape,
  b: Shape,
  axes: readonly [number | readonly number[], number | readonly number[]],
): AxisPairs {
  const [ofA, ofB] = [a, b].map((shape, which) => {
    const given = axes[which as 0 | 1]
    const list = typeof given === 'number' ? [given] : given
    return list.map((axis) => normalizeAxis('tensordot', axis, shape.length))
  }) as [number[], number[]]
  if (ofA.length !== ofB.length) {
    throw new ShapeError('tensordot', {
      expected: 'as many axes of the first operand as of the second, to be summed in pairs',
      received: `${ofA.length} axes ${formatShape(ofA)} of ${formatShape(a)} and ${ofB.length} axes ${formatShape(ofB)} of ${formatShape(b)}`,
      fix: 'name one axis of each operand per pair',
    })
  }
  requireDistinct(ofA, a, 'first')
  requireDistinct(ofB, b, 'second')
  return { ofA, ofB }
}

type TensorProduct = <D extends DType, E extends DType>(
  a: Tensor<Shape, D>,
  b: Tensor<Shape, E>,
  axes?: TensordotAxes,
) => Tensor<number[], ProductType<D, E>>

/**
 * Sum of products over pairs of axes. The result has the other axes of `a`, then those of `b`.
 *
 * @param axes default 2: the last two axes of `a` with the first two of `b`; 0 is the outer product.
 * @throws ShapeError when the lengths of a pair differ, AxisError, ValueError.
 * @example tensordot(zeros([2, 3, 4]), zeros([4, 3, 5]), [[1, 2], [1, 0]]).shape // [2, 5]
 */
export const tensordot: TensorProduct = /* @__PURE__ */ typed(
  (a: Tensor, b: Tensor, axes: TensordotAxes = 2) => {
    requireTensors('tensordot', a, b)
    const { ofA, ofB } =
      typeof axes === 'number' ? countedAxes(a.shape, b.shape, axes) : givenAxes(a.shape, b.shape, axes)
    ofA.forEach((axisOfA, pair) => {
      const axisOfB = ofB[pair] as number
      if (a.shape[axisOfA] === b.shape[axisOfB]) return
      throw mismatchError('tensordot', {
        a: a.shape,
        axisOfA,
        b: b.shape,
        axisOfB,
        expected: `equal lengths in each of the ${ofA.length} pairs of axes`,
        fix: 'pass the pairs that fit as axes: [axes of the first, axes of the second]',
      })
    })
    const left = labelsFrom(0, a.ndim)
    const right = labelsFrom(a.ndim, b.ndim).map((label, axis) => ofA[ofB.indexOf(axis)] ?? label)
    const output = [
      ...left.filter((axis) => !ofA.includes(axis)),
      ...right.filter((label) => label >= a.ndim),
    ]
    return contractBroadcast('tensordot', a, b, { left, right, output })
  },
)
