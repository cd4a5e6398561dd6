/**
 * Transposed convolution: against the gradient that it is, Keras' output lengths, gradients of its own.
 */
import { sizeOf } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad } from '../../autograd/gradient.js'
import { setDefaultBackend } from '../../engine/default-backend.js'
import { memory } from '../../engine/storage.js'
import type { Tensor } from '../../tensor.js'
import { arranged, arrangements, noise, positionOf } from '../../testing/arrangements.js'
import { expectGradients, expectSecondGradients } from '../../testing/finite-differences.js'
import { expectValues } from '../../testing/values.js'
import { tensorFrom } from '../creation/tensor.js'
import { einsum } from '../linear-algebra/einsum.js'
import { conv2d } from './convolve.js'
import { type Conv2dTransposeOptions, conv1dTranspose, conv2dTranspose } from './transpose.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const of = (shape: readonly number[], seed = 1): Tensor =>
  tensorFrom(noise(sizeOf(shape), seed), shape, { dtype: 'float64' })

/** Every input element adds the kernel, scaled, where it falls; what falls outside is cut off. */
function scatterByDefinition(
  x: readonly number[],
  [batch, rows, columns, channels]: readonly [number, number, number, number],
  kernel: readonly number[],
  [height, width, perGroup]: readonly [number, number, number, number],
  {
    stride,
    dilation,
    before,
    groups,
    size,
  }: { stride: number; dilation: number; before: number; groups: number; size: readonly [number, number] },
): number[] {
  const filters = perGroup * groups
  const shape = [batch, ...size, filters]
  const result = new Array<number>(sizeOf(shape)).fill(0)
  x.forEach((value, flat) => {
    const c = flat % channels
    const j = Math.floor(flat / channels) % columns
    const i = Math.floor(flat / channels / columns) % rows
    const n = Math.floor(flat / channels / columns / rows)
    const group = Math.floor(c / (channels / groups))
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        const [row, column] = [i * stride + h * dilation - before, j * stride + w * dilation - before]
        if (row < 0 || row >= size[0] || column < 0 || column >= size[1]) continue
        for (let f = 0; f < perGroup; f++) {
          const at = positionOf(shape, [n, row, column, group * perGroup + f])
          const weight = kernel[positionOf([height, width, perGroup, channels], [h, w, f, c])] as number
          result[at] = (result[at] as number) + value * weight
        }
      }
    }
  })
  return result
}

