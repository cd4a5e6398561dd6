import { inspect } from 'node:util'
import { type Backend, createNullBackend, decorate } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { arange, full, ones, tensor, zeros } from '../ops/creation/index.js'
import { Variable } from '../variable.js'
import { setDefaultBackend } from './default-backend.js'
import { memory } from './storage.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** A backend that can only be read asynchronously, as on the GPU. */
const createDistantBackend = (): Backend =>
  decorate(createCpuBackend(), { name: 'distant', readSync: undefined })

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

describe('reading', () => {
  const x = () =>
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])

  test('gives row-major elements, whatever the layout', async () => {
    expect(await x().data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
    expect(await x().transpose().data()).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6))
    expect(x().transpose().dataSync()).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6))
    expect(await tensor([1, 2]).broadcastTo([2, 2]).data()).toEqual(Float32Array.of(1, 2, 1, 2))
    expect(await zeros([0, 3]).data()).toEqual(new Float32Array(0))
  })

  test('gives nested arrays and single values', async () => {
    expect(await x().transpose().array()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    expect(await tensor(5).array()).toBe(5)
    expect(await zeros([2, 0]).array()).toEqual([[], []])
    expect(await tensor([[true], [false]]).array()).toEqual([[true], [false]])
    expect(await tensor([[7]]).item()).toBe(7)
    expect(await tensor(true).item()).toBe(true)
  })

  test('gives float16 as float32', async () => {
    const half = tensor([0.1, 65504, 1e-7], { dtype: 'float16' })
    expect(await half.data()).toEqual(Float32Array.of(0.0999755859375, 65504, 1.1920928955078125e-7))
    expect(half.dataSync()).toEqual(await half.data())
  })

  test('gives a copy, and what was asked for even if it is freed meanwhile', async () => {
    const y = x()
    const reading = y.data()
    y.dispose()
    expect(await reading).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
    const z = x()
    ;(await z.data())[0] = 9
    expect((await z.data())[0]).toBe(1)
  })

  test('explains what it cannot read', async () => {
    await expect(x().item()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item: expected a tensor with one element; received float32 [2,3] with 6. Fix: reduce it first, for example with mean(), or use array() or data().]`,
    )
    expect(() =>
      ones([2], { backend: createDistantBackend() }).dataSync(),
    ).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: dataSync: expected a backend that can read at once; received backend "distant". Fix: use await tensor.data(), which works on every backend.]`,
    )
    const freed = x()
    freed.dispose()
    await expect(freed.data()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: data: expected a live tensor; received a freed one: float32 [2,3] made by tensor; dispose() was called on it. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
  })
})

describe('printing', () => {
  test('shows type, shape and aligned elements', () => {
    expect(
      String(
        tensor([
          [1, 2.5],
          [-30, 0],
        ]),
      ),
    ).toMatchInlineSnapshot(`
      "Tensor<[2,2], float32>
      [[  1.0,   2.5],
       [-30.0,   0.0]]"
    `)
    expect(String(tensor([1, 2, 3], { dtype: 'int32' }))).toMatchInlineSnapshot(
      `"Tensor<[3], int32> [1, 2, 3]"`,
    )
    expect(String(tensor([true, false]))).toMatchInlineSnapshot(`"Tensor<[2], bool> [ true, false]"`)
    expect(String(tensor(0.1))).toMatchInlineSnapshot(`"Tensor<[], float32> 0.1"`)
    expect(String(tensor([Number.NaN, Number.POSITIVE_INFINITY, 1]))).toMatchInlineSnapshot(
      `"Tensor<[3], float32> [     NaN, Infinity,        1]"`,
    )
    expect(String(tensor([1e-10, 1, 3e10]))).toMatchInlineSnapshot(
      `"Tensor<[3], float32> [1.0000e-10,  1.0000e+0, 3.0000e+10]"`,
    )
    expect(String(zeros([0, 3]))).toMatchInlineSnapshot(`
      "Tensor<[0,3], float32>
      []"
    `)
    expect(String(arange(8).reshape([2, 2, 2]))).toMatchInlineSnapshot(`
      "Tensor<[2,2,2], float32>
      [[[0, 1],
        [2, 3]],

       [[4, 5],
        [6, 7]]]"
    `)
  })

  test('shortens long axes to their ends', () => {
    expect(String(arange(2000).reshape([4, 500]))).toMatchInlineSnapshot(`
      "Tensor<[4,500], float32>
      [[   0,    1,    2, …,  497,  498,  499],
       [ 500,  501,  502, …,  997,  998,  999],
       [1000, 1001, 1002, …, 1497, 1498, 1499],
       [1500, 1501, 1502, …, 1997, 1998, 1999]]"
    `)
  })

  test('is what Node shows, and says why values are missing', async () => {
    expect(inspect(tensor([1, 2]))).toBe('Tensor<[2], float32> [1, 2]')
    const distant = full([2], 3, { backend: createDistantBackend() })
    expect(inspect({ distant })).toMatchInlineSnapshot(`
      "{
        distant: Tensor<[2], float32> on distant; await tensor.print() shows its values
      }"
    `)
    const freed = ones([2])
    freed.dispose()
    expect(String(freed)).toMatchInlineSnapshot(`"Tensor<[2], float32> made by ones; freed"`)
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await distant.print()
    expect(log).toHaveBeenCalledWith('Tensor<[2], float32> [3, 3]')
    log.mockRestore()
  })
})

describe('moving', () => {
  test('copies to another backend, any layout and dtype', async () => {
    const other = createCpuBackend()
    const x = tensor([
      [1, 2],
      [3, 4],
    ]).transpose()
    const moved = await x.to(other)
    expect(moved.backend).toBe(other)
    expect(await moved.array()).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(await (await tensor([0.1], { dtype: 'float16' }).to(other)).data()).toEqual(
      Float32Array.of(0.0999755859375),
    )
    expect(await x.to(x.backend)).toBe(x)
  })

  test('takes variables along', async () => {
    const w = new Variable(tensor([1, 2]), { name: 'w' })
    const other = createCpuBackend()
    const before = live()
    await w.to(other)
    expect(w.backend).toBe(other)
    expect(await w.value.array()).toEqual([1, 2])
    expect(live()).toBe(before)
  })

  test('leaves nothing behind where it fails', async () => {
    const other = createNullBackend()
    const small = { ...other, capabilities: { ...other.capabilities, dtypes: ['float32' as const] } }
    const broken = {
      ...other,
      write: () => {
        throw new Error('no device')
      },
    }
    const x = tensor([1], { dtype: 'int32' })
    const before = live()
    await expect(x.to(small)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: to: expected a dtype that backend "null" has: float32; received int32. Fix: cast to one of them, or use a backend that has it.]`,
    )
    await expect(x.to(broken)).rejects.toThrow('no device')
    expect(live()).toBe(before)
  })

  test('mixing backends is an error that says so', () => {
    const [a, b] = [ones([2]), ones([2], { backend: createDistantBackend() })]
    const c = ones([2], { backend: createCpuBackend() })
    expect(() => a.add(b)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: add: expected all tensors on one backend; received tensors on "cpu" and "distant". Fix: move one of them first: await tensor.to(backend).]`,
    )
    expect(() => a.add(c)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: add: expected all tensors on one backend; received tensors on "cpu" and "cpu" (two of that name). Fix: move one of them first: await tensor.to(backend).]`,
    )
    expect(() => new Variable(a, { name: 'w' }).assign(b)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: assign to "w": expected a tensor on the variable's backend "cpu"; received one on "distant". Fix: move it first: await tensor.to(variable.backend); await variable.to(backend) moves the variable.]`,
    )
  })
})
