/**
 * The exponential moving average of weights.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, tensor, Variable } from '@nabla/core'
import { beforeAll, expect, test } from 'vitest'
import { ExponentialMovingAverage } from './average.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const read = async (variable: Variable): Promise<number[]> => [...(await variable.value.data())]

test('averages by its definition, and lends the averages', async () => {
  const weight = new Variable(tensor([1, -1], { dtype: 'float64' }))
  const average = new ExponentialMovingAverage([weight], { decay: 0.75 })
  let expected = [1, -1]
  for (const next of [
    [2, 0],
    [4, 8],
    [-3, 1],
  ]) {
    weight.assign(tensor(next, { dtype: 'float64' }))
    average.update()
    expected = expected.map((value, index) => 0.75 * value + 0.25 * (next[index] as number))
  }
  const inside = await average.with(() => read(weight))
  inside.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] as number, 12)
  })
  expect(await read(weight)).toEqual([-3, 1])
})

test('puts the weights back after an error', async () => {
  const weight = new Variable(tensor([5]))
  const average = new ExponentialMovingAverage([weight], { decay: 0 })
  weight.assign(tensor([7]))
  const failing = average.with(async () => {
    expect(await read(weight)).toEqual([5])
    throw new RangeError('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await read(weight)).toEqual([7])
})

test('keeps memory flat and frees its copies', async () => {
  const weight = new Variable(tensor([5, 6, 7]))
  const before = memory().tensors
  const average = new ExponentialMovingAverage([weight])
  for (let step = 0; step < 5; step++) {
    weight.assign(tensor([step, 0, 1]))
    average.update()
    await average.with(() => undefined)
  }
  expect(memory().tensors).toBe(before + 1)
  average.dispose()
  expect(memory().tensors).toBe(before)
})
