/**
 * conv1d and conv2d against plain loops, over shapes, options and layouts, with gradients of first and second order.
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
  convolveByDefinition,
  type Geometry,
  type Image,
  samePadding,
} from '../../testing/convolution-by-definition.js'
import { expectGradients, expectSecondGradients } from '../../testing/finite-differences.js'
import { expectValues } from '../../testing/values.js'
import { tensorFrom } from '../creation/tensor.js'
import { einsum } from '../linear-algebra/einsum.js'
import { type Conv2dOptions, conv1d, conv2d } from './convolve.js'
import { unfold } from './unfold.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const pairOf = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<[number, number]> =>
  fc.tuple(arbitrary, arbitrary)
const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max })

/** A convolution in which at least one window fits. */
const problems = fc
  .record({
    batch: upTo(2, 0),
    extra: pairOf(upTo(5, 0)),
    size: pairOf(upTo(3)),
    strides: pairOf(upTo(3)),
    dilation: pairOf(upTo(2)),
    padding: fc.oneof(
      fc.constantFrom('valid' as const, 'same' as const),
      fc.tuple(pairOf(upTo(4, 0)), pairOf(upTo(4, 0))),
    ),
    groups: upTo(3),
    perGroup: upTo(2),
    filters: upTo(2),
  })
  .map(({ batch, extra, size, strides, dilation, padding, groups, perGroup, filters }) => {
    const lengths = extra.map((more, axis) => {
      const reach = ((size[axis] as number) - 1) * (dilation[axis] as number) + 1
      const pads = Array.isArray(padding) ? (padding[axis] as number[]).reduce((a, b) => a + b) : 0
      return padding === 'same' ? more + 1 : Math.max(1, reach + more - pads)
    }) as [number, number]
    const resolve = (axis: 0 | 1): readonly [number, number] =>
      padding === 'valid'
        ? [0, 0]
        : padding === 'same'
          ? samePadding(lengths[axis], size[axis], strides[axis], dilation[axis])
          : padding[axis]
    const geometry: Geometry = { strides, dilation, padding: [resolve(0), resolve(1)], groups }
    const options: Conv2dOptions = { strides, dilation, padding, groups }
    const shapes: [Image['shape'], Image['shape']] = [
      [batch, lengths[0], lengths[1], groups * perGroup],
      [size[0], size[1], perGroup, groups * filters],
    ]
    return { shapes, geometry, options }
  })

/** Sum of everything weighted by fixed noise: a scalar whose gradient is a convolution's. */
function weighted(result: Tensor, seed: number): Tensor {
  return einsum(
    'nijf,nijf->',
    result,
    tensorFrom(noise(result.size, seed), result.shape, { dtype: 'float64' }),
  )
}

describe('conv2d', () => {
  it('agrees with plain loops for any options and layouts', () => {
    const property = fc.property(
      problems,
      arrangements,
      arrangements,
      ({ shapes, geometry, options }, forX, forKernel) => {
        const x: Image = { shape: shapes[0], values: noise(sizeOf(shapes[0])) }
        const kernel: Image = { shape: shapes[1], values: noise(sizeOf(shapes[1]), 2) }
        const inputs = [
          arranged(x.values, x.shape, forX),
          arranged(kernel.values, kernel.shape, forKernel),
        ] as const
        const before = memory().tensors
        const result = conv2d(...inputs, options)
        expect(memory().tensors).toBe(before + 1)
        const { shape, values } = convolveByDefinition(x, kernel, geometry)
        expectValues(result, shape, values)
        for (const each of [...inputs, result]) each.dispose()
      },
    )
    fc.assert(property, { numRuns: 150 })
  })

  it('has gradients that are the transposes of convolution, for any options and layouts', () => {
    // ⟨conv(x, k), y⟩ is linear in each operand, so its gradients applied to any direction give it back.
    const property = fc.property(
      problems,
      arrangements,
      arrangements,
      ({ shapes, options }, forX, forKernel) => {
        const x = arranged(noise(sizeOf(shapes[0])), shapes[0], forX)
        const kernel = arranged(noise(sizeOf(shapes[1]), 2), shapes[1], forKernel)
        const loss = (a: Tensor, b: Tensor): Tensor => weighted(conv2d(a, b, options), 3)
        const before = memory().tensors
        const [dx, dk] = grad(([a, b]: [Tensor, Tensor]) => loss(a, b))([x, kernel])
        expect(memory().tensors - before).toBeLessThanOrEqual(2)
        expect([dx.shape, dk.shape]).toEqual(shapes)
        const otherX: Tensor = tensorFrom(noise(sizeOf(shapes[0]), 8), shapes[0], { dtype: 'float64' })
        const otherKernel: Tensor = tensorFrom(noise(sizeOf(shapes[1]), 9), shapes[1], { dtype: 'float64' })
        const value = (each: Tensor): number => each.dataSync()[0] as number
        expect(value(einsum('abcd,abcd->', dx, otherX))).toBeCloseTo(value(loss(otherX, kernel)), 9)
        expect(value(einsum('abcd,abcd->', dk, otherKernel))).toBeCloseTo(value(loss(x, otherKernel)), 9)
      },
    )
    fc.assert(property, { numRuns: 100 })
  })

  it.each<[string, number[], number[], Conv2dOptions]>([
    ['plain', [2, 4, 4, 2], [3, 2, 2, 2], {}],
    ['strided', [1, 5, 6, 1], [2, 3, 1, 2], { strides: [2, 3] }],
    ['padded beyond the reach of the kernel', [1, 3, 3, 1], [2, 2, 1, 1], { padding: 3 }],
    [
      'padded, strided and dilated',
      [1, 5, 4, 1],
      [2, 3, 1, 2],
      { padding: 'same', strides: 2, dilation: [3, 2] },
    ],
    [
      'strided beyond the kernel',
      [1, 7, 7, 1],
      [2, 1, 1, 1],
      {
        strides: [3, 4],
        padding: [
          [1, 0],
          [0, 2],
        ],
      },
    ],
    [
      'dilated and strided with a common divisor',
      [1, 9, 7, 1],
      [3, 2, 1, 1],
      { strides: [4, 2], dilation: [2, 4] },
    ],
    ['in groups', [1, 3, 3, 4], [2, 2, 2, 4], { groups: 2 }],
    ['depthwise', [1, 3, 4, 3], [2, 2, 1, 6], { groups: 3, padding: 'same', strides: 2 }],
  ])('has gradients: %s', (_, x, kernel, options) => {
    expectGradients((a, b) => conv2d(a, b, options), [x, kernel])
  })

  it.each<[string, number[], number[], Conv2dOptions]>([
    ['plain', [1, 3, 3, 1], [2, 2, 1, 2], {}],
    ['strided, padded, dilated', [1, 4, 4, 1], [2, 2, 1, 1], { strides: 2, padding: 1, dilation: 2 }],
    ['in groups', [1, 3, 2, 2], [2, 1, 1, 2], { groups: 2 }],
  ])('has second gradients: %s', (_, x, kernel, options) => {
    expectSecondGradients((a, b) => conv2d(a, b, options), [x, kernel])
  })

  it('copies no windows, in no order of gradient', () => {
    // Nothing may be larger than what goes in and comes out.
    const x: Tensor = tensorFrom(noise(32 * 32), [1, 32, 32, 1], { dtype: 'float64' })
    const kernel: Tensor = tensorFrom(noise(49), [7, 7, 1, 1], { dtype: 'float64' })
    const twice = (a: Tensor): Tensor =>
      weighted(grad((b: Tensor) => weighted(conv2d(b, kernel), 1).square())(a), 2)
    const start = memory()
    grad(twice)(x)
    const windows = 26 * 26 * 49 * 8
    expect(memory().peakBytes).toBeLessThan(Math.max(start.peakBytes, start.bytes + windows))
  })

  it('brings operands to one dtype', () => {
    const x: Tensor = tensorFrom(new Uint8Array([1, 2, 3, 4]), [1, 2, 2, 1])
    const kernel: Tensor = tensorFrom([1, 1, 1, 1], [2, 2, 1, 1])
    const result = conv2d(x, kernel)
    expect([result.dtype, ...result.dataSync()]).toEqual(['float32', 10])
    const flags: Tensor = tensorFrom(new Uint8Array([1, 0, 1, 1]), [1, 2, 2, 1], { dtype: 'bool' })
    expect(conv2d(flags, flags.reshape([2, 2, 1, 1])).dtype).toBe('int32')
  })
})

