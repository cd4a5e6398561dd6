/**
 * Training as a whole: fit, evaluate, predict and the callbacks.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, setSeed, type Tensor, tensor, tensorFrom } from '@nabla/core'
import { adam, sgd } from '@nabla/optim'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Callback } from '../callbacks/callback.js'
import { earlyStopping } from '../callbacks/early-stopping.js'
import { reduceOnPlateau } from '../callbacks/reduce-on-plateau.js'
import { batchNormalization, dense, dropout } from '../layers/index.js'
import { type Sequential, sequential } from '../models/sequential.js'
import { Module } from '../module.js'
import { l2 } from '../regularizers.js'
import type { FitOptions } from './options.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

const SILENT = { verbose: 0 } as const

/** Points on a circle in the plane, and in which of four sectors each lies. */
function sectors(count: number): { inputs: Tensor; targets: Tensor } {
  const angles = Array.from({ length: count }, (_, i) => (i * 2.399963) % (2 * Math.PI))
  return {
    inputs: tensor(angles.map((angle) => [Math.cos(angle), Math.sin(angle)])),
    targets: tensor(
      angles.map((angle) => Math.floor((2 * angle) / Math.PI)),
      { dtype: 'int32' },
    ),
  }
}

function classifier(): Sequential {
  const model = sequential([dense(16, { activation: 'relu' }), dense(4)], { inputShape: [2] })
  return model.compile({
    optimizer: adam({ learningRate: 0.03 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
  })
}

async function weightsIn(model: Module): Promise<number[][]> {
  return Promise.all(model.variables.map(async ({ value }) => [...(await value.data())]))
}

describe('fit', () => {
  test('learns, and says how it went', async () => {
    const { inputs, targets } = sectors(200)
    const model = classifier()
    const history = await model.fit(inputs, targets, { epochs: 12, validationSplit: 0.2, ...SILENT })
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
    const history = await model.fit(x, y, { epochs: 3, batchSize: 'full', ...SILENT })
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
      await model.fit(inputs, targets, { batchSize, ...SILENT })
      expect(model.trainer.optimizer.iterations).toBe(steps)
    }
  })

  test('is the same for the same seed, and goes on from an epoch as if never interrupted', async () => {
    const { inputs, targets } = sectors(50)
    const train = async (...parts: FitOptions[]): Promise<number[][]> => {
      setSeed(9)
      const model = classifier()
      for (const part of parts) await model.fit(inputs, targets, { seed: 4, ...SILENT, ...part })
      return weightsIn(model)
    }
    const whole = await train({ epochs: 4 })
    expect(await train({ epochs: 4 })).toEqual(whole)
    expect(await train({ epochs: 2 }, { epochs: 4, initialEpoch: 2 })).toEqual(whole)
    expect(await train({ epochs: 4, seed: 5 })).not.toEqual(whole)
  })

  test('keeps memory flat', async () => {
    const { inputs, targets } = sectors(64)
    const model = sequential([
      dense(8, { kernelRegularizer: l2(0.01) }),
      batchNormalization(),
      dropout(0.2),
      dense(4),
    ])
    model.compile({ loss: 'sparseCategoricalCrossEntropyFromLogits', metrics: ['accuracy', 'topKAccuracy'] })
    await model.fit(inputs, targets, { epochs: 2, validationSplit: 0.25, ...SILENT })
    const { tensors, bytes } = memory()
    await model.fit(inputs, targets, { epochs: 3, validationSplit: 0.25, ...SILENT })
    expect(memory()).toMatchObject({ tensors, bytes })
  })

  test('leaves frozen layers alone', async () => {
    const { inputs, targets } = sectors(20)
    const model = classifier()
    model.layer('dense').freeze()
    const before = await weightsIn(model)
    await model.fit(inputs, targets, SILENT)
    const after = await weightsIn(model)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after.slice(2)).not.toEqual(before.slice(2))
  })

  test('adds regularization to the loss', async () => {
    const model = sequential([dense(1, { kernelInitializer: 'ones', kernelRegularizer: l2(0.5) })], {
      inputShape: [2],
    })
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanSquaredError' })
    const history = await model.fit(tensor([[1, 2]]), tensor([[3]]), SILENT)
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
    const losses = (await net.fit(inputs, targets, { epochs: 5, ...SILENT })).values('loss')
    expect(losses.at(-1)).toBeLessThan(losses[0] as number)
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
      ...SILENT,
    })
    expect(history.stopped).toBe('aborted')
    expect(model.trainer.optimizer.iterations).toBe(2)
  })
})

