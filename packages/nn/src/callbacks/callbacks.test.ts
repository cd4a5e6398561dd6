/**
 * Callbacks: when they are called, and the two that come with the package.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, setSeed, tensor } from '@nabla/core'
import { sgd } from '@nabla/optim'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dense } from '../layers/index.js'
import { type Sequential, sequential } from '../models/sequential.js'
import type { EpochLog } from '../training/history.js'
import { classifier, failure, QUIET, sectors, weightsIn } from '../training/testing/sectors.js'
import type { Callback } from './callback.js'
import { earlyStopping } from './early-stopping.js'
import { Monitor } from './monitor.js'
import { reduceOnPlateau } from './reduce-on-plateau.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

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
    await classifier().fit(inputs, targets, { epochs: 2, batchSize: 4, callbacks: [callback], ...QUIET })
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
    const history = await model.fit(x, y, { epochs: 10, callbacks: [watch, ...callbacks], ...QUIET })
    expect(history.stopped).toBe('callback')
    expect(history.epochs.length).toBe(3)
    expect((await weightsIn(model))[0]).toEqual([weights[0]])
  })

  test('early stopping leaves no tensors', async () => {
    const model = diverging()
    const [x, y] = [tensor([[1]]), tensor([[0.5]])]
    const train = (): Promise<unknown> =>
      model.fit(x, y, { epochs: 10, callbacks: [earlyStopping({ monitor: 'loss', patience: 1 })], ...QUIET })
    await train()
    const before = memory().tensors
    await train()
    expect(memory().tensors).toBe(before)
  })

  test('a plateau lowers the learning rate', async () => {
    const model = diverging()
    const callbacks = [reduceOnPlateau({ monitor: 'loss', patience: 1, factor: 0.5, minimum: 0.5 })]
    const history = await model.fit(tensor([[1]]), tensor([[0.5]]), { epochs: 4, callbacks, ...QUIET })
    expect(history.values('learningRate').slice(0, 3)).toEqual([1.5, 1.5, 0.75])
    expect(model.trainer.optimizer.learningRate).toBeGreaterThanOrEqual(0.5)
  })

  test('get frozen logs', async () => {
    const { inputs, targets } = sectors(8)
    const frozen: boolean[] = []
    const callback: Callback = { onEpochEnd: (_epoch, log) => void frozen.push(Object.isFrozen(log)) }
    await classifier().fit(inputs, targets, { callbacks: [callback], ...QUIET })
    expect(frozen).toEqual([true])
  })

  test('all see the end, also when one fails', async () => {
    const { inputs, targets } = sectors(8)
    const seen: string[] = []
    const failing: Callback = {
      onEpochBegin: () => Promise.reject(new Error('first')),
      onTrainEnd: () => Promise.reject(new Error('second')),
    }
    const watching: Callback = { onTrainEnd: ({ stopped }) => void seen.push(stopped) }
    const callbacks = [failing, watching]
    expect(await failure(() => classifier().fit(inputs, targets, { callbacks, ...QUIET }))).toEqual(
      new Error('first'),
    )
    expect(seen).toEqual(['failed'])
  })

  test('may be classes, and stop in the middle of an epoch', async () => {
    const { inputs, targets } = sectors(64)
    class Stopper implements Callback {
      onBatchEnd(batch: number, control: { stop(): void }): void {
        if (batch === 2) control.stop()
      }
    }
    const model = classifier()
    const options = { epochs: 3, batchSize: 8, callbacks: [new Stopper()], ...QUIET }
    const history = await model.fit(inputs, targets, options)
    expect(history).toMatchObject({ stopped: 'callback', epochs: [{ epoch: 1 }] })
    expect(model.trainer.optimizer.iterations).toBe(2)
  })

  test.each(['a signal', 'an error'])('early stopping brings the best weights back after %s', async (end) => {
    const model = diverging()
    const controller = new AbortController()
    let best: number[][] = []
    const watch: Callback = {
      onEpochEnd: async (epoch) => {
        if (epoch === 1) best = await weightsIn(model)
        if (epoch === 2 && end === 'a signal') controller.abort()
        if (epoch === 2 && end === 'an error') throw new Error('disk full')
      },
    }
    const callbacks = [earlyStopping({ monitor: 'loss' }), watch]
    const options = { epochs: 9, callbacks, signal: controller.signal, ...QUIET }
    const running = model.fit(tensor([[1]]), tensor([[0.5]]), options)
    if (end === 'an error') await expect(running).rejects.toThrow('disk full')
    else expect((await running).stopped).toBe('aborted')
    expect(await weightsIn(model)).toEqual(best)
  })

  test('early stopping keeps the last weights where it is told so', async () => {
    const model = diverging()
    let last: number[][] = []
    const watch: Callback = {
      onEpochEnd: async () => {
        last = await weightsIn(model)
      },
    }
    const callbacks = [earlyStopping({ monitor: 'loss', patience: 2, restoreBest: false }), watch]
    await model.fit(tensor([[1]]), tensor([[0.5]]), { epochs: 9, callbacks, ...QUIET })
    expect(await weightsIn(model)).toEqual(last)
  })
})

describe('a monitor', () => {
  const log = (values: Record<string, number>): EpochLog => ({
    epoch: 1,
    loss: 0,
    seconds: 1,
    samplesPerSecond: 1,
    learningRate: 1,
    ...values,
  })

  test('knows what is better by name, unless it is told', () => {
    const outcomes = (options: object, name: string, values: number[]): string[] => {
      const monitor = new Monitor('test', { monitor: name, patience: 2, ...options })
      return values.map((value) => monitor.observe(log({ [name]: value })))
    }
    expect(outcomes({}, 'loss', [2, 1, 3])).toEqual(['improved', 'improved', 'waiting'])
    expect(outcomes({}, 'validationAccuracy', [0.1, 0.2, 0.1, 0.1])).toEqual([
      'improved',
      'improved',
      'waiting',
      'stalled',
    ])
    expect(outcomes({ mode: 'max' }, 'gain', [1, 2])).toEqual(['improved', 'improved'])
    expect(outcomes({ minimumDelta: 0.5 }, 'loss', [2, 1.6, 1.4])).toEqual([
      'improved',
      'waiting',
      'improved',
    ])
    expect(outcomes({}, 'loss', [Number.NaN, 1, Number.NaN])).toEqual(['waiting', 'improved', 'waiting'])
  })

  test('lists the names that there are', async () => {
    const monitor = new Monitor('earlyStopping', { monitor: 'acuracy' })
    expect(await failure(() => monitor.observe(log({ accuracy: 1 })))).toMatchInlineSnapshot(
      `[ValueError: earlyStopping: expected a value to monitor: one of loss, accuracy; received "acuracy". Fix: choose one of these names.]`,
    )
    const { inputs, targets } = sectors(8)
    const callbacks = [earlyStopping()]
    expect(
      await failure(() => classifier().fit(inputs, targets, { callbacks, ...QUIET })),
    ).toMatchInlineSnapshot(
      `[ValueError: earlyStopping: expected a value to monitor: one of loss, accuracy; received "validationLoss". Fix: pass validationData or validationSplit to fit, or monitor: 'loss'.]`,
    )
  })
})

describe('messages', () => {
  test('a misspelt hook, also in a class', async () => {
    const { inputs, targets } = sectors(8)
    const fit = (callback: object) => classifier().fit(inputs, targets, { callbacks: [callback], ...QUIET })
    expect(await failure(() => fit({ onEpochEnds() {} }))).toMatchInlineSnapshot(
      `[ValueError: fit: expected callbacks with the hooks onTrainBegin, onEpochBegin, onBatchEnd, onEpochEnd, onTrainEnd; received a callback with "onEpochEnds". Fix: correct the name.]`,
    )
    class Misspelt {
      onBatch(): void {}
    }
    expect(String(await failure(() => fit(new Misspelt())))).toContain('received a callback with "onBatch"')
    expect(await failure(() => fit(earlyStopping))).toMatchInlineSnapshot(
      `[ValueError: fit: expected callbacks with the hooks onTrainBegin, onEpochBegin, onBatchEnd, onEpochEnd, onTrainEnd; received a function. Fix: pass objects, e.g. callbacks: [earlyStopping({ patience: 3 }), { onEpochEnd(epoch, log) { … } }].]`,
    )
  })

  test('options that do not exist or cannot work', async () => {
    const misspelt: object = { patients: 3 }
    expect(await failure(() => earlyStopping(misspelt))).toMatchInlineSnapshot(
      `[ValueError: earlyStopping: expected options among monitor, patience, minimumDelta, mode, restoreBest; received "patients". Fix: correct the name.]`,
    )
    expect(await failure(() => earlyStopping({ patience: -1 }))).toMatchInlineSnapshot(
      `[ValueError: earlyStopping: expected patience to be a whole number of at least 0; received -1. Fix: change patience, or leave it out for its default.]`,
    )
    expect(await failure(() => reduceOnPlateau({ factor: 10 }))).toMatchInlineSnapshot(
      `[ValueError: reduceOnPlateau: expected factor to be between 0 and 1; received 10. Fix: change factor, or leave it out for its default.]`,
    )
  })
})
