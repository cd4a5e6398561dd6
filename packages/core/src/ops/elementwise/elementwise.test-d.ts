import type { DType, Shape } from '@nabla/backend'
import { describe, expectTypeOf, test } from 'vitest'
import type { Tensor } from '../../tensor.js'
import { tensor } from '../creation/tensor.js'
import {
  add,
  bitwiseAnd,
  cast,
  clip,
  div,
  exp,
  gelu,
  isClose,
  leakyRelu,
  lerp,
  less,
  mul,
  prelu,
  relu,
  where,
} from './index.js'

declare const matrix: Tensor<[2, 3], 'float32'>
declare const row: Tensor<[3], 'float32'>
declare const column: Tensor<[2, 1], 'float32'>
declare const pair: Tensor<[2], 'float32'>
declare const integers: Tensor<[2, 3], 'int32'>
declare const booleans: Tensor<[3], 'bool'>
declare const batch: Tensor<[number, 3], 'float32'>
declare const plain: Tensor

describe('tensors of literals', () => {
  test('have their shape in the type', () => {
    expectTypeOf(tensor([[1, 2, 3]])).toEqualTypeOf<Tensor<[1, 3], 'float32'>>()
    expectTypeOf(tensor([[1, 2, 3]]).add(tensor([[1], [2]]))).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
  })

  test('are tensors', () => {
    expectTypeOf<Tensor<[2, 3]>>().toExtend<Tensor>()
    expectTypeOf<Tensor<[2, 3], 'float32'>>().toExtend<Tensor<[2, 3]>>()
    expectTypeOf<Tensor<[2, 3], 'float32'>>().toExtend<Tensor<readonly [2, 3]>>()
    expectTypeOf<Tensor<[2, 3], 'float32'>>().toExtend<Tensor<Shape, 'float32'>>()
    expectTypeOf<Tensor<[2, 3]>>().toExtend<Tensor<[number, 3]>>()
    expectTypeOf<Tensor>().not.toExtend<Tensor<[2, 3]>>()
    expectTypeOf<Tensor<[2, 3]>>().not.toExtend<Tensor<[2, 4]>>()
    expectTypeOf<Tensor<[2], 'int32'>>().not.toExtend<Tensor<[2], 'float32'>>()
  })
})

describe('broadcasting', () => {
  test('computes the shape', () => {
    expectTypeOf(matrix.add(row)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(row.add(matrix)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(add(column, row)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(batch.mul(row)).toEqualTypeOf<Tensor<[number, 3], 'float32'>>()
    expectTypeOf(plain.add(row).shape).toEqualTypeOf<number[]>()
    expectTypeOf(matrix.add(plain).dtype).toEqualTypeOf<DType>()
  })

  test('refuses shapes that do not fit', () => {
    // @ts-expect-error lengths 3 and 2 differ
    matrix.add(pair)
    // @ts-expect-error the same as a function
    add(pair, matrix)
    // @ts-expect-error in a comparison
    less(matrix, pair)
    // @ts-expect-error where a length is unknown and another differs
    batch.sub(pair)
    // @ts-expect-error in a condition
    where(pair, matrix, 0)
    // @ts-expect-error in a limit
    clip(matrix, pair, 1)
    // @ts-expect-error between limits
    matrix.clip(row, tensor([1, 2, 3, 4]))
  })
})

describe('plain numbers', () => {
  test('stand on either side and keep the shape', () => {
    expectTypeOf(matrix.add(1)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(mul(2, matrix)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(integers.add(1)).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(integers.add(0.5).dtype).toEqualTypeOf<'int32' | 'float32'>()
    expectTypeOf(booleans.add(1)).toEqualTypeOf<Tensor<[3], 'int32'>>()
  })

  test('may be mixed with tensors in one variable', () => {
    const other = row as Tensor<[3], 'float32'> | number
    expectTypeOf(matrix.add(other)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
  })

  test('need a tensor beside them', () => {
    // @ts-expect-error numbers alone have no backend
    add(1, 2)
    // @ts-expect-error a function of one tensor
    exp(1)
    // @ts-expect-error arrays are no operands
    matrix.add([1, 2, 3])
  })
})

describe('dtypes', () => {
  test('are promoted', () => {
    expectTypeOf(integers.add(row)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(booleans.mul(booleans)).toEqualTypeOf<Tensor<[3], 'int32'>>()
    expectTypeOf(booleans.maximum(booleans)).toEqualTypeOf<Tensor<[3], 'bool'>>()
    expectTypeOf(div(integers, integers)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(exp(integers)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(integers.relu()).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(bitwiseAnd(integers, 3)).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
  })

  test('of comparisons are bool', () => {
    expectTypeOf(matrix.less(row)).toEqualTypeOf<Tensor<[2, 3], 'bool'>>()
    expectTypeOf(integers.equal(1)).toEqualTypeOf<Tensor<[2, 3], 'bool'>>()
    expectTypeOf(matrix.isNaN()).toEqualTypeOf<Tensor<[2, 3], 'bool'>>()
    expectTypeOf(isClose(matrix, row, { rtol: 1e-3 })).toEqualTypeOf<Tensor<[2, 3], 'bool'>>()
  })

  test('are cast by name', () => {
    expectTypeOf(matrix.cast('int32')).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(cast(plain, 'bool').dtype).toEqualTypeOf<'bool'>()
    // @ts-expect-error no such dtype
    matrix.cast('int64')
  })
})

describe('three operands and options', () => {
  test('where, clip and lerp', () => {
    expectTypeOf(where(booleans, matrix, 0)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(where(booleans, 1, 0)).toEqualTypeOf<Tensor<[3], 'float32'>>()
    expectTypeOf(where(booleans, integers, matrix)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(clip(matrix, 0, 1)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(integers.clip(0, 9)).toEqualTypeOf<Tensor<[2, 3], 'int32'>>()
    expectTypeOf(row.clip(column, 1)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(lerp(row, column, 0.5)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
  })

  test('activations', () => {
    expectTypeOf(relu(matrix)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(gelu(matrix, { approximate: 'tanh' })).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(leakyRelu(integers, 0.1)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    expectTypeOf(prelu(matrix, row)).toEqualTypeOf<Tensor<[2, 3], 'float32'>>()
    // @ts-expect-error there is no such approximation
    gelu(matrix, { approximate: 'erf' })
  })
})

test('operations can be used in functions of plain tensors', () => {
  const normalise = (x: Tensor, scale: Tensor | number): Tensor =>
    gelu(x.sub(1).mul(scale).div(x.abs().add(1e-6)))
  expectTypeOf(normalise(matrix, 2)).toEqualTypeOf<Tensor>()
})
