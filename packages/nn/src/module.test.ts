/**
 * Modules as classes: what is found in them, and what is saved of them.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import {
  memory,
  scope,
  setDefaultBackend,
  setSeed,
  type Tensor,
  tensor,
  tensorFrom,
  Variable,
  zeros,
} from '@nabla/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallContext } from './context.js'
import { dense, dropout } from './layers/index.js'
import { sequential } from './models/sequential.js'
import { Module } from './module.js'
import { randomStateOf, restoreRandomState } from './random-state.js'
import { loadWeights, weightsOf } from './weights.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(3))

class Net extends Module {
  readonly blocks = [dense(3, { activation: 'relu' }), dense(3)]
  readonly heads = { left: dense(1), right: dense(2) }
  readonly again = this.blocks[0]
  readonly scale = new Variable(tensor([2]), { name: 'scale' })
  readonly statistics = new Variable(zeros([4]), { trainable: false })
  readonly drop = dropout(0.5)

  call(x: Tensor, context?: CallContext): Tensor {
    const inner = this.blocks.reduce((current, block) => block.call(current, context), x)
    this.heads.right.ensureBuilt([3])
    return this.drop.call(this.heads.left.call(inner, context), context).mul(this.scale.value)
  }
}

const built = (): Net => {
  const net = new Net()
  scope(() => void net.call(tensor([[1, 2]])))
  return net
}

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())]

describe('what is found', () => {
  test('variables by path, in order, shared ones once', () => {
    expect(
      built()
        .namedVariables()
        .map(({ path }) => path),
    ).toEqual([
      'blocks.0/kernel',
      'blocks.0/bias',
      'blocks.1/kernel',
      'blocks.1/bias',
      'heads.left/kernel',
      'heads.left/bias',
      'heads.right/kernel',
      'heads.right/bias',
      'scale',
      'statistics',
    ])
  })

  test('counts', () => {
    const net = built()
    expect(net.parameterCount).toBe(9 + 12 + 4 + 8 + 1 + 4)
    expect(net.trainableVariables.length).toBe(9)
  })

  test('modules that hold each other', () => {
    class Ring extends Module {
      next: Module | undefined = undefined
      readonly weight = new Variable(tensor([1]))
      call(x: Tensor): Tensor {
        return x
      }
    }
    const [one, other] = [new Ring(), new Ring()]
    one.next = other
    other.next = one
    expect(one.namedVariables().map(({ path }) => path)).toEqual(['next/weight', 'weight'])
  })
})

test('dispose frees all variables', () => {
  const before = memory().tensors
  const net = built()
  net.dispose()
  expect(memory().tensors).toBe(before)
})

describe('weights', () => {
  test('load into another module of the same class', async () => {
    const [one, other] = [built(), built()]
    const x = tensor([
      [0.5, -1],
      [2, 1],
    ])
    expect(await values(one.call(x))).not.toEqual(await values(other.call(x)))
    loadWeights(other, weightsOf(one))
    expect(await values(one.call(x))).toEqual(await values(other.call(x)))
    one.dispose()
    expect((await values(other.call(x))).length).toBe(2)
  })

  test('are cast to the type of the module', async () => {
    const model = sequential([dense(1)], { inputShape: [1] })
    loadWeights(model, {
      'dense/kernel': tensor([[3]], { dtype: 'int32' }),
      'dense/bias': tensor([1], { dtype: 'float64' }),
    })
    expect(await values(model.call(tensor([[2]])))).toEqual([7])
  })

  test('load in part', async () => {
    const model = sequential([dense(1)], { inputShape: [1] })
    loadWeights(model, { 'dense/bias': tensor([5]), 'other/bias': tensor([1, 2]) }, { partial: true })
    expect(await values(model.call(tensor([[0]])))).toEqual([5])
  })

  test('nothing is changed when something does not fit', async () => {
    const model = sequential([dense(1, { biasInitializer: 'ones' })], { inputShape: [1] })
    expect(() => loadWeights(model, { 'dense/bias': tensor([5]), 'dense/kernel': tensor([1]) })).toThrow(
      '[1,1]',
    )
    expect(await values(model.call(tensor([[0]])))).toEqual([1])
  })

  test('leave memory as it was', () => {
    const model = sequential([dense(2)], { inputShape: [3] })
    const weights = { 'dense/kernel': zeros([3, 2]), 'dense/bias': zeros([2]) }
    const before = memory().tensors
    loadWeights(model, weights)
    expect(memory().tensors).toBe(before)
  })
})

describe('random states', () => {
  const mask = async (net: Net): Promise<number[]> =>
    values(net.drop.call(tensorFrom(new Float32Array(64).fill(1), [64]), { training: true }))

  test('go on where they stood', async () => {
    const net = built()
    await mask(net)
    const states: ReturnType<typeof randomStateOf> = JSON.parse(JSON.stringify(randomStateOf(net)))
    expect(Object.keys(states)).toEqual(['drop/generator'])
    const expected = await mask(net)
    const other = built()
    expect(await mask(other)).not.toEqual(expected)
    restoreRandomState(other, states)
    expect(await mask(other)).toEqual(expected)
  })

  test('message: a missing one', () => {
    expect(() => restoreRandomState(built(), {})).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: restoreRandomState: expected a state for "drop/generator"; received states for none. Fix: restore into a model of the same configuration.]`,
    )
  })
})

describe('messages', () => {
  const model = () => sequential([dense(2, { name: 'output' })], { inputShape: [3] })
  const kernel = () => zeros([3, 2])

  test('weights that are missing, and unknown ones', () => {
    expect(() =>
      loadWeights(model(), { 'output/kernel': kernel(), 'output/beta': zeros([2]) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: loadWeights: expected exactly the weights of the model; received none for "output/bias"; "output/beta", which the model doesn't have. Fix: load into a model of the same configuration, or pass { partial: true } to load those that fit.]`,
    )
  })

  test('a weight of another shape', () => {
    const weights = { 'output/kernel': zeros([2, 3]), 'output/bias': zeros([2]) }
    expect(() => loadWeights(model(), weights)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: loadWeights: expected "output/kernel" to be [3,2]; received [2,3]. Fix: load into a model of the same configuration and input shape.]`,
    )
  })

  test('a weight on another backend', () => {
    const elsewhere = { backend: createCpuBackend() }
    const weights = { 'output/kernel': zeros([3, 2], elsewhere), 'output/bias': zeros([2]) }
    expect(() => loadWeights(model(), weights)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: loadWeights: expected "output/kernel" on the backend of the model, "cpu"; received one on another backend, "cpu". Fix: move the weights first: await weight.to(backend).]`,
    )
  })

  test('a model without weights yet', () => {
    expect(() =>
      loadWeights(sequential([dense(2)]), { 'dense/kernel': kernel() }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: loadWeights: expected exactly the weights of the model; received "dense/kernel", which the model doesn't have. Fix: the model has no weights yet: give it an inputShape or call it once before.]`,
    )
  })

  test('a model that was not compiled', () => {
    expect(() => model().trainer).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Sequential: expected a compiled model; received one that was not compiled. Fix: call model.compile({ optimizer: 'adam', loss: …, metrics: ['accuracy'] }) first.]`,
    )
  })
})
