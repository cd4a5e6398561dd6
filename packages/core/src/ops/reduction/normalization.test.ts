/**
 * Normalization against its definition, and its gradients against differences.
 */
import { createNullBackend, type DType, type Shape } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkGradients } from '../../autograd/check-gradients.js'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { normalizeBy, normalizeOver } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

function spread(shape: Shape, phase = 0, dtype: DType = 'float64'): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  const values = Float64Array.from({ length: size }, (_, i) => 2 * Math.sin(3.7 * i + 1 + phase) + 0.1 * i)
  return tensorFrom(values, shape, { dtype })
}

/** By the operations that it stands for. */
function byDefinition(x: Tensor, axes: number[], scale?: Tensor, shift?: Tensor): Tensor {
  const centered = x.sub(x.mean(axes, { keepdims: true }))
  const variance = centered.square().mean(axes, { keepdims: true })
  const standard = centered.div(variance.add(1e-3).sqrt())
  const scaled = scale === undefined ? standard : standard.mul(scale)
  return shift === undefined ? scaled : scaled.add(shift)
}

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

function expectClose(found: Tensor, expected: Tensor, digits = 12): void {
  const wanted = numbers(expected)
  expect(found.shape).toEqual(expected.shape)
  numbers(found).forEach((value, position) => {
    expect(value).toBeCloseTo(wanted[position] as number, digits)
  })
}

const SHAPE = [3, 2, 4]
const CASES: [string, number[], Shape | undefined, Shape | undefined][] = [
  ['a batch, channels last', [0, 1], [4], [4]],
  ['a batch, channels in the middle', [0, 2], [2, 1], [2, 1]],
  ['features', [2], [4], [4]],
  ['several features', [1, 2], [2, 4], [2, 4]],
  ['features with one scale', [2], [], [1]],
  ['a scale alone', [0, 1], [4], undefined],
  ['a shift alone', [2], undefined, [4]],
  ['neither', [0, 1, 2], undefined, undefined],
]

const parameters = (...shapes: (Shape | undefined)[]): Tensor[] =>
  shapes.flatMap((shape, position) => (shape === undefined ? [] : [spread(shape, position + 1)]))

describe('over its own moments', () => {
  test.each(CASES)('%s: the definition', (_, axes, ...shapes) => {
    const x = spread(SHAPE)
    const [scale, shift] = shapes.map((shape, i) => (shape === undefined ? undefined : spread(shape, i + 1)))
    const { output, mean, variance } = normalizeOver(x, axes, { scale, shift })
    expectClose(output, byDefinition(x, axes, scale, shift))
    expectClose(mean, x.mean(axes, { keepdims: true }))
    expectClose(variance, x.variance(axes, { keepdims: true }))
  })

  test.each(CASES)('%s: gradients of both orders', async (_, axes, scaleShape, shiftShape) => {
    await checkGradients(
      (x, ...rest) => {
        const scale = scaleShape === undefined ? undefined : rest[0]
        const shift = shiftShape === undefined ? undefined : rest.at(-1)
        return normalizeOver(x, axes, { scale, shift, epsilon: 0.1 }).output
      },
      [spread(SHAPE), ...parameters(scaleShape, shiftShape)],
      { order: 2 },
    )
  })

  test('one tensor in several places', () =>
    checkGradients((x) => normalizeOver(x, [0], { scale: x, shift: x }).output, [spread([3, 2])], {
      order: 2,
    }))

  test('float16 has its sums in float32', () => {
    const x = spread([2, 400], 0, 'float16')
    const wide = x.cast('float64')
    const large = normalizeOver(x.mul(300), [1]).output
    expect(large.dtype).toBe('float16')
    expectClose(large.cast('float64'), byDefinition(x.mul(300).cast('float64'), [1]), 2)
    const slope = grad((each: Tensor) => normalizeOver(each, [1]).output.square().mul(each).sum())(x)
    const exact = grad((each: Tensor) => normalizeOver(each, [1]).output.square().mul(each).sum())(wide)
    expect(slope.dtype).toBe('float16')
    expectClose(slope.cast('float64'), exact, 1)
  })

  test('far from zero it loses nothing', () => {
    const x = tensor([[1e4 + 1, 1e4 + 2, 1e4 + 3]])
    expectClose(normalizeOver(x, 1, { epsilon: 1e-9 }).output, tensor([[-1.2247449, 0, 1.2247449]]), 5)
  })

  test('integers become float32, nothing stays behind', () => {
    const x = tensor([[1, 3]], { dtype: 'int32' })
    const before = memory().tensors
    const results = normalizeOver(x, -1)
    expect(results.output.dtype).toBe('float32')
    expect(memory().tensors - before).toBe(3)
    for (const each of [results.output, results.mean, results.variance]) each.dispose()
    expect(memory().tensors).toBe(before)
  })

  test('nothing to normalize', () => {
    expect(() => normalizeOver(tensorFrom([], [0, 2]), 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: normalizeOver: expected at least one element to reduce; received shape [0,2], where axis 0 has length 0. Fix: leave empty batches out, or reduce over other axes.]`,
    )
  })
})

describe('by given moments', () => {
  test('is one map with a gradient for each', () =>
    checkGradients(
      (x, mean, variance, scale, shift) => normalizeBy(x, mean, variance.square(), { scale, shift }),
      [spread([3, 4]), ...parameters([4], [4], [4], [1])],
      { order: 2 },
    ))
})

describe('kernels', () => {
  const backend = createNullBackend()
  /** The calls of forward and backward, apart from those of the sum that makes a scalar of it. */
  function callsOf(axes: number[], needs: readonly ('x' | 'scale' | 'shift')[]): string[] {
    const make = (shape: Shape): Tensor =>
      tensorFrom(new Float32Array(12).slice(0, shape.length === 1 ? 4 : 12), shape, { backend })
    const all = { x: make([3, 4]), scale: make([4]), shift: make([4]) }
    backend.resetCounts()
    grad((tracked: Partial<typeof all>) => {
      const { x, scale, shift } = { ...all, ...tracked }
      return normalizeOver(x, axes, { scale, shift }).output.sum()
    })(Object.fromEntries(needs.map((name) => [name, all[name]])))
    return backend
      .calls()
      .flatMap(({ kind, label }) => (label.startsWith('normalize') ? [`${kind} ${label}`] : []))
  }

  test('over a batch, backward shares the sums of scale and shift', () => {
    expect(callsOf([0], ['x', 'scale', 'shift'])).toMatchInlineSnapshot(`
      [
        "reduce normalizeOver",
        "reduce normalizeOver",
        "map normalizeOver",
        "reduce normalizeOver gradient",
        "reduce normalizeOver gradient",
        "map normalizeOver gradient",
      ]
    `)
  })

  test('over features', () => {
    expect(callsOf([1], ['x', 'scale', 'shift'])).toMatchInlineSnapshot(`
      [
        "reduce normalizeOver",
        "reduce normalizeOver",
        "map normalizeOver",
        "reduce normalizeOver gradient",
        "reduce normalizeOver gradient",
        "map normalizeOver gradient",
        "reduce normalizeOver gradient",
        "reduce normalizeOver gradient",
      ]
    `)
  })

  test('what is not needed is not computed', () => {
    expect(callsOf([0], ['shift'])).toMatchInlineSnapshot(`
      [
        "reduce normalizeOver",
        "reduce normalizeOver",
        "map normalizeOver",
        "reduce normalizeOver gradient",
      ]
    `)
  })
})
