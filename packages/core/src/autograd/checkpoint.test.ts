import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory } from '../engine/storage.js'
import { ones, tensor, zeros } from '../ops/creation/index.js'
import { dropout, Generator } from '../random/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { checkpoint, grad, jacobian, variableGradients } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

const chain = (x: Tensor): Tensor => {
  let y = x
  for (let i = 0; i < 10; i++) y = y.sin().mul(1.5)
  return y
}

test('gives the same gradient, running the function twice', async () => {
  const x = tensor([0.1, 0.2, 0.3], { dtype: 'float64' })
  let runs = 0
  const counted = (y: Tensor): Tensor => {
    runs += 1
    return chain(y)
  }
  const expected = await grad((y: Tensor) => chain(y).sum())(x).array()
  expect(await grad((y: Tensor) => checkpoint(counted)(y).sum())(x).array()).toEqual(expected)
  expect(runs).toBe(2)
  await checkpoint(counted)(x).array()
  expect(runs).toBe(3)
})

test('holds less in memory while the function goes on', () => {
  const held = (segment: (x: Tensor) => Tensor): number => {
    const x = ones([1000])
    const before = memory().bytes
    let most = 0
    grad((y: Tensor) => {
      const end = segment(segment(segment(y)))
      most = memory().bytes - before
      return end.sum()
    })(x).dispose()
    expect(memory().bytes).toBe(before)
    return most
  }
  expect(held(chain)).toBe(60 * 4000)
  expect(held(checkpoint(chain))).toBe(3 * 4000)
})

test('reaches variables and other tensors that are not arguments', async () => {
  const w = new Variable(tensor([2, 3]), { name: 'w' })
  const block = checkpoint((x: Tensor) => x.mul(w.value).sin())
  const plain = (x: Tensor): Tensor => x.mul(w.value).sin()
  const gradientsOf = async (run: (x: Tensor) => Tensor): Promise<unknown> => {
    const { gradients } = variableGradients(() => run(run(w.value.mul(2))).sum(), [w])
    return gradients[0]?.array()
  }
  expect(await gradientsOf(block)).toEqual(await gradientsOf(plain))
})

test('sees the same random numbers again, and leaves the generator as one run does', async () => {
  const generator = new Generator(1)
  const x = ones([50])
  const output: number[][] = []
  const run = checkpoint((y: Tensor) => {
    const dropped = dropout(y, 0.5, { generator })
    output.push(Array.from(dropped.dataSync() as Float32Array))
    return dropped
  })
  const gradient = await grad((y: Tensor) => run(y).sum())(x).array()
  expect(output[1]).toEqual(output[0])
  expect(gradient).toEqual(output[0])
  expect(generator.state().draws).toBe(1)
})

test('sees variables as they were, and assigns them once', async () => {
  const count = new Variable(zeros([]), { name: 'count', trainable: false })
  const block = checkpoint((x: Tensor) => {
    count.assign(count.value.add(1))
    return x.mul(count.value)
  })
  const before = live()
  const x = tensor([1, 2])
  const gradient = grad((y: Tensor) => block(block(y)).sum())(x)
  expect(await gradient.array()).toEqual([2, 2])
  expect(await count.value.item()).toBe(2)
  gradient.dispose()
  x.dispose()
  expect(live()).toBe(before)
})

test('can be pulled through more than once', async () => {
  const matrix = await jacobian(checkpoint((x: Tensor) => x.square()))(tensor([1, 2])).array()
  expect(matrix).toEqual([
    [2, 0],
    [0, 4],
  ])
})

test('passes on what does not depend on a gradient', async () => {
  const constant = ones([2])
  expect(
    await grad((x: Tensor) => x.mul(checkpoint(() => constant.mul(3))()).sum())(ones([2])).array(),
  ).toEqual([3, 3])
  expect(await grad((x: Tensor) => checkpoint((y: Tensor) => y)(x).sum())(ones([2])).array()).toEqual([1, 1])
})
