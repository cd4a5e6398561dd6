/**
 * Reductions of expressions: values and gradients are those of the map and the reduction one after the other.
 */
import { createNullBackend, expressions as e, index, input, type Shape, scalar } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkGradients } from '../autograd/check-gradients.js'
import { grad } from '../autograd/gradient.js'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory } from '../engine/storage.js'
import { tensorFrom } from '../ops/creation/tensor.js'
import type { Tensor } from '../tensor.js'
import { map } from './map.js'
import { type MappedReduction, reduceMapped } from './reduce.js'
import { reshape } from './views.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const spread = (shape: Shape, phase = 0): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensorFrom(
    Float64Array.from({ length: size }, (_, i) => Math.sin(3.7 * i + 1 + phase)),
    shape,
  )
}

const [a, b] = [input(0, 'float64'), input(1, 'float64')]
const product = e.multiply(e.exp(a), b)

const CASES: [string, MappedReduction, number[], number[]][] = [
  ['all', {}, [], [2, 3]],
  ['one axis', { axes: [1] }, [2], [2, 3]],
  ['one axis, kept', { axes: [0], keepdims: true }, [1, 3], [2, 3]],
  ['repeated inputs', { axes: [0] }, [3], [3]],
  ['a divisor', { axes: [1], divisor: 4 }, [2], [2, 1]],
  ['a larger shape', { shape: [4, 2, 3], axes: [0, 2] }, [2], [2, 3]],
  ['no axes', { axes: [] }, [2, 3], [2, 3]],
]

describe('sums', () => {
  test.each(CASES)('over %s', (_, options, expected, second) => {
    const [x, y] = [spread([2, 3]), spread(second, 2)]
    const found = reduceMapped('test', 'sum', product, [x, y], options)
    expect(found.shape).toEqual(expected)
    const whole = map('test', product, [x, y]).broadcastTo(options.shape ?? [2, 3])
    const sum = whole.sum(options.axes, { keepdims: options.keepdims ?? false }).div(options.divisor ?? 1)
    const wanted = sum.dataSync()
    found.dataSync().forEach((value: number, i: number) => {
      expect(value).toBeCloseTo(wanted[i] as number, 12)
    })
  })

  test.each(CASES)('over %s: gradients of both orders', async (_, options, _shape, second) => {
    await checkGradients(
      (x, y) => reduceMapped('test', 'sum', product, [x, y], options),
      [spread([2, 3]), spread(second, 2)],
      { order: 2 },
    )
  })

  test('of an expression with coordinates and scalars', () =>
    checkGradients(
      (x) => {
        const own = e.equal(index(1), 1)
        const term = e.select(own, e.multiply(e.multiply(a, a), scalar(0, 'float64')), a)
        return reduceMapped('test', 'sum', term, [x], { axes: [0], scalars: [3], divisor: 2 })
      },
      [spread([2, 3])],
      { order: 2 },
    ))

  test('an input that the derivative does not read has its whole shape', () => {
    const x = spread([2, 1])
    const total = (each: Tensor): Tensor => reduceMapped('test', 'sum', e.add(a, b), [each, spread([3])])
    expect(Array.from(grad(total)(x).dataSync())).toEqual([3, 3])
  })
})

test('others have no gradient, and the type of their operation', () => {
  const x = spread([2, 3])
  const largest = reduceMapped('test', 'argMax', e.negate(a), [x], { axes: [1] })
  expect(largest.dtype).toBe('int32')
  const slope = grad((each: Tensor) => reduceMapped('test', 'maximum', e.negate(a), [each]).add(each.sum()))(
    x,
  )
  expect(Array.from(slope.dataSync())).toEqual([1, 1, 1, 1, 1, 1])
})

test('one kernel forward, one backward', () => {
  const backend = createNullBackend()
  const x = tensorFrom([1, 2, 3, 4], [2, 2], { backend, dtype: 'float64' })
  const square = (each: Tensor): Tensor =>
    reduceMapped('square', 'sum', e.multiply(a, a), [each], { divisor: 2 })
  backend.resetCounts()
  grad(square)(x)
  // The second is the cotangent of the result, a 1.
  expect(backend.calls().map(({ kind, label }) => `${kind} ${label}`)).toMatchInlineSnapshot(`
    [
      "reduce square",
      "map grad",
      "map square gradient",
    ]
  `)
})

test('leaves nothing behind', () => {
  const x = spread([2, 3])
  const before = memory().tensors
  for (const options of [{ axes: [1] }, { axes: [1], keepdims: true }]) {
    const result = reduceMapped('test', 'sum', e.exp(a), [x], options)
    expect(memory().tensors).toBe(before + 1)
    reshape('test', result, [2]).dispose()
    result.dispose()
  }
  expect(memory().tensors).toBe(before)
})
