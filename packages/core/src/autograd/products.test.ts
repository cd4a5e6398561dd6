import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory } from '../engine/storage.js'
import { ones, tensor } from '../ops/creation/index.js'
import type { Tensor } from '../tensor.js'
import { grad, hessian, jacobian, jvp, vjp } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

const matrix = () =>
  tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])

describe('vjp', () => {
  test('pulls a cotangent back', async () => {
    const { value, gradient } = vjp((x: Tensor) => x.square())(tensor([1, 2]), tensor([1, 10]))
    expect([await value.array(), await gradient.array()]).toEqual([
      [1, 4],
      [2, 40],
    ])
    const linear = vjp((x: Tensor) => matrix().matmul(x) as Tensor)(ones([2]), tensor([1, 0, 1]))
    expect(await linear.gradient.array()).toEqual([6, 8])
  })

  test('leaves the cotangent to its owner', async () => {
    const cotangent = tensor([1, 1])
    vjp((x: Tensor) => x.add(1))(ones([2]), cotangent).gradient.dispose()
    expect(await cotangent.array()).toEqual([1, 1])
  })

  test('explains a cotangent of another shape', () => {
    expect(() => vjp((x: Tensor) => x.square())(ones([2]), ones([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vjp: expected a cotangent of float32 [2]; received float32 [3]. Fix: give the cotangent the shape and dtype of what it belongs to.]`,
    )
    expect(() => vjp((x: Tensor) => x.greater(0))(ones([2]), ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vjp: expected a function with a floating-point result; received bool [2]. Fix: compute in floating point, without comparisons or rounding at the end.]`,
    )
  })
})

describe('jvp', () => {
  test('pushes a tangent forward', async () => {
    const { value, tangent } = jvp((x: Tensor) => x.square())(tensor([1, 2]), tensor([1, 10]))
    expect([await value.array(), await tangent.array()]).toEqual([
      [1, 4],
      [2, 40],
    ])
  })

  test('takes trees and functions that change the shape', async () => {
    const run = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => a.mul(b).sum()
    const { tangent } = jvp(run)(
      { a: tensor([1, 2]), b: tensor([3, 4]) },
      { a: tensor([1, 0]), b: tensor([0, 1]) },
    )
    expect(await tangent.array()).toBe(5)
    expect(await jvp((_x: Tensor) => ones([3]))(ones([2]), ones([2])).tangent.array()).toEqual([0, 0, 0])
  })

  test('nests with grad', async () => {
    // The Hessian-vector product, forward over reverse.
    const product = jvp(grad((x: Tensor) => x.mul(x).mul(x).sum()))(tensor([1, 2]), tensor([1, 1]))
    expect(await product.tangent.array()).toEqual([6, 12])
    const along = grad((x: Tensor) => jvp((y: Tensor) => y.mul(y).mul(y))(x, ones([2])).tangent.sum())(
      tensor([1, 2]),
    )
    expect(await along.array()).toEqual([6, 12])
  })

  test('explains a tangent of another shape', () => {
    expect(() => jvp((x: Tensor) => x.square())(ones([2]), ones([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: jvp: expected a tangent of float32 [2]; received float32 [3]. Fix: give the tangent the shape and dtype of what it belongs to.]`,
    )
  })
})

describe('jacobian and hessian', () => {
  test('hold all derivatives, in the shape of result and argument', async () => {
    expect(await jacobian((x: Tensor) => matrix().matmul(x) as Tensor)(ones([2])).array()).toEqual(
      await matrix().array(),
    )
    const full = jacobian((x: Tensor) => x.square().sum(0))(matrix())
    expect(full.shape).toEqual([2, 3, 2])
    expect((await full.array()) as unknown).toEqual([
      [
        [2, 0],
        [6, 0],
        [10, 0],
      ],
      [
        [0, 4],
        [0, 8],
        [0, 12],
      ],
    ])
    expect(jacobian((x: Tensor) => x.sum())(ones([2, 2])).shape).toEqual([2, 2])
  })

  test('take trees', async () => {
    const { a, b } = jacobian(({ a, b }: { a: Tensor; b: Tensor }) => a.mul(b))({
      a: tensor([1, 2]),
      b: tensor(3),
    })
    expect(await a.array()).toEqual([
      [3, 0],
      [0, 3],
    ])
    expect(await b.array()).toEqual([1, 2])
  })

  test('second derivatives', async () => {
    expect(await hessian((x: Tensor) => x.mul(x).mul(x).sum())(tensor([1, 2])).array()).toEqual([
      [6, 0],
      [0, 12],
    ])
    const mixed = (x: Tensor): Tensor => x.sum().square()
    expect(await hessian(mixed)(ones([2])).array()).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  test('free what they made', () => {
    const x = ones([4])
    const before = live()
    jacobian((y: Tensor) => y.exp().mul(y))(x).dispose()
    hessian((y: Tensor) => y.exp().mul(y).sum())(x).dispose()
    for (const made of Object.values(jvp((y: Tensor) => y.exp())(x, x))) made.dispose()
    for (const made of Object.values(vjp((y: Tensor) => y.exp())(x, x))) made.dispose()
    expect(live()).toBe(before)
  })
})
