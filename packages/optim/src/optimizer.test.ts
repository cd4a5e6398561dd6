/**
 * The optimizer as a machine: state, configuration, learning rate, many variables, memory, messages.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, tensor, Variable, variableGradients } from '@nabla/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Optimizer } from './optimizer.js'
import { adam, adamw, OPTIMIZERS, type OptimizerName, optimizerFrom, sgd } from './optimizers.js'
import { cosineDecay, warmUp } from './schedules/schedule.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

const NAMES = Object.keys(OPTIMIZERS) as OptimizerName[]

function newWeights(): Variable[] {
  return [
    new Variable(
      tensor([
        [0.1, -0.2],
        [0.3, 0.4],
      ]),
      { name: 'kernel' },
    ),
    new Variable(tensor([0.5, -0.6]), { name: 'bias' }),
  ]
}

/** Steps on Σ (w − step)² over all weights. */
function train(optimizer: Optimizer, weights: readonly Variable[], from: number, to: number): void {
  for (let step = from; step < to; step++) {
    const { gradients } = variableGradients(
      () =>
        weights
          .map(({ value }) => value.sub(Math.sin(step)).square().sum())
          .reduce((sum, part) => sum.add(part)),
      weights,
    )
    optimizer.apply(gradients, weights)
  }
}

async function valuesOf(weights: readonly Variable[]): Promise<number[][]> {
  return Promise.all(weights.map(async ({ value }) => [...(await value.data())]))
}

describe('state', () => {
  test.each(NAMES)('%s goes on from its state exactly', async (name) => {
    const schedule = warmUp(cosineDecay(0.05, { steps: 20 }), { steps: 3 })
    const options = { learningRate: schedule, ...(name === 'rmsprop' && { momentum: 0.5, centered: true }) }
    const straight = newWeights()
    train(OPTIMIZERS[name](options), straight, 0, 9)

    const interrupted = newWeights()
    const first = OPTIMIZERS[name](options)
    train(first, interrupted, 0, 4)
    const state = first.state(interrupted)
    const second = optimizerFrom(JSON.parse(JSON.stringify(state.configuration)))
    second.restore(state, interrupted)
    expect(second.iterations).toBe(4)
    train(second, interrupted, 4, 9)

    expect(await valuesOf(interrupted)).toEqual(await valuesOf(straight))
  })

  test('restoring leaves the state usable', async () => {
    const weights = newWeights()
    const optimizer = adam({ learningRate: 0.1 })
    train(optimizer, weights, 0, 2)
    const state = optimizer.state(weights)
    const other = adam()
    other.restore(state, weights)
    other.dispose()
    const slot = state.slots[0]?.mean
    expect(slot?.isDisposed).toBe(false)
  })

  test('restoring brings a learning rate back that was changed on the way', () => {
    const weights = newWeights()
    const optimizer = adam({ learningRate: 0.1 })
    optimizer.learningRate = 0.025
    const other = adam({ learningRate: 0.1 })
    other.restore(optimizer.state(weights), weights)
    expect(other.learningRate).toBe(0.025)
  })
})

describe('configuration', () => {
  test.each(NAMES)('%s makes the same optimizer', async (name) => {
    const optimizer = OPTIMIZERS[name]({ learningRate: 0.02, weightDecay: 0.1, globalClipNorm: 1 })
    const copy = optimizerFrom(JSON.parse(JSON.stringify(optimizer.configuration)))
    expect(copy.configuration).toEqual(optimizer.configuration)
    const [ours, theirs] = [newWeights(), newWeights()]
    train(optimizer, ours, 0, 3)
    train(copy, theirs, 0, 3)
    expect(await valuesOf(theirs)).toEqual(await valuesOf(ours))
  })

  test('a name gives the default settings', () => {
    for (const name of NAMES)
      expect(optimizerFrom(name).configuration).toEqual(OPTIMIZERS[name]({}).configuration)
  })
})