describe('conv1d', () => {
  it('is conv2d over one row', () => {
    const [x, kernel] = [noise(2 * 7 * 4), noise(3 * 2 * 6, 2)]
    const options = { strides: 2, dilation: 2, groups: 2 }
    const result = conv1d(
      tensorFrom(x, [2, 7, 4], { dtype: 'float64' }),
      tensorFrom(kernel, [3, 2, 6], { dtype: 'float64' }),
      {
        ...options,
        padding: [1, 3],
      },
    )
    const expected = convolveByDefinition(
      { shape: [2, 1, 7, 4], values: x },
      { shape: [1, 3, 2, 6], values: kernel },
      {
        strides: [1, 2],
        dilation: [1, 2],
        padding: [
          [0, 0],
          [1, 3],
        ],
        groups: 2,
      },
    )
    expectValues(result, expected.shape.toSpliced(1, 1), expected.values)
  })

  it('sees nothing after its position when causal', () => {
    const kernel = tensorFrom([0, 1], [2, 1, 1])
    expect([...conv1d(tensorFrom([1, 2, 3], [1, 3, 1]), kernel, { padding: 'causal' }).dataSync()]).toEqual([
      1, 2, 3,
    ])
    const delay = tensorFrom([1, 0], [2, 1, 1])
    expect([
      ...conv1d(tensorFrom([1, 2, 3], [1, 3, 1]), delay, { padding: 'causal', dilation: 2 }).dataSync(),
    ]).toEqual([0, 0, 1])
  })

  it('has gradients and frees what it made', () => {
    expectGradients(
      (x, kernel) => conv1d(x, kernel, { strides: 2, padding: 'same' }),
      [
        [2, 5, 2],
        [3, 2, 2],
      ],
    )
    const x = tensorFrom(new Int32Array(12), [1, 6, 2])
    const kernel = tensorFrom(new Float32Array(8), [2, 2, 2])
    const before = memory().tensors
    conv1d(x, kernel).dispose()
    expect(memory().tensors).toBe(before)
  })
})

describe('unfold', () => {
  it('gives the windows that convolution contracts', () => {
    const x: Tensor = tensorFrom(noise(2 * 6 * 5 * 2), [2, 6, 5, 2], { dtype: 'float64' })
    const kernel: Tensor = tensorFrom(noise(3 * 2 * 2 * 3), [3, 2, 2, 3], { dtype: 'float64' })
    const options: Conv2dOptions = { strides: [2, 1], padding: [1, [0, 2]], dilation: [1, 2] }
    const product = einsum('nijhwc,hwcf->nijf', unfold(x, [3, 2], options), kernel)
    const expected = conv2d(x, kernel, options)
    expectValues(product, expected.shape, [...expected.dataSync()])
  })
})