describe('conv2dTranspose', () => {
  it('agrees with plain loops for any options and layouts', () => {
    const small = fc.integer({ min: 1, max: 3 })
    const property = fc.property(
      fc.record({
        rows: small,
        columns: small,
        size: small,
        stride: small,
        dilation: small,
        before: fc.nat(2),
        extra: fc.nat(2),
        groups: fc.integer({ min: 1, max: 2 }),
        perGroup: small,
      }),
      arrangements,
      arrangements,
      ({ rows, columns, size, stride, dilation, before, extra, groups, perGroup }, forX, forKernel) => {
        const lengthOf = (length: number): number =>
          (length - 1) * stride + (size - 1) * dilation + 1 - 2 * before + extra
        fc.pre(extra < stride && lengthOf(rows) > 0 && lengthOf(columns) > 0)
        const [xShape, kernelShape] = [
          [2, rows, columns, 2 * groups],
          [size, size, perGroup, 2 * groups],
        ] as const
        const [x, kernel] = [noise(sizeOf(xShape)), noise(sizeOf(kernelShape), 2)]
        const result = conv2dTranspose(arranged(x, xShape, forX), arranged(kernel, kernelShape, forKernel), {
          strides: stride,
          dilation,
          padding: before,
          outputPadding: extra,
          groups,
        })
        const output = [lengthOf(rows), lengthOf(columns)] as const
        const expected = scatterByDefinition(x, xShape, kernel, kernelShape, {
          stride,
          dilation,
          before,
          groups,
          size: output,
        })
        expectValues(result, [2, ...output, perGroup * groups], expected)
      },
    )
    fc.assert(property, { numRuns: 100 })
  })

  // Lengths from Keras' compute_conv_transpose_output_shape.
  it.each<[number, number, Conv2dTransposeOptions, number]>([
    [4, 3, { strides: 2, padding: 'same' }, 8],
    [4, 3, { strides: 2, padding: 'valid' }, 9],
    [4, 2, { strides: 3, padding: 'valid' }, 12],
    [5, 4, { strides: 1, padding: 'same' }, 5],
    [4, 3, { strides: 2, padding: 'same', outputPadding: 0 }, 7],
    [4, 3, { strides: 2, padding: 'same', outputPadding: 1 }, 8],
    [4, 3, { strides: 2, padding: 'valid', outputPadding: 1 }, 10],
    [3, 3, { strides: 2, dilation: 2, padding: 'valid' }, 9],
    [3, 3, { dilation: 2, padding: 'same' }, 3],
  ])('of length %i with a kernel of %i and %j is %i long', (length, size, options, expected) => {
    expect(conv2dTranspose(of([1, length, length, 1]), of([size, size, 1, 1]), options).shape).toEqual([
      1,
      expected,
      expected,
      1,
    ])
  })

  it.each(['same', 'valid'] as const)('is the gradient of conv2d with padding %s', (padding) => {
    for (const [length, size, strides] of [
      [6, 3, 2],
      [7, 3, 1],
      [9, 2, 3],
      [8, 4, 2],
    ] as const) {
      const kernel = of([size, size, 2, 3])
      const x = of([1, length, length, 2])
      const y = conv2d(x, kernel, { strides, padding })
      const back = conv2dTranspose(y, kernel, { strides, padding })
      if (back.shape[1] !== length) continue
      const gradient = grad((a: Tensor) => einsum('nijf,nijf->', conv2d(a, kernel, { strides, padding }), y))(
        x,
      )
      expectValues(back, gradient.shape, [...gradient.dataSync()])
    }
    expect.hasAssertions()
  })

  it.each<[string, number[], number[], Conv2dTransposeOptions]>([
    ['plain', [1, 2, 3, 2], [2, 2, 1, 2], {}],
    ['strided same', [1, 2, 2, 2], [3, 3, 1, 2], { strides: 2, padding: 'same' }],
    ['strided valid with output padding', [1, 2, 2, 1], [2, 3, 2, 1], { strides: 3, outputPadding: [1, 2] }],
    [
      'same with output padding',
      [1, 3, 3, 1],
      [3, 3, 1, 1],
      { strides: 2, padding: 'same', outputPadding: 1 },
    ],
    ['dilated in groups', [1, 2, 2, 4], [2, 2, 2, 4], { dilation: 2, groups: 2, padding: 1 }],
  ])('has gradients: %s', (_, x, kernel, options) => {
    expectGradients((a, b) => conv2dTranspose(a, b, options), [x, kernel])
  })

  it('has second gradients', () => {
    expectSecondGradients(
      (a, b) => conv2dTranspose(a, b, { strides: 2, padding: 'same' }),
      [
        [1, 2, 2, 1],
        [3, 3, 1, 1],
      ],
    )
  })

  it('frees what it made', () => {
    const [x, kernel] = [of([1, 3, 3, 1]), tensorFrom(new Int32Array(9), [3, 3, 1, 1])]
    const before = memory().tensors
    conv2dTranspose(x, kernel, { strides: 2, padding: 'same' }).dispose()
    conv1dTranspose(of([1, 3, 1]), of([2, 1, 1])).dispose()
    expect(memory().tensors).toBe(before + 2)
  })
})

describe('conv1dTranspose', () => {
  it('is conv2dTranspose over one row', () => {
    const [x, kernel] = [of([2, 4, 3]), of([3, 2, 3], 2)]
    const options = { strides: 2, padding: 'same' as const }
    const wide = conv2dTranspose(x.reshape([2, 1, 4, 3]), kernel.reshape([1, 3, 2, 3]), {
      strides: [1, 2],
      padding: 'same',
    })
    const result = conv1dTranspose(x, kernel, options)
    expect(result.shape).toEqual([2, 8, 2])
    expect([...result.dataSync()]).toEqual([...wide.dataSync()])
    expectGradients(
      (a, b) => conv1dTranspose(a, b, options),
      [
        [1, 3, 1],
        [3, 2, 1],
      ],
    )
  })
})
