/**
 * Pooling, global pooling, unfold and fold against plain loops, with gradients.
 */
import { sizeOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { arranged, arrangements, noise } from '../../testing/arrangements.js'
import {
  type Geometry,
  type Image,
  poolByDefinition,
  samePadding,
} from '../../testing/convolution-by-definition.js'
import { expectGradients, expectSecondGradients } from '../../testing/finite-differences.js'
import { expectValues } from '../../testing/values.js'
import { tensorFrom } from '../creation/tensor.js'
import { einsum } from '../linear-algebra/einsum.js'
import { averagePool1d, averagePool2d } from './average-pool.js'
import { globalAveragePool, globalMaxPool } from './global-pool.js'
import { maxPool1d, maxPool2d } from './max-pool.js'
import { fold, unfold } from './unfold.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max })
const pairOf = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<[number, number]> =>
  fc.tuple(arbitrary, arbitrary)

/** Windows that fit, each with at least one element of the input. */
const problems = fc
  .record({
    batch: upTo(2, 0),
    extra: pairOf(upTo(5, 0)),
    window: pairOf(upTo(3)),
    strides: pairOf(upTo(3)),
    dilation: pairOf(upTo(2)),
    padding: fc.constantFrom('valid', 'same', 'most'),
    channels: upTo(3),
  })
  .map(({ batch, extra, window, strides, dilation, padding, channels }) => {
    const reach = (axis: 0 | 1): number => (window[axis] - 1) * dilation[axis] + 1
    const lengths = [reach(0) + extra[0], reach(1) + extra[1]] as const
    const resolve = (axis: 0 | 1): [number, number] => {
      if (padding === 'valid') return [0, 0]
      if (padding === 'same') return samePadding(lengths[axis], window[axis], strides[axis], dilation[axis])
      return [reach(axis) - 1, Math.floor(reach(axis) / 2)]
    }
    const geometry: Omit<Geometry, 'groups'> = { strides, dilation, padding: [resolve(0), resolve(1)] }
    const options = { strides, dilation, padding: padding === 'same' ? ('same' as const) : geometry.padding }
    const shape: Image['shape'] = [batch, ...lengths, channels]
    return { shape, window, geometry, options }
  })

const largest = (elements: readonly number[]): number => Math.max(...elements)
const mean = (elements: readonly number[]): number =>
  elements.reduce((sum, each) => sum + each, 0) / elements.length

describe.each([
  ['maxPool2d', maxPool2d, largest],
  ['averagePool2d', averagePool2d, mean],
] as const)('%s', (_name, pool, combine) => {
  it('agrees with plain loops for any options and layouts, and frees what it made', () => {
    const property = fc.property(problems, arrangements, ({ shape, window, geometry, options }, layout) => {
      const values = noise(sizeOf(shape))
      const x = arranged(values, shape, layout)
      const before = memory().tensors
      const result = pool(x, window, options)
      expect(memory().tensors).toBe(before + 1)
      const expected = poolByDefinition({ shape, values }, window, geometry, combine)
      expectValues(result, expected.shape, expected.values)
    })
    fc.assert(property, { numRuns: 100 })
  })

  it('pools without overlap by default', () => {
    expect(pool(tensorFrom(noise(25), [1, 5, 5, 1])).shape).toEqual([1, 2, 2, 1])
    expect(pool(tensorFrom(noise(25), [1, 5, 5, 1]), [3, 1]).shape).toEqual([1, 1, 5, 1])
  })

  it('has gradients', () => {
    expectGradients((x) => pool(x), [[2, 4, 5, 2]])
    expectGradients((x) => pool(x, 3, { strides: 1, padding: 'same' }), [[1, 4, 3, 1]])
    expectGradients(
      (x) =>
        pool(x, [2, 3], {
          strides: [1, 2],
          padding: [
            [1, 0],
            [2, 1],
          ],
          dilation: [2, 1],
        }),
      [[1, 4, 5, 2]],
    )
    const layout = { keys: [3, 1, 2, 0], gap: 1, reversed: [false, true, true, false] }
    expectGradients((x) => pool(x, 2, { strides: 1 }), [[2, 3, 3, 2]], [layout])
  })

  it('has second gradients', () => {
    expectSecondGradients((x) => pool(x, 2, { strides: 1 }), [[1, 3, 3, 1]])
  })
})

describe('maxPool2d', () => {
  it('never lets padding win', () => {
    const x = tensorFrom([-1, -2, -3, -4], [1, 2, 2, 1])
    expect([...maxPool2d(x, 2, { strides: 1, padding: 1 }).dataSync()]).toEqual([
      -1, -1, -2, -1, -1, -2, -3, -3, -4,
    ])
  })

  it('gives the whole gradient to the first of equals', () => {
    const x: Tensor = tensorFrom([1, 1, 1, 1], [1, 2, 2, 1])
    const gradient = grad((a: Tensor) => einsum('nijc->', maxPool2d(a)))(x)
    expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0])
  })

  it('keeps integers', () => {
    const result = maxPool2d(tensorFrom(new Int32Array([3, 9, -4, 2]), [1, 2, 2, 1]))
    expect([result.dtype, ...result.dataSync()]).toEqual(['int32', 9])
  })
})

