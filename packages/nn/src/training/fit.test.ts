/**
 * Training as a whole: fit, evaluate and predict.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, setSeed, type Tensor, tensor, zeros } from '@nabla/core'
import { adam, sgd } from '@nabla/optim'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Callback } from '../callbacks/callback.js'
import { conv2d, dense, flatten, maxPooling2d } from '../layers/index.js'
import { sequential } from '../models/sequential.js'
import { Module } from '../module.js'
import { l2 } from '../regularizers.js'
import type { FitOptions } from './options.js'
import { classifier, failure, QUIET, sectors, weightsIn } from './testing/sectors.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

describe('fit', () => {
  test('learns, and says how it went', async () => {
    const { inputs, targets } = sectors(200)
    const model = classifier()
    const history = await model.fit(inputs, targets, { epochs: 12, validationSplit: 0.2, ...QUIET })
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    const losses = history.values('loss')
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3)
    expect(history.last?.accuracy).toBeGreaterThan(0.9)
    expect(history.last?.validationAccuracy).toBeGreaterThan(0.85)
    expect(history.last?.learningRate).toBeCloseTo(0.03, 10)
    expect(history.stopped).toBe('completed')
  })

  test('gives what a loop by hand gives', async () => {
    const [x, y] = [tensor([[1], [2], [3]], { dtype: 'float32' }), tensor([[2], [4], [7]])]
    const model = sequential([dense(1, { kernelInitializer: 'zeros' })], { inputShape: [1] })
    model.compile({ optimizer: sgd({ learningRate: 0.05 }), loss: 'meanSquaredError' })
    const history = await model.fit(x, y, { epochs: 3, batchSize: 'full', ...QUIET })
    let [w, b] = [0, 0]
    const losses: number[] = []
    for (let step = 0; step < 3; step++) {
      const errors = [1, 2, 3].map((each, i) => w * each + b - ([2, 4, 7][i] as number))
      losses.push(errors.reduce((sum, error) => sum + error * error, 0) / 3)
      w -= (0.05 * 2 * errors.reduce((sum, error, i) => sum + error * (i + 1), 0)) / 3
      b -= (0.05 * 2 * errors.reduce((sum, error) => sum + error, 0)) / 3
    }
    const [[kernel = 0] = [], [bias = 0] = []] = await weightsIn(model)
    expect(kernel).toBeCloseTo(w, 4)
    expect(bias).toBeCloseTo(b, 4)
    history.values('loss').forEach((loss, epoch) => {
      expect(loss).toBeCloseTo(losses[epoch] as number, 4)
    })
  })

  test('takes one sample at a time, a few, or all', async () => {
    const { inputs, targets } = sectors(10)
    for (const [batchSize, steps] of [
      [1, 10],
      [4, 3],
      ['full', 1],
    ] as const) {
      const model = classifier()
      await model.fit(inputs, targets, { batchSize, ...QUIET })
      expect(model.trainer.optimizer.iterations).toBe(steps)
    }
  })

  test('is the same for the same seed, and goes on from an epoch as if never interrupted', async () => {
    const { inputs, targets } = sectors(50)
    const train = async (...parts: FitOptions[]): Promise<number[][]> => {
      setSeed(9)
      const model = classifier()
      for (const part of parts) await model.fit(inputs, targets, { seed: 4, ...QUIET, ...part })
      return weightsIn(model)
    }
    const whole = await train({ epochs: 4 })
    expect(await train({ epochs: 4 })).toEqual(whole)
    expect(await train({ epochs: 2 }, { epochs: 4, initialEpoch: 2 })).toEqual(whole)
    expect(await train({ epochs: 4, seed: 5 })).not.toEqual(whole)
  })

  test('leaves frozen layers alone', async () => {
    const { inputs, targets } = sectors(20)
    const model = classifier()
    model.layer('dense').freeze()
    const before = await weightsIn(model)
    await model.fit(inputs, targets, QUIET)
    const after = await weightsIn(model)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after.slice(2)).not.toEqual(before.slice(2))
  })

  test('adds regularization to the loss', async () => {
    const model = sequential([dense(1, { kernelInitializer: 'ones', kernelRegularizer: l2(0.5) })], {
      inputShape: [2],
    })
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanSquaredError' })
    const history = await model.fit(tensor([[1, 2]]), tensor([[3]]), QUIET)
    expect(history.last?.loss).toBeCloseTo(1, 6)
  })

  test('trains models written as classes', async () => {
    class Net extends Module {
      readonly hidden = dense(8, { activation: 'tanh' })
      readonly output = dense(4)
      call(x: Tensor): Tensor {
        return this.output.call(this.hidden.call(x))
      }
    }
    const { inputs, targets } = sectors(64)
    const net = new Net().compile({
      optimizer: adam({ learningRate: 0.05 }),
      loss: 'sparseCategoricalCrossEntropyFromLogits',
    })
    const losses = (await net.fit(inputs, targets, { epochs: 5, ...QUIET })).values('loss')
    expect(losses.at(-1)).toBeLessThan(losses[0] as number)
  })

  test('logs the mean loss over the samples, whatever the sizes of batches', async () => {
    const model = sequential([dense(1, { useBias: false, kernelInitializer: 'ones' })], { inputShape: [1] })
    model.compile({
      optimizer: sgd({ learningRate: 0 }),
      loss: 'meanSquaredError',
      metrics: ['meanAbsoluteError'],
    })
    const [x, y] = [tensor([[1], [2], [3], [4], [5]]), tensor([[0], [0], [0], [0], [0]])]
    const history = await model.fit(x, y, { batchSize: 3, validationSplit: 0.4, ...QUIET })
    expect(history.last).toMatchObject({ loss: 14 / 3, meanAbsoluteError: 2 })
    expect(history.last).toMatchObject({ validationLoss: 20.5, validationMeanAbsoluteError: 4.5 })
    expect(await model.evaluate(x, y, { batchSize: 3 })).toEqual({ loss: 11, meanAbsoluteError: 3 })
  })

  test('follows a model that moved to another backend, with the state of its optimizer', async () => {
    const { inputs, targets } = sectors(40)
    const train = async (moves: boolean): Promise<number[][]> => {
      setSeed(3)
      const model = classifier()
      await model.fit(inputs, targets, { epochs: 2, ...QUIET })
      if (moves) {
        const other = createCpuBackend()
        for (const variable of model.variables) await variable.to(other)
      }
      await model.fit(inputs, targets, { epochs: 4, initialEpoch: 2, ...QUIET })
      return weightsIn(model)
    }
    expect(await train(true)).toEqual(await train(false))
  })

  test('refuses a second pass while one is going on, and goes on itself', async () => {
    const { inputs, targets } = sectors(40)
    const model = classifier()
    const errors: unknown[] = []
    const nosy: Callback = {
      onBatchEnd: async (batch) => {
        if (batch === 1) errors.push(await failure(() => model.evaluate(inputs, targets)))
      },
      onEpochEnd: async (_epoch, log) => {
        const { accuracy = 0 } = await model.evaluate(inputs, targets)
        expect(Math.abs(accuracy - (log.accuracy ?? 0))).toBeLessThan(0.5)
      },
    }
    const history = await model.fit(inputs, targets, { epochs: 2, callbacks: [nosy], ...QUIET })
    expect(history.epochs.length).toBe(2)
    expect(errors[0]).toMatchInlineSnapshot(
      `[ValueError: evaluate: expected no other pass over data with this model at the same time; received a call during fit. Fix: await fit first; callbacks may evaluate in onEpochEnd.]`,
    )
  })

  test('stops when the signal says so', async () => {
    const { inputs, targets } = sectors(64)
    const controller = new AbortController()
    const model = classifier()
    const callback: Callback = {
      onBatchEnd(batch) {
        if (batch === 2) controller.abort()
      },
    }
    const history = await model.fit(inputs, targets, {
      epochs: 5,
      callbacks: [callback],
      signal: controller.signal,
      ...QUIET,
    })
    expect(history.stopped).toBe('aborted')
    expect(model.trainer.optimizer.iterations).toBe(2)
  })
})

describe('a signal', () => {
  test('that was aborted before lets nothing happen', async () => {
    const { inputs, targets } = sectors(8)
    const model = classifier()
    const history = await model.fit(inputs, targets, { signal: AbortSignal.abort(), ...QUIET })
    expect(history).toMatchObject({ stopped: 'aborted', epochs: [] })
    expect(model.trainer.optimizer.iterations).toBe(0)
  })

  test('may come from an event that arrives during training', async () => {
    const { inputs, targets } = sectors(64)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    const history = await classifier().fit(inputs, targets, {
      epochs: 1e6,
      signal: controller.signal,
      ...QUIET,
    })
    expect(history.stopped).toBe('aborted')
  })

  test('at the last step of an epoch leaves that epoch whole', async () => {
    const { inputs, targets } = sectors(64)
    const controller = new AbortController()
    const callback: Callback = { onBatchEnd: (batch) => void (batch === 2 && controller.abort()) }
    const options = { epochs: 3, callbacks: [callback], signal: controller.signal, ...QUIET }
    const history = await classifier().fit(inputs, targets, options)
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1])
    expect(history.stopped).toBe('aborted')
  })

  test('during validation leaves the epoch out', async () => {
    const { inputs, targets } = sectors(200)
    const controller = new AbortController()
    let calls = 0
    class Net extends Module {
      readonly output = dense(4)
      call(x: Tensor, context = { training: false }): Tensor {
        if (!context.training && x.shape[0] !== 1 && ++calls === 1) controller.abort()
        return this.output.call(x)
      }
    }
    const net = new Net().compile({ loss: 'sparseCategoricalCrossEntropyFromLogits' })
    const options = { epochs: 3, validationSplit: 0.5, signal: controller.signal, ...QUIET }
    expect(await net.fit(inputs, targets, options)).toMatchObject({ stopped: 'aborted', epochs: [] })
    expect(net.trainer.optimizer.iterations).toBe(4)
  })

  test('rejects an evaluation with its reason', async () => {
    const { inputs, targets } = sectors(8)
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await failure(() => classifier().evaluate(inputs, targets, { signal }))).toEqual(
      new Error('enough'),
    )
  })
})

describe('evaluate and predict', () => {
  test('agree with what the outputs say', async () => {
    const { inputs, targets } = sectors(50)
    const model = classifier()
    await model.fit(inputs, targets, { epochs: 3, ...QUIET })
    const { loss, accuracy } = await model.evaluate(inputs, targets, { batchSize: 16 })
    const outputs = await model.predict(inputs, { batchSize: 16 })
    expect(outputs.shape).toEqual([50, 4])
    const scores = [...(await outputs.data())]
    const classes = [...(await targets.data())]
    const rows = classes.map((_, i) => scores.slice(4 * i, 4 * i + 4))
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === classes[i])
    expect(accuracy).toBeCloseTo(right.length / 50, 6)
    const each = rows.map(
      (row, i) =>
        Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - (row[classes[i] as number] as number),
    )
    expect(loss).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / 50, 5)
  })

  test('leave nothing behind', async () => {
    const { inputs, targets } = sectors(20)
    const model = classifier()
    await model.evaluate(inputs, targets)
    const before = memory().tensors
    await model.evaluate(inputs, targets)
    const outputs = await model.predict(inputs, { batchSize: 7 })
    outputs.dispose()
    expect(memory().tensors).toBe(before)
  })

  test('give an output of no samples for none', async () => {
    const model = sequential([conv2d(3, 2), maxPooling2d(2), flatten(), dense(4)], { inputShape: [5, 5, 1] })
    expect((await model.predict(zeros([0, 5, 5, 1]))).shape).toEqual([0, 4])
  })

  test('count regularization as training does', async () => {
    const model = sequential([dense(1, { kernelInitializer: 'ones', kernelRegularizer: l2(0.5) })], {
      inputShape: [2],
    })
    model.compile({ loss: 'meanSquaredError' })
    expect(await model.evaluate(tensor([[1, 2]]), tensor([[3]]))).toEqual({ loss: 1 })
  })
})
