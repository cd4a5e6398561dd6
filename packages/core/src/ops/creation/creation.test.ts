import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../../engine/default-backend.js'
import {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  tensorFrom,
  zeros,
  zerosLike,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

describe('tensor', () => {
  test('takes nested arrays, and their shape', async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(x.shape).toEqual([2, 3])
    expect(x.dtype).toBe('float32')
    expect(await x.data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
  })

  test('infers the dtype from numbers, booleans and typed arrays', () => {
    expect(tensor(5)).toMatchObject({ dtype: 'float32', shape: [] })
    expect(tensor([true, false]).dtype).toBe('bool')
    expect(tensor([true, 1]).dtype).toBe('float32')
    expect(tensor(new Int32Array(3))).toMatchObject({ dtype: 'int32', shape: [3] })
    expect(tensor([new Float64Array(2), new Float64Array(2)])).toMatchObject({
      dtype: 'float64',
      shape: [2, 2],
    })
    expect(tensor([])).toMatchObject({ dtype: 'float32', shape: [0] })
    expect(tensor([[], []]).shape).toEqual([2, 0])
  })

  test('converts as cast does: truncates, saturates, and anything but 0 is true', async () => {
    expect(await tensor([1.9, -1.9, 3e9], { dtype: 'int32' }).array()).toEqual([1, -1, 2 ** 31 - 1])
    expect(await tensor([-3, 300.7], { dtype: 'uint8' }).array()).toEqual([0, 255])
    expect(await tensor([0, 0.5, Number.NaN], { dtype: 'bool' }).array()).toEqual([false, true, true])
    expect(await tensor([1 / 3], { dtype: 'float64' }).array()).toEqual([1 / 3])
  })

  test('reads a Uint16Array as float16 bits', async () => {
    expect(await tensor(Uint16Array.of(0x3c00, 0xc000)).array()).toEqual([1, -2])
    expect(await tensor(Uint16Array.of(0x3c00), { dtype: 'float32' }).array()).toEqual([1])
  })

  test('copies: later changes of the source are not seen', async () => {
    const source = Float32Array.of(1, 2)
    const x = tensor(source)
    source[0] = 9
    expect(await x.array()).toEqual([1, 2])
  })

  test('gives back what it was made of, at any depth', async () => {
    const nested = fc.integer({ min: 0, max: 4 }).chain((depth) =>
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: depth, maxLength: depth }).map((shape) => {
        const build = (axis: number): unknown =>
          axis === shape.length
            ? axis * 7 + 0.5
            : Array.from({ length: shape[axis] as number }, () => build(axis + 1))
        return { shape, data: build(0) as number }
      }),
    )
    await fc.assert(
      fc.asyncProperty(nested, async ({ shape, data }) => {
        const x = tensor(data)
        expect(x.shape).toEqual(shape)
        expect(await x.array()).toEqual(data)
      }),
      { numRuns: 30 },
    )
  })

  const failing =
    (data: unknown): (() => unknown) =>
    () =>
      tensor(data as number)

  test('explains ragged rows', () => {
    expect(failing([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: expected an array of length 2 at index [1], as in the first row; received one of length 1. Fix: make all rows equally long, for example by padding the shorter ones.]`,
    )
    expect(failing([[1, 2], 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: expected an array of length 2 at index [1], as in the first row; received the number 3. Fix: make all rows equally long, for example by padding the shorter ones.]`,
    )
    expect(failing([1, [2, 3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: expected a number at index [1], as in the first row; received an array of length 2. Fix: make all rows equally long, for example by padding the shorter ones.]`,
    )
  })

  test('explains missing and non-numeric values with their index', () => {
    expect(
      failing([
        [1, 2],
        [3, undefined],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected numbers or booleans, or arrays of them; received undefined at index [1,1]. Fix: replace missing values before making the tensor.]`,
    )
    expect(failing([1, 'two', 3])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected numbers or booleans, or arrays of them; received the string "two" at index [1]. Fix: replace missing values before making the tensor.]`,
    )
    expect(failing(null)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected numbers or booleans, or arrays of them; received null. Fix: replace missing values before making the tensor.]`,
    )
    expect(failing([[1], [null]])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected numbers or booleans, or arrays of them; received null at index [1,0]. Fix: replace missing values before making the tensor.]`,
    )
    expect(failing([tensor(1), tensor(2)])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected numbers or booleans, or arrays of them; received a tensor at index [0]. Fix: join tensors with stack or concatenate.]`,
    )
  })

  test('explains typed arrays that stand for no dtype', () => {
    expect(failing(new BigInt64Array(2))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected a Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array, or Uint16Array (float16 bits); received a BigInt64Array. Fix: convert it first, for example Float32Array.from(data).]`,
    )
    expect(() => tensor(Uint16Array.of(1), { dtype: 'int32' })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: expected a floating-point dtype for a Uint16Array, whose elements are float16 bit patterns; received int32. Fix: make it as float16 first and cast, or convert 16-bit integers with Int32Array.from(data).]`,
    )
  })
})

