import type { DType, Shape } from '@nabla/backend'
import { describe, expectTypeOf, it } from 'vitest'
import * as indexing from '../ops/indexing/index.js'
import * as movement from '../ops/movement/index.js'
import * as reduction from '../ops/reduction/index.js'
import type { Tensor } from '../tensor.js'

declare const x: Tensor<[2, 3, 4], 'float32'>
declare const counts: Tensor<[2, 3], 'uint8'>
declare const some: Tensor
declare const anyAxis: number
declare const maybe: boolean

describe('reductions', () => {
  it('know what is left, from functions and methods', () => {
    expectTypeOf(reduction.sum(x)).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(x.sum()).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(reduction.sum(x, 1)).toEqualTypeOf<Tensor<[2, 4], 'float32'>>()
    expectTypeOf(x.sum(1)).toEqualTypeOf<Tensor<[2, 4], 'float32'>>()
    expectTypeOf(x.sum(-1)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(x.sum([0, -1])).toEqualTypeOf<Tensor<[3], 'float32'>>()
    expectTypeOf(x.mean(-1, { keepdims: true })).toEqualTypeOf<Tensor<[2, 3, 1], 'float32'>>()
    expectTypeOf(reduction.max(x, [1], { keepdims: true })).toEqualTypeOf<Tensor<[2, 1, 4], 'float32'>>()
    expectTypeOf(x.max(undefined, { keepdims: true })).toEqualTypeOf<Tensor<[1, 1, 1], 'float32'>>()
    expectTypeOf(x.sum(1).sum(0)).toEqualTypeOf<Tensor<[4], 'float32'>>()
  })

  it('know the type', () => {
    expectTypeOf(counts.sum(0)).toEqualTypeOf<Tensor<[3], 'int32'>>()
    expectTypeOf(counts.mean()).toEqualTypeOf<Tensor<[], 'float32'>>()
    expectTypeOf(counts.max()).toEqualTypeOf<Tensor<[], 'uint8'>>()
    expectTypeOf(x.argmax(-1)).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(reduction.countNonzero(x)).toEqualTypeOf<Tensor<[], 'int32'>>()
    expectTypeOf(x.any()).toEqualTypeOf<Tensor<[], 'bool'>>()
    expectTypeOf(x.variance(0, { correction: 1 })).toEqualTypeOf<Tensor<[3, 4], 'float32'>>()
    expectTypeOf(reduction.norm(x, 0, { order: 1, keepdims: true })).toEqualTypeOf<
      Tensor<[1, 3, 4], 'float32'>
    >()
    expectTypeOf(reduction.quantile(x, 0.5, 0)).toEqualTypeOf<Tensor<[3, 4], 'float32'>>()
    expectTypeOf(counts.softmax()).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(reduction.cumsum(counts, 0)).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(reduction.cumsum(x)).toEqualTypeOf<Tensor<[number], 'float32'>>()
  })

  it('degrade where something is not known', () => {
    expectTypeOf(some.sum()).toEqualTypeOf<Tensor<[], Exclude<DType, 'bool' | 'uint8'>>>()
    expectTypeOf(some.max(0)).toEqualTypeOf<Tensor<number[], DType>>()
    expectTypeOf(x.sum(anyAxis)).toEqualTypeOf<Tensor<[number, number], 'float32'>>()
    expectTypeOf(x.sum(anyAxis, { keepdims: true })).toEqualTypeOf<
      Tensor<[number, number, number], 'float32'>
    >()
    expectTypeOf(x.sum([anyAxis])).toEqualTypeOf<Tensor<number[], 'float32'>>()
    expectTypeOf(x.sum(0, { keepdims: maybe })).toEqualTypeOf<Tensor<number[], 'float32'>>()
  })
})

describe('movement', () => {
  it('knows the shape', () => {
    expectTypeOf(x.reshape([6, 4])).toEqualTypeOf<Tensor<[6, 4], 'float32'>>()
    expectTypeOf(x.reshape([6, -1])).toEqualTypeOf<Tensor<[6, number], 'float32'>>()
    expectTypeOf(x.transpose()).toEqualTypeOf<Tensor<[4, 3, 2], 'float32'>>()
    expectTypeOf(x.transpose([1, 2, 0])).toEqualTypeOf<Tensor<[3, 4, 2], 'float32'>>()
    expectTypeOf(movement.permute(x, [2, 0, 1])).toEqualTypeOf<Tensor<[4, 2, 3], 'float32'>>()
    expectTypeOf(movement.swapAxes(x, 0, -1)).toEqualTypeOf<Tensor<[4, 3, 2], 'float32'>>()
    expectTypeOf(movement.moveAxis(x, 0, 1)).toEqualTypeOf<Tensor<[number, number, number], 'float32'>>()
    expectTypeOf(x.expandDims(0)).toEqualTypeOf<Tensor<[1, 2, 3, 4], 'float32'>>()
    expectTypeOf(x.expandDims(-1)).toEqualTypeOf<Tensor<[2, 3, 4, 1], 'float32'>>()
    expectTypeOf(x.expandDims(-1).squeeze()).toEqualTypeOf<Tensor<[2, 3, 4], 'float32'>>()
    expectTypeOf(x.expandDims(1).squeeze(1)).toEqualTypeOf<Tensor<[2, 3, 4], 'float32'>>()
    expectTypeOf(x.flatten()).toEqualTypeOf<Tensor<[number], 'float32'>>()
    expectTypeOf(x.broadcastTo([5, 2, 3, 4])).toEqualTypeOf<Tensor<[5, 2, 3, 4], 'float32'>>()
    expectTypeOf(movement.flip(x)).toEqualTypeOf<Tensor<[2, 3, 4], 'float32'>>()
    expectTypeOf(movement.pad(x, 1)).toEqualTypeOf<Tensor<[number, number, number], 'float32'>>()
  })

  it('follows slices', () => {
    expectTypeOf(x.slice(0)).toEqualTypeOf<Tensor<[3, 4], 'float32'>>()
    expectTypeOf(x.slice(null, -1)).toEqualTypeOf<Tensor<[2, 4], 'float32'>>()
    expectTypeOf(movement.slice(x, [0, 1], null)).toEqualTypeOf<Tensor<[number, 3, 4], 'float32'>>()
    expectTypeOf(x.slice(0, { step: -1 })).toEqualTypeOf<Tensor<[number, 4], 'float32'>>()
    expectTypeOf(x.slice('...', 0)).toEqualTypeOf<Tensor<number[], 'float32'>>()
    expectTypeOf(some.slice(0)).toEqualTypeOf<Tensor<number[], DType>>()
  })

  it('refuses what can be seen not to fit', () => {
    // @ts-expect-error 3 elements are not 5
    counts.sum(0).reshape([5])
    // @ts-expect-error an order is an array of numbers
    x.transpose('0')
  })

  it('brings types together', () => {
    expectTypeOf(movement.concatenate([x, x])).toEqualTypeOf<Tensor<number[], 'float32'>>()
    expectTypeOf(movement.stack([x, x])[Symbol.dispose]).toBeFunction()
  })
})

describe('indexing', () => {
  it('knows types, and shapes where they stay', () => {
    expectTypeOf(indexing.oneHot(counts, 10)).toEqualTypeOf<Tensor<[2, 3, 10], 'float32'>>()
    expectTypeOf(indexing.oneHot(counts, 10, { dtype: 'bool' })).toEqualTypeOf<Tensor<[2, 3, 10], 'bool'>>()
    expectTypeOf(indexing.sort(x)).toEqualTypeOf<Tensor<[2, 3, 4], 'float32'>>()
    expectTypeOf(indexing.argsort(x)).toEqualTypeOf<Tensor<[2, 3, 4], 'int32'>>()
    expectTypeOf(indexing.topK(x, 2).indices).toEqualTypeOf<Tensor<[number, number, number], 'int32'>>()
    expectTypeOf(indexing.take(x, [0, 1])).toEqualTypeOf<Tensor<number[], 'float32'>>()
    expectTypeOf(indexing.scatterAdd(x, [0], 1)).toEqualTypeOf<Tensor<[2, 3, 4], 'float32'>>()
    expectTypeOf<Tensor<[2], 'int32'>>().toExtend<Tensor<Shape, DType>>()
  })
})