describe('evaluate and predict', () => {
  test('agree with what the outputs say', async () => {
    const { inputs, targets } = sectors(50)
    const model = classifier()
    await model.fit(inputs, targets, { epochs: 3, ...SILENT })
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
})

describe('callbacks', () => {
  test('are called in order', async () => {
    const { inputs, targets } = sectors(8)
    const calls: string[] = []
    const callback: Callback = {
      onTrainBegin: () => void calls.push('train begins'),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch} begins`),
      onBatchEnd: (batch) => void calls.push(`batch ${batch}`),
      onEpochEnd: (epoch) => void calls.push(`epoch ${epoch} ends`),
      onTrainEnd: () => void calls.push('train ends'),
    }
    await classifier().fit(inputs, targets, { epochs: 2, batchSize: 4, callbacks: [callback], ...SILENT })
    const epoch = (which: number): string[] => [
      `epoch ${which} begins`,
      'batch 1',
      'batch 2',
      `epoch ${which} ends`,
    ]
    expect(calls).toEqual(['train begins', ...epoch(1), ...epoch(2), 'train ends'])
  })

  /** A model whose loss gets worse with every epoch. */
  function diverging(): Sequential {
    const model = sequential([dense(1, { useBias: false, kernelInitializer: 'ones' })], { inputShape: [1] })
    return model.compile({ optimizer: sgd({ learningRate: 1.5 }), loss: 'meanSquaredError' })
  }

  test('early stopping ends training and brings the best weights back', async () => {
    const model = diverging()
    const [x, y] = [tensor([[1]]), tensor([[0.5]])]
    const callbacks = [earlyStopping({ monitor: 'loss', patience: 2 })]
    const weights: number[] = []
    const watch: Callback = {
      onEpochEnd: async () => {
        weights.push((await weightsIn(model))[0]?.[0] ?? Number.NaN)
      },
    }
    const history = await model.fit(x, y, { epochs: 10, callbacks: [watch, ...callbacks], ...SILENT })
    expect(history.stopped).toBe('callback')
    expect(history.epochs.length).toBe(3)
    expect((await weightsIn(model))[0]).toEqual([weights[0]])
  })

  test('early stopping leaves no tensors', async () => {
    const model = diverging()
    const [x, y] = [tensor([[1]]), tensor([[0.5]])]
    const train = (): Promise<unknown> =>
      model.fit(x, y, { epochs: 10, callbacks: [earlyStopping({ monitor: 'loss', patience: 1 })], ...SILENT })
    await train()
    const before = memory().tensors
    await train()
    expect(memory().tensors).toBe(before)
  })

  test('a plateau lowers the learning rate', async () => {
    const model = diverging()
    const callbacks = [reduceOnPlateau({ monitor: 'loss', patience: 1, factor: 0.5, minimum: 0.5 })]
    const history = await model.fit(tensor([[1]]), tensor([[0.5]]), { epochs: 4, callbacks, ...SILENT })
    expect(history.values('learningRate').slice(0, 3)).toEqual([1.5, 1.5, 0.75])
    expect(model.trainer.optimizer.learningRate).toBeGreaterThanOrEqual(0.5)
  })
})

describe('messages', () => {
  const data = () => sectors(8)

  async function failure(run: () => Promise<unknown>): Promise<unknown> {
    try {
      await run()
    } catch (error) {
      return error
    }
    return undefined
  }

  test('an option that does not exist', async () => {
    const { inputs, targets } = data()
    const options: object = { epoch: 3 }
    expect(await failure(() => classifier().fit(inputs, targets, options))).toMatchInlineSnapshot(
      `[ValueError: fit: expected options among epochs, initialEpoch, batchSize, shuffle, seed, validationSplit, validationData, callbacks, verbose, signal, reportEvery; received "epoch". Fix: correct the name; metrics and optimizer belong to compile.]`,
    )
  })

  test('no targets', async () => {
    const { inputs } = data()
    const missing: unknown = undefined
    expect(await failure(() => classifier().fit(inputs, missing as Tensor))).toMatchInlineSnapshot(
      `[ValueError: fit: expected targets as the second argument, a tensor with one row per sample; received nothing. Fix: call fit(inputs, targets, options), or fit(dataset, options).]`,
    )
  })

  test('fewer targets than inputs', async () => {
    const { inputs } = data()
    expect(await failure(() => classifier().fit(inputs, tensor([1, 2])))).toMatchInlineSnapshot(
      `[ValueError: fit: expected as many targets as inputs, along axis 0; received inputs [8,2] and targets [2]. Fix: give both one row per sample.]`,
    )
  })

  test('a misspelt hook', async () => {
    const { inputs, targets } = data()
    const callback: object = { onEpochEnds() {} }
    expect(
      await failure(() => classifier().fit(inputs, targets, { callbacks: [callback] })),
    ).toMatchInlineSnapshot(
      `[ValueError: fit: expected callbacks with the hooks onTrainBegin, onEpochBegin, onBatchEnd, onEpochEnd, onTrainEnd; received a callback with "onEpochEnds". Fix: correct the name; early stopping is callbacks: [earlyStopping({ … })].]`,
    )
  })

  test('a value to monitor that is not there', async () => {
    const { inputs, targets } = data()
    expect(
      await failure(() => classifier().fit(inputs, targets, { callbacks: [earlyStopping()], ...SILENT })),
    ).toMatchInlineSnapshot(
      `[ValueError: earlyStopping: expected a value to monitor: one of epoch, loss, accuracy, seconds, samplesPerSecond, learningRate; received "validationLoss". Fix: pass validationData or validationSplit to fit.]`,
    )
  })

  test('a loss that is not finite', async () => {
    const model = sequential([dense(1, { name: 'output' })], { inputShape: [1] })
    model.compile({ optimizer: sgd({ learningRate: 0.25 }), loss: (p) => p.log().mean() })
    const x = tensorFrom([-1, -1], [2, 1])
    const error = await failure(() => model.fit(x, tensor([0, 0]), { epochs: 50, ...SILENT }))
    expect(String(error)).toMatch(
      /^ValueError: fit: expected a finite loss; received (NaN|-Infinity) at step 1 of epoch \d+ with learning rate 0.25; the first operation to make such a number is log/,
    )
  })
})
