import { createNullBackend } from '@nabla/backend'
import { createCpuBackend } from '@nabla/backend-cpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { valueAndGrad, variableGradients } from '../autograd/index.js'
import { ones, tensor, zeros } from '../ops/creation/index.js'
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

const usage = (): string => `${memory().tensors} tensors, ${memory().bytes} bytes`

describe('a training loop keeps live tensors and bytes flat, with no dispose in sight', () => {
  const STEPS = 10_000
  const lossOf = (w: Variable, x: Tensor): Tensor => x.mul(w.value).sum()

  // The engine's bookkeeping is the same on every backend; this one doesn't compute.
  test('with data of its own', () => {
    const backend = createNullBackend()
    const w = new Variable(zeros([3], { backend }))
    const x = ones([3], { backend })
    const levels = new Set<string>()
    for (let step = 0; step < STEPS; step++) {
      apply(variableGradients(() => lossOf(w, x), [w]).gradients, [w])
      if (step > 0) levels.add(usage())
      backend.resetCounts()
    }
    expect(levels.size).toBe(1)
    expect(backend.memory().buffers).toBeLessThan(10)
  })

  test('with the batches of a loader, and statistics on the way', () => {
    const backend = createNullBackend()
    const w = new Variable(zeros([3], { backend }))
    const running = new Variable(tensor(0, { backend }), { trainable: false })
    const levels = new Set<string>()
    let batch = openBatch()
    for (let step = 0; step < STEPS; step++) {
      batch.close()
      batch = openBatch()
      const x = ones([3], { backend })
      batch.adopt(x)
      const { gradients } = variableGradients(() => {
        const loss = lossOf(w, x)
        running.assign(loss)
        return { value: loss, doubled: loss.mul(2) }
      }, [w])
      apply(gradients, [w])
      if (step > 0) levels.add(usage())
      backend.resetCounts()
    }
    expect(levels.size).toBe(1)
    expect(backend.memory().buffers).toBeLessThan(12)
  })

  test('while the loss goes down and is read, inside a scope', async () => {
    const backend = createCpuBackend()
    const w = new Variable(zeros([3], { backend }))
    await scope(async () => {
      const [x, y] = [normal([5, 3], { backend }), normal([5, 1], { backend })]
      const levels = new Set<number>()
      const losses: number[] = []
      for (let step = 0; step < 30; step++) {
        const { value, gradients } = variableGradients(() => x.mul(w.value).sub(y).square().mean(), [w])
        apply(gradients, [w])
        losses.push(await value.item())
        if (step > 0) levels.add(backend.memory().bytes)
      }
      expect(levels.size).toBe(1)
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? Number.NaN)
    })
  })
})

describe('the results of a gradient computation', () => {
  const w = () => new Variable(tensor([1, 2]), { name: 'w' })
  const take = (variable: Variable) =>
    variableGradients(
      () => ({ value: variable.value.square().sum() as Tensor, extra: variable.value.mul(2) as Tensor }),
      [variable],
    )

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
    expect(() => x.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by tensor; it was freed when the next batch was asked for. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
    expect(() => gradient.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: expected a live tensor; received a freed one: float32 [2] made by square gradient; it was freed when the next batch was asked for. Fix: use it earlier, return it from the scope or function that it was made in, or call keep() on it (reportLeaks records where tensors are made).]`,
    )
  })

  test('leave gradients alone that the user made', async () => {
    const variable = w()
    const gradient = tensor([1, 1])
    apply([gradient], [variable])
    apply([gradient], [variable])
    expect(await gradient.array()).toEqual([1, 1])
  })
})
