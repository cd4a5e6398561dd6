/**
 * Gradients against central differences in float64.
 */
import { expect } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensorFrom } from '../creation/tensor.js'
import { mul } from '../elementwise/index.js'
import { sum } from '../reduction/index.js'
import type { Grid } from './grid.js'

const STEP = 1e-4

/** Fixed weights without pattern, so that errors in single elements don't cancel in a sum. */
function weights(length: number, phase: number): number[] {
  return Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) + phase) + 1.5)
}

const float64 = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensorFrom([...values], [...shape], { dtype: 'float64' })

/** Σ weights · f(x), a scalar that depends on every element. */
function weighted(result: Tensor, phase: number): Tensor {
  return sum(mul(result, float64(weights(result.size, phase), result.shape)))
}

function read(x: Tensor): number[] {
  const data = Array.from(x.dataSync(), Number)
  x.dispose()
  return data
}

function central(value: (values: number[]) => number, values: readonly number[]): number[] {
  return values.map((_, i) => {
    const moved = (by: number): number => value(values.with(i, (values[i] as number) + by))
    return (moved(STEP) - moved(-STEP)) / (2 * STEP)
  })
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  found.forEach((value, i) => {
    const expected = wanted[i] as number
    if (!(Math.abs(value - expected) <= 1e-5 * Math.max(1, Math.abs(expected)))) {
      expect({ element: i, gradient: value }).toEqual({ element: i, gradient: expected })
    }
  })
}

export interface GradientCheck {
  /** Whether the second derivative is checked too. */
  readonly second?: boolean
}

/** Checks the gradient of `f` at `x`, and that computing it leaves nothing behind. */
export function expectGradient(
  f: (x: Tensor) => Tensor,
  { shape, values }: Grid,
  { second = false }: GradientCheck = {},
): void {
  const loss = (x: Tensor): Tensor => weighted(f(x), 0)
  const gradient = grad(loss)
  const at = (point: readonly number[], run: (x: Tensor) => Tensor): number[] => {
    const x = float64(point, shape)
    const result = read(run(x))
    x.dispose()
    return result
  }
  const value = (point: readonly number[]): number => {
    const x = float64(point, shape)
    const y = f(x)
    const results = read(y)
    x.dispose()
    const each = weights(results.length, 0)
    return results.reduce((total, result, i) => total + result * (each[i] as number), 0)
  }
  const before = memory().tensors
  expectClose(at(values, gradient), central(value, values))
  if (second) {
    const slope = (x: Tensor): Tensor => weighted(gradient(x), 1)
    const slopeValue = (point: readonly number[]): number => {
      const each = weights(values.length, 1)
      return at(point, gradient).reduce((total, part, i) => total + part * (each[i] as number), 0)
    }
    expectClose(at(values, grad(slope)), central(slopeValue, values))
  }
  expect(memory().tensors).toBe(before)
}

/** Checks that an operation frees all that it makes but its result, of which there are `count` tensors. */
export function expectNoLeaks(run: () => Tensor | readonly Tensor[]): void {
  const before = memory().tensors
  const result = run()
  const results = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor]
  expect(memory().tensors - before).toBe(results.length)
  for (const each of results) each.dispose()
  expect(memory().tensors).toBe(before)
}
