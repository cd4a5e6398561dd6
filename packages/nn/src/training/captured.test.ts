/**
 * Training through captured programs against training operation by operation: the same numbers.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, setSeed, type Tensor, tensor } from '@nabla/core'
import { sgd } from '@nabla/optim'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Callback, History, layers, type Metric, Module, sequential } from '../index.js'
import { convolutions, curve, networks, task, worstDistance } from './testing/curves.js'

const { dense } = layers

beforeEach(() => setDefaultBackend(createCpuBackend()))

function expectClose(values: readonly number[], wanted: readonly number[], digits: number): void {
  expect(values).toHaveLength(wanted.length)
  for (const [position, value] of values.entries()) {
    expect(value).toBeCloseTo(wanted[position] ?? Number.NaN, digits)
  }
}

describe('captured and eager', () => {
  test.each(Object.entries(networks))(
    'loss curves of %s agree over 200 steps',
    async (_, make) => {
      const [captured, eager] = [await curve(make, true), await curve(make, false)]
      expect(worstDistance(captured, eager)).toBeLessThan(1e-4)
      // They learned something, so that the comparison means something.
      expect(captured.at(-1)).toBeLessThan((captured[0] ?? 0) / 2)
    },
    60_000,
  )

  test('fit, evaluate and predict give the same, with a short last batch and validation', async () => {
    const run = async (jit: boolean) => {
      const { inputs, targets } = await task(70)
      setSeed(3)
      const model = convolutions()
      model.compile({
        optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
        loss: 'sparseCategoricalCrossEntropyFromLogits',
        metrics: ['accuracy'],
        jit,
      })
      const history = await model.fit(inputs, targets, {
        epochs: 3,
        batchSize: 16,
        validationSplit: 0.2,
        verbose: 0,
      })
      const scores = await model.evaluate(inputs, targets, { batchSize: 32 })
      const outputs = await model.predict(inputs, { batchSize: 32 })
      return {
        loss: history.values('loss'),
        validation: history.values('validationLoss'),
        accuracy: history.values('accuracy'),
        scores,
        outputs: await outputs.data(),
      }
    }
    const [captured, eager] = [await run(true), await run(false)]
    expectClose(captured.loss, eager.loss, 4)
    expectClose(captured.validation, eager.validation, 4)
    expect(captured.accuracy).toEqual(eager.accuracy)
    expect(captured.scores.loss).toBeCloseTo(eager.scores.loss ?? Number.NaN, 4)
    expectClose([...captured.outputs], [...eager.outputs], 3)
  })
})

describe('a captured training', () => {
  const xor = () => ({
    inputs: tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]),
    targets: tensor([[0], [1], [1], [0]]),
  })

  test('sees a layer that is frozen between two trainings', async () => {
    const { inputs, targets } = xor()
    const [hidden, output] = [dense(4, { activation: 'tanh' }), dense(1)]
    const model = sequential([hidden, output], { inputShape: [2] })
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' })
    await model.fit(inputs, targets, { epochs: 1, verbose: 0 })
    hidden.freeze()
    const frozen = await hidden.variables[0]?.value.array()
    const free = await output.variables[0]?.value.array()
    await model.fit(inputs, targets, { epochs: 1, verbose: 0 })
    expect(await hidden.variables[0]?.value.array()).toEqual(frozen)
    expect(await output.variables[0]?.value.array()).not.toEqual(free)
  })

  test('follows a learning rate that a callback sets', async () => {
    const { inputs, targets } = xor()
    const model = sequential([dense(1)], { inputShape: [2] })
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' })
    const weights: unknown[] = []
    const stopLearning: Callback = {
      async onEpochEnd(epoch) {
        weights.push(await model.variables[0]?.value.array())
        if (epoch === 2) model.trainer.optimizer.learningRate = 0
      },
    }
    await model.fit(inputs, targets, { epochs: 4, verbose: 0, callbacks: [stopLearning] })
    expect(weights[0]).not.toEqual(weights[1])
    expect(weights[2]).toEqual(weights[1])
    expect(weights[3]).toEqual(weights[1])
  })

  test('feeds a metric of anyone’s with the predictions of each batch', async () => {
    const { inputs, targets } = xor()
    let seen = 0
    const counting: Metric = {
      name: 'seen',
      update(predictions) {
        seen += predictions.dataSync().length
      },
      result: () => tensor(seen),
      reset: () => {
        seen = 0
      },
      dispose() {},
    }
    const model = sequential([dense(1)], { inputShape: [2] })
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: [counting] })
    const history = await model.fit(inputs, targets, { epochs: 2, batchSize: 2, verbose: 0 })
    expect(history.values('seen')).toEqual([4, 4])
  })

  test('of a model that reads values says what to do, and works without jit', async () => {
    class Reading extends Module {
      layer = dense(1)
      call(x: Tensor): Tensor {
        const [first = 0] = x.dataSync()
        return this.layer.call(x).add(first * 0)
      }
    }
    const { inputs, targets } = xor()
    const model = new Reading().compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    await expect(model.fit(inputs, targets, { verbose: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TracingError: dataSync: expected no reading of values while a function is traced: they exist only when the captured program runs; received a read of a tensor inside a function given to jit. Fix: return the tensor and read it outside, use where(condition, a, b) instead of an if over values, or leave the function without jit (for models: compile({ …, jit: false })).]`,
    )
    const history = await model.fit(inputs, targets, { verbose: 0, jit: false })
    expect(history).toBeInstanceOf(History)
    await expect(model.predict(inputs)).rejects.toThrow(/jit: false/)
    expect((await model.predict(inputs, { jit: false })).shape).toEqual([4, 1])
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', jit: false })
    expect((await model.predict(inputs)).shape).toEqual([4, 1])
    expect(Object.keys(await model.evaluate(inputs, targets))).toEqual(['loss'])
  })
})
