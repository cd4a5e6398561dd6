/**
 * What the compiler knows of products and convolutions.
 */
import { describe, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../tensor.js'
import { averagePool2d } from '../convolution/average-pool.js'
import { conv1d, conv2d } from '../convolution/convolve.js'
import { globalAveragePool, globalMaxPool } from '../convolution/global-pool.js'
import { maxPool2d } from '../convolution/max-pool.js'
import { tensor, tensorFrom } from '../creation/tensor.js'
import { dot, inner, outer } from './dot.js'
import { einsum } from './einsum.js'
import { matmul, matrixTranspose } from './matmul.js'

declare const unknown: Tensor
declare const ints: Tensor<[2, 3], 'int32'>
declare const flags: Tensor<[3, 2], 'bool'>
const wide = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const tall = tensor([[1], [2], [3]])
const images = tensorFrom(new Float32Array(8 * 28 * 28 * 3), [8, 28, 28, 3])

describe('types of products', () => {
  it('computes shapes', () => {
    expectTypeOf(matmul(wide, tall)).toEqualTypeOf<Tensor<[2, 1], 'float32'>>()
    expectTypeOf(wide.matmul(tall).shape).toEqualTypeOf<[2, 1]>()
    expectTypeOf(wide.matmul(tensor([1, 2, 3])).shape).toEqualTypeOf<[2]>()
    expectTypeOf(tensorFrom([0], [7, 1, 2, 3]).matmul(tensorFrom([0], [5, 3, 4])).shape).toEqualTypeOf<
      [7, 5, 2, 4]
    >()
    expectTypeOf(dot(tensorFrom([0], [2, 3]), tensorFrom([0], [4, 3, 5])).shape).toEqualTypeOf<[2, 4, 5]>()
    expectTypeOf(dot(wide, tensor(2)).shape).toEqualTypeOf<[2, 3]>()
    expectTypeOf(wide.dot(tensor([1, 2, 3])).shape).toEqualTypeOf<[2]>()
    expectTypeOf(inner(wide, wide).shape).toEqualTypeOf<[2, 2]>()
    expectTypeOf(outer(tensor([1, 2]), wide).shape).toEqualTypeOf<[2, number]>()
    expectTypeOf(matrixTranspose(wide).shape).toEqualTypeOf<[3, 2]>()
    expectTypeOf(einsum('ij->ji', wide).shape).toEqualTypeOf<number[]>()
  })

  it('computes dtypes', () => {
    expectTypeOf(matmul(ints, flags).dtype).toEqualTypeOf<'int32'>()
    expectTypeOf(matmul(flags, tensor([[true], [false]])).dtype).toEqualTypeOf<'int32'>()
    expectTypeOf(matmul(ints, tall).dtype).toEqualTypeOf<'float32'>()
  })

  it('degrades where a shape is not known', () => {
    expectTypeOf(unknown.matmul(wide).shape).toEqualTypeOf<number[]>()
    expectTypeOf(wide.matmul(unknown).shape).toEqualTypeOf<number[]>()
    expectTypeOf(matmul(tensorFrom([0], [2, Number(3)]), tensorFrom([0], [4, 5])).shape).toEqualTypeOf<
      [2, 5]
    >()
  })

  it('refuses what does not fit', () => {
    // @ts-expect-error [2, 3] by [4, 5]
    matmul(wide, tensorFrom([0], [4, 5]))
    // @ts-expect-error [2, 3] by [2, 3]
    wide.matmul(wide)
    // @ts-expect-error no axis
    matmul(wide, tensor(1))
    // @ts-expect-error batches of 2 and 3
    matmul(tensorFrom([0], [2, 4, 4]), tensorFrom([0], [3, 4, 4]))
    // @ts-expect-error 3 against 2
    dot(wide, tensor([1, 2]))
    // @ts-expect-error 3 against 1
    inner(wide, tall)
  })
})

describe('types of convolutions', () => {
  it('knows batch and filters', () => {
    expectTypeOf(conv2d(images, tensorFrom([0], [3, 3, 3, 16])).shape).toEqualTypeOf<
      [8, number, number, 16]
    >()
    expectTypeOf(maxPool2d(images).shape).toEqualTypeOf<[8, number, number, 3]>()
    expectTypeOf(averagePool2d(unknown).shape).toEqualTypeOf<[number, number, number, number]>()
    expectTypeOf(globalAveragePool(images).shape).toEqualTypeOf<[8, 3]>()
    expectTypeOf(globalMaxPool(images, { keepdims: true }).shape).toEqualTypeOf<number[]>()
  })

  it('refuses another number of axes', () => {
    // @ts-expect-error a matrix is not an image
    conv2d(wide, unknown)
    // @ts-expect-error four axes
    conv1d(images, unknown)
    // @ts-expect-error a matrix is not an image
    maxPool2d(wide)
  })
})