describe('learning rate', () => {
  test('follows the schedule by steps', () => {
    const weights = newWeights()
    const optimizer = sgd({ learningRate: warmUp(0.4, { steps: 4 }) })
    const seen: number[] = []
    for (let step = 0; step < 6; step++) {
      seen.push(optimizer.learningRate)
      train(optimizer, weights, step, step + 1)
    }
    seen.forEach((rate, step) => {
      expect(rate).toBeCloseTo(Math.min(0.4, step * 0.1), 12)
    })
  })

  test('a rate of 0 changes nothing', async () => {
    const weights = newWeights()
    train(adamw({ learningRate: 0 }), weights, 0, 2)
    expect(await valuesOf(weights)).toEqual(await valuesOf(newWeights()))
  })
})

test('weight decay shrinks weights apart from the gradient', async () => {
  const weight = new Variable(tensor([2, -4], { dtype: 'float64' }))
  const zero = tensor([0, 0], { dtype: 'float64' })
  sgd({ learningRate: 0.5, weightDecay: 0.1 }).apply([zero], [weight])
  const [a = 0, b = 0] = await weight.value.data()
  expect(a).toBeCloseTo(1.9, 12)
  expect(b).toBeCloseTo(-3.8, 12)
})

test('variables that are added later begin at the step of the others', async () => {
  const [first, second] = newWeights() as [Variable, Variable]
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 })
  train(optimizer, [first], 0, 2)
  train(optimizer, [first, second], 2, 3)
  const [fresh] = newWeights().slice(1) as [Variable]
  train(sgd({ learningRate: 0.1, momentum: 0.9 }), [fresh], 2, 3)
  expect(await valuesOf([second])).toEqual(await valuesOf([fresh]))
})

test.each(NAMES)('%s keeps memory flat', (name) => {
  const weights = newWeights()
  const optimizer = OPTIMIZERS[name]({ globalClipNorm: 1 })
  train(optimizer, weights, 0, 3)
  const { tensors, bytes } = memory()
  train(optimizer, weights, 3, 20)
  expect(memory()).toMatchObject({ tensors, bytes })
})

test('dispose frees the slots', () => {
  const weights = newWeights()
  const optimizer = adam()
  const gradients = weights.map(({ value }) => value.mul(0.5))
  const before = memory().tensors
  optimizer.apply(gradients, weights)
  expect(memory().tensors).toBe(before + 4)
  optimizer.dispose()
  expect(memory().tensors).toBe(before)
})

describe('messages', () => {
  test('a gradient of another shape', () => {
    const [kernel, bias] = newWeights() as [Variable, Variable]
    expect(() =>
      sgd().apply([tensor([1, 2]), tensor([1, 2])], [kernel, bias]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sgd.apply: expected a gradient [2,2] for "kernel"; received [2]. Fix: pass the gradients of variableGradients together with the same list of variables.]`,
    )
  })

  test('too few gradients', () => {
    expect(() =>
      sgd().apply(
        [
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ],
        newWeights(),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sgd.apply: expected a gradient [2] for "bias"; received [none]. Fix: pass the gradients of variableGradients together with the same list of variables.]`,
    )
  })

  test('a learning rate below 0', () => {
    expect(() => adam({ learningRate: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: adam: expected a learning rate of at least 0; received -1. Fix: pass a number such as 0.001, or a schedule.]`,
    )
  })

  test('an unknown method', () => {
    expect(() => optimizerFrom('adma')).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: optimizer: expected one of sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam, lion; received adma. Fix: choose one of these names, or pass an optimizer such as adam({ learningRate: 0.001 }).]`,
    )
  })

  test('the state of another method', () => {
    const weights = newWeights()
    expect(() =>
      sgd({ momentum: 0.9 }).restore(adam().state(weights), weights),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: sgd.restore: expected the state of sgd; received the state of adam. Fix: make the optimizer with optimizerFrom(state.configuration).]`,
    )
  })

  test('a state without a slot', () => {
    const weights = newWeights()
    const state = { configuration: { method: 'adam' }, iterations: 1, slots: [{}] }
    expect(() => adam().restore(state, weights)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: adam.restore: expected slot "mean" of variable 0 ("kernel"), [2,2]; received slots none. Fix: restore into an optimizer of the same method and settings, with the same variables in the same order.]`,
    )
  })
})