describe('averagePool2d', () => {
  it('averages integers as float32', () => {
    const result = averagePool2d(tensorFrom(new Int32Array([3, 9, -4, 2]), [1, 2, 2, 1]))
    expect([result.dtype, ...result.dataSync()]).toEqual(['float32', 2.5])
  })
})

describe('one axis', () => {
  it('pools rows', () => {
    const x: Tensor = tensorFrom([1, 5, 2, 4, 3, 0], [1, 6, 1], { dtype: 'float64' })
    const before = memory().tensors
    expectValues(maxPool1d(x), [1, 3, 1], [5, 4, 3])
    expectValues(averagePool1d(x, 4, { strides: 2, padding: 'same' }), [1, 3, 1], [8 / 3, 3.5, 7 / 3])
    expect(memory().tensors).toBe(before + 2)
    expectGradients((a) => maxPool1d(a, 3, { strides: 1, padding: 1 }), [[2, 5, 2]])
    expectGradients((a) => averagePool1d(a, 3, { strides: 2, padding: 'same' }), [[2, 5, 2]])
  })
})

describe('global pooling', () => {
  const shape = [2, 3, 4, 2] as const
  const values = noise(48)
  const perChannel = (combine: (elements: readonly number[]) => number): number[] =>
    [0, 1].flatMap((n) =>
      [0, 1].map((c) => combine(values.filter((_, at) => Math.floor(at / 24) === n && at % 2 === c))),
    )

  it('is one number per channel', () => {
    const x = tensorFrom(values, shape, { dtype: 'float64' })
    const before = memory().tensors
    expectValues(globalAveragePool(x), [2, 2], perChannel(mean))
    expectValues(globalMaxPool(x), [2, 2], perChannel(largest))
    expect(memory().tensors).toBe(before + 2)
    expect(globalAveragePool(x, { keepdims: true }).shape).toEqual([2, 1, 1, 2])
    expect(globalMaxPool(x.reshape([2, 12, 2]), { keepdims: true }).shape).toEqual([2, 1, 2])
  })

  it('has gradients', () => {
    expectGradients((x) => globalAveragePool(x), [[2, 2, 3, 2]])
    expectGradients((x) => globalMaxPool(x), [[2, 5, 2]])
  })
})

describe('unfold and fold', () => {
  const options = { strides: [2, 1], padding: [[1, 2], 1], dilation: [1, 2] } as const

  it('copies nothing where there is no padding', () => {
    const x = tensorFrom(noise(2 * 5 * 4 * 3), [2, 5, 4, 3])
    const windows = unfold(x, [2, 3], { strides: [2, 1] })
    expect(windows.shape).toEqual([2, 2, 2, 2, 3, 3])
    expect(windows.strides).toEqual([60, 24, 3, 12, 3, 1])
  })

  it('are transposes of each other', () => {
    const x: Tensor = tensorFrom(noise(2 * 5 * 6 * 2), [2, 5, 6, 2], { dtype: 'float64' })
    const windows: Tensor = unfold(x, [3, 2], options)
    const patches: Tensor = tensorFrom(noise(windows.size, 5), windows.shape, { dtype: 'float64' })
    const folded = fold(patches, [5, 6], options)
    expect(folded.shape).toEqual(x.shape)
    const [there] = einsum('nijhwc,nijhwc->', windows, patches).dataSync()
    const [back] = einsum('nhwc,nhwc->', folded, x).dataSync()
    expect(back).toBeCloseTo(there as number, 10)
  })

  it('have gradients and free what they made', () => {
    expectGradients((x) => unfold(x, [3, 2], options), [[1, 4, 4, 1]])
    expectGradients((x) => fold(x, [4, 4], { strides: 2 }), [[1, 2, 2, 2, 2, 1]])
    const x = tensorFrom(noise(16), [1, 4, 4, 1])
    const before = memory().tensors
    unfold(x, 2, { padding: 'same' }).dispose()
    expect(memory().tensors).toBe(before)
  })
})
