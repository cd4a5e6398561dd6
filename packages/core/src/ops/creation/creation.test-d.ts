import { describe, expectTypeOf, test } from 'vitest'
import {
  arange,
  eye,
  full,
  linspace,
  normal,
  ones,
  onesLike,
  permutation,
  type Tensor,
  tensor,
  tensorFrom,
  zeros,
} from '../../index.js'

describe('creation', () => {
  test('keeps the shape of nested arrays', () => {
    expectTypeOf(tensor([[1, 2, 3]])).toEqualTypeOf<Tensor<[1, 3], 'float32'>>()
    expectTypeOf(tensor(5)).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(tensor([[[[[[1]]]]]])).toEqualTypeOf<Tensor<[1, 1, 1, 1, 1, 1], 'float32'>>()
    expectTypeOf(tensor([])).toEqualTypeOf<Tensor<[0], 'float32'>>()
    const rows: number[][] = []
    expectTypeOf(tensor(rows)).toEqualTypeOf<Tensor<[number, number], 'float32'>>()
  })

  test('knows the dtype', () => {
    expectTypeOf(tensor([true, false])).toEqualTypeOf<Tensor<[2], 'bool'>>()
    expectTypeOf(tensor([1, true])).toEqualTypeOf<Tensor<[2], 'float32'>>()
    expectTypeOf(tensor([1, 2], { dtype: 'int32' })).toEqualTypeOf<Tensor<[2], 'int32'>>()
    expectTypeOf(tensor(new Float64Array(3))).toEqualTypeOf<Tensor<[number], 'float64'>>()
    expectTypeOf(tensor([new Int32Array(2)])).toEqualTypeOf<Tensor<[1, number], 'int32'>>()
    expectTypeOf(tensorFrom(new Uint8Array(6), [2, 3])).toEqualTypeOf<Tensor<[2, 3], 'uint8'>>()
    expectTypeOf(tensorFrom([1, 2], [2, 1])).toEqualTypeOf<Tensor<[2, 1], 'float32'>>()
    // @ts-expect-error what is wanted doesn't change what is made
    const wrong: Tensor<[1], 'float64'> = tensor([1])
    expectTypeOf(wrong).toEqualTypeOf<Tensor<[1], 'float64'>>()
  })

  test('refuses what is no data', () => {
    // @ts-expect-error
    tensor('one')
    // @ts-expect-error
    tensor([1, undefined])
    // @ts-expect-error
    zeros(3)
  })

  test('generates typed shapes', () => {
    expectTypeOf(zeros([2, 3])).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(ones([2], { dtype: 'int32' })).toEqualTypeOf<Tensor<[2], 'int32'>>()
    expectTypeOf(full([2], true)).toEqualTypeOf<Tensor<[2], 'bool'>>()
    expectTypeOf(onesLike(zeros([4]), { dtype: 'uint8' })).toEqualTypeOf<Tensor<[4], 'uint8'>>()
    expectTypeOf(arange(3)).toEqualTypeOf<Tensor<[3], 'float32'>>()
    expectTypeOf(arange(2.5)).toEqualTypeOf<Tensor<[number], 'float32'>>()
    expectTypeOf(arange(1, 9, 2, { dtype: 'int32' })).toEqualTypeOf<Tensor<[number], 'int32'>>()
    expectTypeOf(linspace(0, 1)).toEqualTypeOf<Tensor<[50], 'float32'>>()
    expectTypeOf(eye(2, 3)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(eye(2)).toEqualTypeOf<Tensor<[2, 2], 'float32'>>()
    expectTypeOf(normal([2, 2], { dtype: 'float64' })).toEqualTypeOf<Tensor<[2, 2], 'float64'>>()
    expectTypeOf(permutation(4)).toEqualTypeOf<Tensor<[4], 'int32'>>()
    const shape: number[] = [1, 2]
    expectTypeOf(zeros(shape)).toEqualTypeOf<Tensor<number[], 'float32'>>()
  })
})

describe('reading', () => {
  test('gives arrays as deep as the shape', () => {
    expectTypeOf(tensor([[1]]).array()).resolves.toEqualTypeOf<number[][]>()
    expectTypeOf(tensor([true]).array()).resolves.toEqualTypeOf<boolean[]>()
    expectTypeOf(tensor(1).array()).resolves.toEqualTypeOf<number>()
    expectTypeOf(tensor(1).item()).resolves.toEqualTypeOf<number>()
    expectTypeOf(tensor(1, { dtype: 'float16' }).data()).resolves.toEqualTypeOf<Float32Array>()
    expectTypeOf(tensor([1], { dtype: 'int32' }).dataSync()).toEqualTypeOf<Int32Array>()
    expectTypeOf<Awaited<ReturnType<typeof anyItem>>>().toEqualTypeOf<number>()
  })
})

const anyItem = (x: Tensor) => x.item()
