import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { valueAndGrad, variableGradients } from '../autograd/index.js'
import { tensor } from '../ops/creation/index.js'
import { normal } from '../random/index.js'
import type { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { setDefaultBackend } from './default-backend.js'
import { scope } from './scope.js'
import { finishStep, joinStep, openBatch } from './step.js'
import { memory } from './storage.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

/** What an optimizer does. */
function apply(gradients: readonly Tensor[], variables: readonly Variable[], optimizer?: object): void {
  variables.forEach((variable, i) => {
    const step = (gradients[i] as Tensor).mul(0.1)
    variable.assign(variable.value.sub(step))
    step.dispose()
  })
  finishStep(gradients, optimizer)
}

const usage = (): [number, number] => [memory().tensors, memory().bytes]

const STEPS = 10_000

describe('a training loop keeps live tensors and bytes flat, with no dispose in sight', () => {
  const network = () => [new Variable(normal([3, 4])), new Variable(normal([4, 1]))] as const
  const lossOf = ([first, second]: readonly [Variable, Variable], x: Tensor, y: Tensor): Tensor => {
    const hidden = x.matmul(first.value as Tensor<[3, 4]>).tanh() as Tensor
    return hidden.matmul(second.value as Tensor<[4, 1]>).sub(y).square().mean() as Tensor
  }

  test('with data of its own', async () => {
    const variables = network()
    const [x, y] = [normal([5, 3]), normal([5, 1])]
    const levels = new Set<string>()
    let first = Number.NaN
    let last = Number.NaN
    for (let step = 0; step < STEPS; step++) {
      const { value, gradients } = variableGradients(() => lossOf(variables, x, y), variables)
      apply(gradients, variables)
      if (step % 1000 === 0) last = await value.item()
      if (step === 0) first = last
      if (step > 0) levels.add(String(usage()))
    }
    expect(levels.size).toBe(1)
    expect(last).toBeLessThan(first)
  })

  test('with the batches of a loader, and statistics on the way', async () => {
    const variables = network()
    const running = new Variable(tensor(0), { trainable: false })
    const levels = new Set<string>()
    let batch = openBatch()
    for (let step = 0; step < STEPS; step++) {
      batch.close()
      batch = openBatch()
      const [x, y] = [tensor([[0.1, 0.2, 0.3]]), tensor([[step % 2]])]
      for (const each of [x, y]) batch.adopt(each)
      const { value, gradients, auxiliary } = variableGradients(() => {
        const loss = lossOf(variables, x, y)
        running.assign(loss)
        return { value: loss, doubled: loss.mul(2) }
      }, variables)
      apply(gradients, variables)
      if (step % 1000 === 0) expect(await auxiliary.doubled.item()).toBeCloseTo(2 * (await value.item()), 4)
      if (step > 0) levels.add(String(usage()))
    }
    expect(levels.size).toBe(1)
  })

  test('inside a long scope, too', () => {
    const variables = network()
    scope(() => {
      const [x, y] = [normal([5, 3]), normal([5, 1])]
      const levels = new Set<string>()
      for (let step = 0; step < 20; step++) {
        apply(variableGradients(() => lossOf(variables, x, y), variables).gradients, variables)
        if (step > 0) levels.add(String(usage()))
      }
      expect(levels.size).toBe(1)
    })
  })
})

describe('the results of a gradient computation', () => {
  const w = () => new Variable(tensor([1, 2]), { name: 'w' })
  const take = (variable: Variable) =>
    variableGradients(() => ({ value: variable.value.square().sum() as Tensor, extra: variable.value.mul(2) as Tensor }), [variable])

  test('end step by step: gradients when they are applied, the loss with the next ones', () => {
    const variable = w()
    const first = take(variable)
    apply(first.gradients, [variable])
    expect(first.gradients[0]?.isDisposed).toBe(true)
    expect([first.value.isDisposed, first.auxiliary.extra.isDisposed]).toEqual([false, false])
    const second = take(variable)
    expect(first.value.isDisposed).toBe(false)
    apply(second.gradients, [variable])
    expect([first.value.isDisposed, first.auxiliary.extra.isDisposed]).toEqual([true, true])
    expect(second.value.isDisposed).toBe(false)
  })

  test('end for each optimizer apart', () => {
    const [a, b] = [w(), w()]
    const [optimizerA, optimizerB] = [{}, {}]
    const [first, second] = [take(a), take(b)]
    apply(first.gradients, [a], optimizerA)
    apply(second.gradients, [b], optimizerB)
    expect([first.value.isDisposed, second.value.isDisposed]).toEqual([false, false])
    apply(take(a).gradients, [a], optimizerA)
    expect([first.value.isDisposed, second.value.isDisposed]).toEqual([true, false])
  })

  test('live on when they are kept', async () => {
    const variable = w()
    const { value, gradients } = take(variable)
    value.keep()
    gradients[0]?.keep()
    apply(gradients, [variable])
    apply(take(variable).gradients, [variable])
    expect(await value.item()).toBe(5)
    expect(await gradients[0]?.array()).toEqual([2, 4])
  })

  test('end with gradients that were computed from them', () => {
    const variable = w()
    const { value, gradients } = take(variable)
    const clipped = gradients.map((gradient) => gradient.clip(-1, 1) as Tensor)
    joinStep(clipped, gradients)
    apply(clipped, [variable])
    expect([clipped[0]?.isDisposed, gradients[0]?.isDisposed, value.isDisposed]).toEqual([true, false, false])
    apply(take(variable).gradients, [variable])
    expect([gradients[0]?.isDisposed, value.isDisposed]).toEqual([true, true])
  })

  test('of a batch end with it, unless they are kept', async () => {
    const batch = openBatch()
    const x = tensor([1, 2])
    batch.adopt(x)
    const { value, gradient } = valueAndGrad((each: Tensor) => each.square().sum())(x)
    const other = x.add(1)
    value.keep()
    batch.close()
    expect([x.isDisposed, gradient.isDisposed, other.isDisposed]).toEqual([true, true, false])
    expect(await value.item()).toBe(5)
    expect(() => x.add(1)).toThrowErrorMatchingInlineSnapshot(`[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by tensor; it was freed when the next batch was asked for; call keep() on it to use it longer. Fix: use it earlier, or call keep() on it if it must live longer (reportLeaks records where each was made).]`)
    expect(() => gradient.add(1)).toThrowErrorMatchingInlineSnapshot(`[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by square gradient; it was freed when the next batch was asked for; call keep() on it to use it longer. Fix: use it earlier, or call keep() on it if it must live longer (reportLeaks records where each was made).]`)
  })

  test('leave gradients alone that the user made', async () => {
    const variable = w()
    const gradient = tensor([1, 1])
    apply([gradient], [variable])
    apply([gradient], [variable])
    expect(await gradient.array()).toEqual([1, 1])
  })
})
