/**
 * For tests: what a tensor holds.
 */
import type { Shape } from '@nabla/backend'
import { expect } from 'vitest'
import type { Tensor } from '../tensor.js'

/** Expects a shape and row-major values, these to `digits` decimal places. */
export function expectValues(result: Tensor, shape: Shape, values: readonly number[], digits = 9): void {
  expect(result.shape).toEqual(shape)
  const data = result.dataSync()
  for (const [position, value] of values.entries()) expect(data[position]).toBeCloseTo(value, digits)
}
