import type { DType } from '@nabla/backend'
import { describe, expectTypeOf, test } from 'vitest'
import type { Promote, PromoteNumber, ToFloat, ToNumber } from './dtypes.js'

describe('Promote', () => {
  test('follows the lattice', () => {
    expectTypeOf<Promote<'float32', 'float32'>>().toEqualTypeOf<'float32'>()
    expectTypeOf<Promote<'int32', 'float32'>>().toEqualTypeOf<'float32'>()
    expectTypeOf<Promote<'float64', 'float32'>>().toEqualTypeOf<'float64'>()
    expectTypeOf<Promote<'float16', 'int32'>>().toEqualTypeOf<'float16'>()
    expectTypeOf<Promote<'int32', 'uint32'>>().toEqualTypeOf<'int32'>()
    expectTypeOf<Promote<'uint32', 'int32'>>().toEqualTypeOf<'int32'>()
    expectTypeOf<Promote<'uint8', 'uint32'>>().toEqualTypeOf<'uint32'>()
    expectTypeOf<Promote<'bool', 'uint8'>>().toEqualTypeOf<'uint8'>()
    expectTypeOf<Promote<'bool', 'bool'>>().toEqualTypeOf<'bool'>()
  })

  test('gives all possibilities where a type is not known', () => {
    expectTypeOf<Promote<DType, 'float32'>>().toEqualTypeOf<DType>()
    expectTypeOf<Promote<'uint8' | 'float64', 'float32'>>().toEqualTypeOf<'float32' | 'float64'>()
    expectTypeOf<Promote<'float32', 'float32' | 'float64'>>().toEqualTypeOf<'float32' | 'float64'>()
  })
})

describe('PromoteNumber', () => {
  test('leaves floats alone', () => {
    expectTypeOf<PromoteNumber<'float16', 0.5>>().toEqualTypeOf<'float16'>()
    expectTypeOf<PromoteNumber<'float32', number>>().toEqualTypeOf<'float32'>()
  })

  test('makes integers float32 only for what may be a fraction', () => {
    expectTypeOf<PromoteNumber<'int32', 1>>().toEqualTypeOf<'int32'>()
    expectTypeOf<PromoteNumber<'uint8', -3>>().toEqualTypeOf<'uint8'>()
    expectTypeOf<PromoteNumber<'bool', 2>>().toEqualTypeOf<'int32'>()
    expectTypeOf<PromoteNumber<'int32', 0.5>>().toEqualTypeOf<'int32' | 'float32'>()
    expectTypeOf<PromoteNumber<'int32', number>>().toEqualTypeOf<'int32' | 'float32'>()
    expectTypeOf<PromoteNumber<'bool', number>>().toEqualTypeOf<'int32' | 'float32'>()
    expectTypeOf<PromoteNumber<DType, 1>>().toEqualTypeOf<DType>()
  })
})

test('ToFloat and ToNumber', () => {
  expectTypeOf<ToFloat<'int32'>>().toEqualTypeOf<'float32'>()
  expectTypeOf<ToFloat<'float64'>>().toEqualTypeOf<'float64'>()
  expectTypeOf<ToFloat<'bool' | 'float16'>>().toEqualTypeOf<'float32' | 'float16'>()
  expectTypeOf<ToFloat<DType>>().toEqualTypeOf<DType>()
  expectTypeOf<ToNumber<'bool'>>().toEqualTypeOf<'int32'>()
  expectTypeOf<ToNumber<'uint8'>>().toEqualTypeOf<'uint8'>()
  expectTypeOf<ToNumber<DType>>().toEqualTypeOf<DType>()
})
