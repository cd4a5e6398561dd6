import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { setDefaultBackend } from '../engine/default-backend.js'
import { memory } from '../engine/storage.js'
import { ones, tensor } from '../ops/creation/index.js'
import type { Tensor } from '../tensor.js'
import { checkGradients, customGradient, detectAnomaly, grad } from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** Tensors that nobody but the garbage collector freed count as live. */
const live = (): number => memory().tensors + memory().leaked

const wrong = customGradient(
  (x: Tensor) => x.square(),
  (cotangent, { inputs: [x] }) => cotangent.mul(x).mul(x.greater(2).mul(0.5).add(2)),
)

describe('checkGradients', () => {
  test('passes what is right, to second order', async () => {
    const [x, w] = [
      tensor([
        [0.1, -0.4],
        [0.7, 0.2],
      ]),
      tensor([[0.3], [-0.6]]),
    ]
    const before = live()
    const check = await checkGradients((a, b) => (a as Tensor).matmul(b as Tensor).tanh() as Tensor, [x, w], {
      order: 2,
    })
    expect(check.compared).toBe(12)
    expect(check.largestError).toBeLessThan(1e-7)
    expect(live()).toBe(before)
  })

  test('leaves integer inputs out', async () => {
    const choice = tensor([1, 0], { dtype: 'int32' })
    const { compared } = await checkGradients(
      (x, which) => (x as Tensor).mul(which as Tensor),
      [tensor([1, 2]), choice],
    )
    expect(compared).toBe(2)
  })

  test('names input, element and both numbers where they disagree', async () => {
    const inputs = [
      tensor([1, 1]),
      tensor([
        [1, 3],
        [1, 1],
      ]),
    ]
    await expect(
      checkGradients((a, b) => (a as Tensor).mul(wrong(b as Tensor)), inputs),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: checkGradients: expected the derivative of order 1 for input 1 at [0,1] to be 4.551622923158074, as by central differences; received 5.689528653887484 from backward (1 of 6 derivatives differ, this one the most). Fix: correct the gradient, or move the inputs away from points where the function has a kink or jump.]`,
    )
  })

  test('finds a first derivative that is right and a second that is not', async () => {
    const flat = customGradient(
      (x: Tensor) => x.square(),
      (cotangent, { inputs: [x] }) => cotangent.mul(tensor(x.dataSync() as Float64Array)).mul(2),
    )
    const x = tensor([1.5])
    await expect(checkGradients((a) => flat(a as Tensor), [x])).resolves.toMatchObject({ compared: 1 })
    await expect(checkGradients((a) => flat(a as Tensor), [x], { order: 2 })).rejects.toThrow('of order 2')
  })

  test('explains that it needs float64', async () => {
    const small = {
      ...createNullBackend(),
      capabilities: { ...createNullBackend().capabilities, dtypes: ['float32'] as const },
    }
    await expect(
      checkGradients((a) => a as Tensor, [ones([2], { backend: small })]),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: checkGradients: expected a backend that computes in float64, for accurate differences; received backend "null". Fix: check on the cpu backend, which computes the same.]`,
    )
  })
})

describe('detectAnomaly', () => {
  test('names the operation that made the first NaN', () => {
    expect(() => detectAnomaly(() => tensor([1, -1]).sqrt().add(1))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: sqrt: expected finite results; received NaN at element 1 of the result [2], from finite inputs: this operation made it. Fix: look for a logarithm or division of zero, a square root of zero or less, an overflow, or too large a learning rate.]`,
    )
    expect(() => detectAnomaly(() => tensor([1, 0]).log())).toThrow(
      'log: expected finite results; received -Infinity at element 1',
    )
    const bad = tensor([Number.NaN])
    expect(() => detectAnomaly(() => bad.add(1))).toThrow('from inputs that were not finite already')
  })

  test('names the forward operation when it happens in backward', () => {
    const run = () => detectAnomaly(() => grad((x: Tensor) => x.sqrt().sum())(tensor([1, 0])))
    expect(run).toThrow(
      /sqrt gradient: expected finite results; received Infinity at element 1 of the result \[2\], in the gradient of sqrt, from finite inputs/,
    )
    expect(run).toThrow(/sqrt was called here:[\s\S]*check-gradients\.test\.ts/)
  })

  test('can allow infinities, and ends with the function', async () => {
    expect(await detectAnomaly(() => tensor([0]).log(), { infinities: false }).array()).toEqual([
      Number.NEGATIVE_INFINITY,
    ])
    expect(await tensor([0]).log().array()).toEqual([Number.NEGATIVE_INFINITY])
    await expect(detectAnomaly(async () => tensor([-1]).sqrt())).rejects.toThrow('sqrt')
    expect(await tensor([-1]).sqrt().array()).toEqual([Number.NaN])
  })

  test('explains that it needs to read at once', () => {
    const { readSync: _, ...backend } = createNullBackend()
    expect(() => detectAnomaly(() => ones([2], { backend }).add(1))).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: detectAnomaly: expected a backend that can read at once; received backend "null". Fix: look for the fault on the cpu backend, which computes the same.]`,
    )
  })
})
