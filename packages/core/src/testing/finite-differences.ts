/**
 * For tests: gradients against central differences in float64, of first and of second order.
 */
import { expressions as e, input, type Shape, sizeOf } from '@nabla/backend'
import { expect } from 'vitest'
import { grad } from '../autograd/gradient.js'
import { tensorFrom } from '../ops/creation/tensor.js'
import { map } from '../primitives/map.js'
import { reduce } from '../primitives/reduce.js'
import type { Tensor } from '../tensor.js'
import { type Arrangement, arranged, noise } from './arrangements.js'

export type TensorFunction = (...inputs: Tensor[]) => Tensor

const STEP = 1e-4

/** Everything weighted and summed, so that every element of the result counts differently. */
function weigh(result: Tensor, seed: number): Tensor {
  const weights = tensorFrom(noise(result.size, seed), result.shape, { dtype: 'float64' })
  const product = map('weigh', e.multiply(input(0, 'float64'), input(1, 'float64')), [result, weights])
  return reduce(
    'weigh',
    'sum',
    product,
    result.shape.map((_, axis) => axis),
    false,
  )
}

/** Weighted squares: a loss whose second derivatives don't vanish. */
function weighSquares(result: Tensor): Tensor {
  return weigh(map('square', e.multiply(input(0, 'float64'), input(0, 'float64')), [result]), 77)
}

function numericGradient(
  loss: TensorFunction,
  values: readonly number[][],
  shapes: readonly Shape[],
  which: number,
): number[] {
  const at = (element: number, shift: number): number => {
    const moved = values.map((each, position) => {
      const copy = position === which ? each.with(element, (each[element] as number) + shift) : each
      return tensorFrom(copy, shapes[position] as Shape, { dtype: 'float64' })
    })
    const result = loss(...moved)
    const [value] = result.dataSync()
    for (const each of [...moved, result]) each.dispose()
    return value as number
  }
  return (values[which] as number[]).map(
    (_, element) => (at(element, STEP) - at(element, -STEP)) / (2 * STEP),
  )
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  expected.forEach((value, position) => {
    const error = Math.abs((actual[position] as number) - value)
    if (!(error <= 1e-6 * Math.max(1, Math.abs(value)))) {
      expect.fail(`element ${position}: gradient ${actual[position]}, central difference ${value}`)
    }
  })
}

function checkLoss(loss: TensorFunction, shapes: readonly Shape[], layouts: readonly Arrangement[]): void {
  const values = shapes.map((shape, position) => noise(sizeOf(shape), 10 + position))
  const inputs = shapes.map((shape, position) =>
    arranged(values[position] as number[], shape, layouts[position]),
  )
  const gradients = grad((tensors: Tensor[]) => loss(...tensors))(inputs)
  gradients.forEach((gradient, which) => {
    expect(gradient.shape).toEqual(shapes[which])
    expectClose(gradient.dataSync(), numericGradient(loss, values, shapes, which))
  })
}

/** Checks the gradient with respect to every input against central differences. */
export function expectGradients(
  run: TensorFunction,
  shapes: readonly Shape[],
  layouts: readonly Arrangement[] = [],
): void {
  checkLoss((...inputs) => weigh(run(...inputs), 3), shapes, layouts)
}

/** Checks the gradient of the gradient: that of its weighted sum, with respect to every input. */
export function expectSecondGradients(run: TensorFunction, shapes: readonly Shape[]): void {
  const first = (...inputs: Tensor[]): Tensor => {
    const gradients = grad((tensors: Tensor[]) => weighSquares(run(...tensors)))(inputs)
    return gradients
      .map((gradient, position) => weigh(gradient, 50 + position))
      .reduce((a, b) => map('sum', e.add(input(0, 'float64'), input(1, 'float64')), [a, b]))
  }
  checkLoss(first, shapes, [])
}