describe('tensorFrom', () => {
  test('lays flat data out in a shape', async () => {
    expect(await tensorFrom([1, 2, 3, 4, 5, 6], [2, 3]).array()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(tensorFrom(new Uint8Array(4), [2, 2]).dtype).toBe('uint8')
    expect(await tensorFrom(Uint8Array.of(0, 7), [2], { dtype: 'bool' }).array()).toEqual([false, true])
  })

  test('explains a shape that does not fit', () => {
    expect(() => tensorFrom([1, 2, 3], [2, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensorFrom: expected 4 elements for shape [2,2]; received 3 elements. Fix: pass the shape that the data has.]`,
    )
    expect(() => tensorFrom([1, 2], [2.5])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensorFrom: expected lengths that are whole numbers from 0; received 2.5 for axis 0 of [2.5]. Fix: pass a whole number for each axis.]`,
    )
  })
})

describe('constants', () => {
  test('zeros, ones and full fill a shape', async () => {
    expect(await zeros([2, 2]).array()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(await ones([3], { dtype: 'int32' }).data()).toEqual(Int32Array.of(1, 1, 1))
    expect(await full([2], 7).array()).toEqual([7, 7])
    expect(await full([], true).array()).toBe(true)
    expect(await full([1], 300, { dtype: 'uint8' }).array()).toEqual([255])
    expect(zeros([0, 3]).size).toBe(0)
  })

  test('…Like takes shape, dtype and backend', async () => {
    const x = tensor([[1, 2]], { dtype: 'int32', backend: createCpuBackend() })
    expect(await zerosLike(x).data()).toEqual(Int32Array.of(0, 0))
    expect(zerosLike(x).backend).toBe(x.backend)
    expect(await onesLike(x, { dtype: 'float64' }).data()).toEqual(Float64Array.of(1, 1))
    expect(await fullLike(x, 5).array()).toEqual([[5, 5]])
  })

  test('share one kernel for all values', () => {
    const backend = createNullBackend()
    full([2], 1, { backend })
    full([9], 2, { backend })
    const [first, second] = backend.calls()
    if (first?.kind !== 'map' || second?.kind !== 'map') throw new Error('expected maps')
    expect(first.expressions[0]).toBe(second.expressions[0])
  })

  test('explain a shape that is none', () => {
    expect(() => zeros(JSON.parse('3') as number[])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: zeros: expected a shape: an array of lengths, [] for a scalar; received the number 3. Fix: write [3].]`,
    )
    expect(() => ones([2, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ones: expected lengths that are whole numbers from 0; received -1 for axis 1 of [2,-1]. Fix: pass a whole number for each axis.]`,
    )
  })
})

describe('sequences', () => {
  test('arange counts up and down', async () => {
    expect(await arange(4).array()).toEqual([0, 1, 2, 3])
    expect(await arange(2, 5).array()).toEqual([2, 3, 4])
    expect(await arange(5, 0, -2, { dtype: 'int32' }).data()).toEqual(Int32Array.of(5, 3, 1))
    expect(await arange(0, 1, 0.25).array()).toEqual([0, 0.25, 0.5, 0.75])
    expect(arange(3, 1).shape).toEqual([0])
    expect(await arange(2, { dtype: 'float64' }).data()).toEqual(Float64Array.of(0, 1))
  })

  test('arange explains what it cannot do', () => {
    expect(() => arange(0, 5, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: arange: expected a step other than 0; received a range from 0 to 5 by 0. Fix: pass a positive step, or a negative one to count down.]`,
    )
    expect(() => arange(0, 1, 0.5, { dtype: 'int32' })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: arange: expected a whole number for int32 as step; received 0.5. Fix: use dtype 'float32' for fractions.]`,
    )
  })

  test('linspace hits both ends exactly', async () => {
    expect(await linspace(0, 1, 5).array()).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(await linspace(0, 1, 4, { endpoint: false }).array()).toEqual([0, 0.25, 0.5, 0.75])
    expect(await linspace(3, 9, 1).array()).toEqual([3])
    expect(linspace(0, 1).shape).toEqual([50])
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 2, max: 40 }),
        async (start, stop, count) => {
          const values = await linspace(start, stop, count).data()
          expect([values[0], values[count - 1]]).toEqual([start, stop])
        },
      ),
      { numRuns: 30 },
    )
  })

  test('eye puts ones on a diagonal', async () => {
    expect(await eye(2).array()).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(await eye(2, 3, { diagonal: 1, dtype: 'int32' }).array()).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ])
    expect(await eye(2, 2, { diagonal: -1, dtype: 'bool' }).array()).toEqual([
      [false, false],
      [true, false],
    ])
  })
})
