import { describe, expectTypeOf, test } from 'vitest'
import type {
  Broadcast,
  Broadcastable,
  Matmul,
  Matmulable,
  Mutable,
  Permuted,
  Requested,
  Reshapeable,
  Reversed,
  ShapeMismatch,
} from './shapes.js'

describe('Broadcast', () => {
  test('aligns literal shapes at the last axis', () => {
    expectTypeOf<Broadcast<[2, 3], [2, 3]>>().toEqualTypeOf<[2, 3]>()
    expectTypeOf<Broadcast<[2, 3], [3]>>().toEqualTypeOf<[2, 3]>()
    expectTypeOf<Broadcast<[3], [2, 3]>>().toEqualTypeOf<[2, 3]>()
    expectTypeOf<Broadcast<[2, 1], [1, 4]>>().toEqualTypeOf<[2, 4]>()
    expectTypeOf<Broadcast<[64, 3, 32, 10], [32, 10]>>().toEqualTypeOf<[64, 3, 32, 10]>()
    expectTypeOf<Broadcast<[5, 1, 7], [6, 1]>>().toEqualTypeOf<[5, 6, 7]>()
    expectTypeOf<Broadcast<[], [2]>>().toEqualTypeOf<[2]>()
    expectTypeOf<Broadcast<[], []>>().toEqualTypeOf<[]>()
    expectTypeOf<Broadcast<[0], [1]>>().toEqualTypeOf<[0]>()
  })

  test('is never where lengths cannot meet', () => {
    expectTypeOf<Broadcast<[2, 3], [2]>>().toBeNever()
    expectTypeOf<Broadcast<[4, 5], [2, 3, 5]>>().toBeNever()
    expectTypeOf<Broadcastable<[2, 3], [2]>>().toExtend<ShapeMismatch<string>>()
    expectTypeOf<Broadcastable<[2, 3], [3]>>().toBeUnknown()
  })

  test('keeps what is known when a length is not', () => {
    expectTypeOf<Broadcast<[number, 3], [3]>>().toEqualTypeOf<[number, 3]>()
    expectTypeOf<Broadcast<[number, 1], [4]>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<Broadcast<[number], [4]>>().toEqualTypeOf<[4]>()
    expectTypeOf<Broadcast<[number], [1]>>().toEqualTypeOf<[number]>()
    expectTypeOf<Broadcast<[number], [number]>>().toEqualTypeOf<[number]>()
    expectTypeOf<Broadcast<[number, 3], [4]>>().toBeNever()
  })

  test('degrades to number[] where a rank is unknown', () => {
    expectTypeOf<Broadcast<number[], [2]>>().toEqualTypeOf<number[]>()
    expectTypeOf<Broadcast<[2], readonly number[]>>().toEqualTypeOf<number[]>()
    expectTypeOf<Broadcastable<number[], [2]>>().toBeUnknown()
  })
})

describe('Matmul', () => {
  test('of matrices, vectors and batches', () => {
    expectTypeOf<Matmul<[2, 3], [3, 5]>>().toEqualTypeOf<[2, 5]>()
    expectTypeOf<Matmul<[3], [3]>>().toEqualTypeOf<[]>()
    expectTypeOf<Matmul<[3], [3, 5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<Matmul<[2, 3], [3]>>().toEqualTypeOf<[2]>()
    expectTypeOf<Matmul<[7, 2, 3], [3, 5]>>().toEqualTypeOf<[7, 2, 5]>()
    expectTypeOf<Matmul<[7, 1, 2, 3], [4, 3, 5]>>().toEqualTypeOf<[7, 4, 2, 5]>()
    expectTypeOf<Matmul<[7, 2, 3], [3]>>().toEqualTypeOf<[7, 2]>()
    expectTypeOf<Matmul<[3], [7, 3, 5]>>().toEqualTypeOf<[7, 5]>()
    expectTypeOf<Matmul<[number, 784], [784, 512]>>().toEqualTypeOf<[number, 512]>()
    expectTypeOf<Matmul<[2, number], [3, 5]>>().toEqualTypeOf<[2, 5]>()
    expectTypeOf<Matmul<number[], [3, 5]>>().toEqualTypeOf<number[]>()
  })

  test('is never where the shapes do not fit', () => {
    expectTypeOf<Matmul<[2, 3], [4, 5]>>().toBeNever()
    expectTypeOf<Matmul<[2, 3], [4]>>().toBeNever()
    expectTypeOf<Matmul<[], [3]>>().toBeNever()
    expectTypeOf<Matmul<[2, 2, 3], [5, 3, 4]>>().toBeNever()
    expectTypeOf<Matmulable<[2, 3], [4, 5]>>().toExtend<ShapeMismatch<string>>()
    expectTypeOf<Matmulable<[2, 3], [3, 5]>>().toBeUnknown()
    expectTypeOf<Matmulable<number[], [3, 5]>>().toBeUnknown()
  })
})

describe('rearranging', () => {
  test('reverses and permutes axes', () => {
    expectTypeOf<Reversed<[2, 3, 4]>>().toEqualTypeOf<[4, 3, 2]>()
    expectTypeOf<Reversed<number[]>>().toEqualTypeOf<number[]>()
    expectTypeOf<Permuted<[2, 3, 4], [1, 2, 0]>>().toEqualTypeOf<[3, 4, 2]>()
    expectTypeOf<Permuted<[2, 3, 4], number[]>>().toEqualTypeOf<number[]>()
    expectTypeOf<Permuted<number[], [1, 0]>>().toEqualTypeOf<[number, number]>()
  })

  test('requests shapes', () => {
    expectTypeOf<Requested<[2, -1, 3]>>().toEqualTypeOf<[2, number, 3]>()
    expectTypeOf<Requested<number[]>>().toEqualTypeOf<number[]>()
    expectTypeOf<Reshapeable<[6], [5]>>().toExtend<ShapeMismatch<string>>()
    expectTypeOf<Reshapeable<[6], [6]>>().toBeUnknown()
    expectTypeOf<Reshapeable<[6], [-1]>>().toBeUnknown()
    expectTypeOf<Reshapeable<number[], [5]>>().toBeUnknown()
    expectTypeOf<Mutable<readonly [2, 3]>>().toEqualTypeOf<[2, 3]>()
  })
})
