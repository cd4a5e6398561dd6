/**
 * What training says when it is told something that cannot be.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { setDefaultBackend, setSeed, type Tensor, tensor, zeros } from '@nabla/core'
import { ArrayDataset, DataLoader } from '@nabla/data'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dense } from '../layers/index.js'
import { confusionMatrix, MeanMetric } from '../metrics/index.js'
import { sequential } from '../models/sequential.js'
import { classifier, failure, QUIET, sectors } from './testing/sectors.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

const fitWith = (options: object) => {
  const { inputs, targets } = sectors(8)
  return failure(() => classifier().fit(inputs, targets, { ...QUIET, ...options }))
}

const numbers = () => ArrayDataset.fromArrays({ inputs: [[1, 2]], targets: Int32Array.of(1) })

describe('options', () => {
  test('that do not exist', async () => {
    expect(await fitWith({ epoch: 3 })).toMatchInlineSnapshot(
      `[ValueError: fit: expected options among epochs, initialEpoch, batchSize, shuffle, seed, validationSplit, validationData, callbacks, verbose, signal, reportEvery, jit, onDeviceLost; received "epoch". Fix: correct the name; metrics and optimizer belong to compile.]`,
    )
    const misspelt: object = { batch: 3 }
    const { inputs, targets } = sectors(8)
    expect(await failure(() => classifier().evaluate(inputs, targets, misspelt))).toMatchInlineSnapshot(
      `[ValueError: evaluate: expected options among batchSize, verbose, signal, jit; received "batch". Fix: correct the name.]`,
    )
    expect(await failure(() => classifier().predict(inputs, misspelt))).toMatchInlineSnapshot(
      `[ValueError: predict: expected options among batchSize, jit; received "batch". Fix: correct the name.]`,
    )
    const misplaced: { loss: 'meanSquaredError' } = Object.assign(
      { loss: 'meanSquaredError' as const },
      { epochs: 3 },
    )
    expect(await failure(() => classifier().compile(misplaced))).toMatchInlineSnapshot(
      `[ValueError: compile: expected options among optimizer, loss, metrics, jit; received "epochs". Fix: correct the name; epochs, batchSize and callbacks belong to fit.]`,
    )
  })

  test('out of range', async () => {
    expect(await fitWith({ epochs: 1.5 })).toMatchInlineSnapshot(
      `[ValueError: fit: expected epochs to be a whole number of at least 0; received 1.5. Fix: change epochs, or leave it out for its default.]`,
    )
    expect(await fitWith({ batchSize: 'all' })).toMatchInlineSnapshot(
      `[ValueError: fit: expected batchSize to be a whole number of at least 1, or 'full'; received "all". Fix: change batchSize, or leave it out for its default.]`,
    )
    expect(await fitWith({ validationSplit: 1 })).toMatchInlineSnapshot(
      `[ValueError: fit: expected validationSplit to be a fraction from 0 to below 1; received 1. Fix: change validationSplit, or leave it out for its default.]`,
    )
    expect(await fitWith({ validationSplit: 0.01 })).toMatchInlineSnapshot(
      `[ValueError: fit: expected a validationSplit that leaves samples on both sides; received 0.01 of 8 samples. Fix: change validationSplit, or pass validationData.]`,
    )
    expect(await fitWith({ validationSplit: 0.5, validationData: numbers() })).toMatchInlineSnapshot(
      `[ValueError: fit: expected validationSplit to be left out when there is validationData; received 0.5. Fix: change validationSplit, or leave it out for its default.]`,
    )
    expect(await fitWith({ verbose: true })).toMatchInlineSnapshot(
      `[ValueError: fit: expected verbose to be 0, 1, 2 or 'auto'; received true. Fix: change verbose, or leave it out for its default.]`,
    )
    expect(await fitWith({ signal: new AbortController() })).toMatchInlineSnapshot(
      `[ValueError: fit: expected signal to be an AbortSignal, e.g. controller.signal; received an object. Fix: change signal, or leave it out for its default.]`,
    )
  })

  test('that a loader has itself', async () => {
    const loader = new DataLoader(numbers())
    expect(await failure(() => classifier().fit(loader, { batchSize: 8 }))).toMatchInlineSnapshot(
      `[ValueError: fit: expected batchSize to be set in the DataLoader that it was given; received 8. Fix: change batchSize, or leave it out for its default.]`,
    )
    expect(await failure(() => classifier().fit(loader, { validationSplit: 0.5 }))).toMatchInlineSnapshot(
      `[ValueError: fit: expected tensors or an ArrayDataset to take the validationSplit from; received a DataLoader. Fix: split the data yourself and pass validationData.]`,
    )
  })
})

describe('data', () => {
  test('without targets, or with too few, or none at all', async () => {
    const { inputs } = sectors(8)
    const missing: unknown = undefined
    expect(await failure(() => classifier().fit(inputs, missing as Tensor))).toMatchInlineSnapshot(
      `[ValueError: fit: expected targets as the second argument, a tensor with one row per sample; received nothing. Fix: call fit(inputs, targets, options), or fit(dataset, options).]`,
    )
    expect(await failure(() => classifier().fit(inputs, tensor([1, 2])))).toMatchInlineSnapshot(
      `[ValueError: fit: expected as many targets as inputs, along axis 0; received inputs [8,2] and targets [2]. Fix: give both one row per sample.]`,
    )
    expect(await failure(() => classifier().fit(zeros([0, 2]), zeros([0])))).toMatchInlineSnapshot(
      `[ValueError: fit: expected at least one sample, along axis 0; received inputs [0,2]. Fix: look at how the data were selected.]`,
    )
    expect(await failure(() => classifier().predict(tensor(1)))).toMatchInlineSnapshot(
      `[ValueError: predict: expected samples along axis 0; received a scalar. Fix: add a batch axis: x.expandDims(0).]`,
    )
  })

  test('of other columns', async () => {
    const { inputs, targets } = sectors(2)
    const renamed = new DataLoader(numbers(), { collate: () => ({ x: inputs, y: targets }) })
    expect(await failure(() => classifier().fit(renamed, QUIET))).toMatchInlineSnapshot(
      `[ValueError: fit: expected a loader whose batches have the tensors inputs and targets; received a batch with x, y. Fix: name the columns of the data set inputs and targets, or return { inputs, targets } from collate.]`,
    )
    const typed: object = ArrayDataset.fromArrays({ inputs: [[1, 2]], labels: [1] })
    expect(
      await failure(() => classifier().fit(typed as ReturnType<typeof numbers>, QUIET)),
    ).toMatchInlineSnapshot(
      `[ValueError: fit: expected data with the columns inputs and targets; received no column targets. Fix: name the columns of the data set so.]`,
    )
  })

  test('that were used up', async () => {
    const loader = new DataLoader<'inputs' | 'targets'>(function* () {})
    expect(await failure(() => classifier().fit(loader, QUIET))).toMatchInlineSnapshot(
      `[ValueError: fit: expected at least one batch in every epoch; received none. Fix: give the loader a source that can be read again (the generator function, without calling it), or restore it to an epoch that is not complete.]`,
    )
  })
})

describe('models', () => {
  const { inputs, targets } = { inputs: [[1, 2]], targets: [1] }
  const train = (loss: () => unknown) => {
    const model = sequential([dense(1)], { inputShape: [2] })
    model.compile({ loss: loss as () => Tensor })
    return failure(() => model.fit(tensor(inputs), tensor(targets), QUIET))
  }

  test('with a loss that is no scalar', async () => {
    expect(await train(() => zeros([3]))).toMatchInlineSnapshot(
      `[ValueError: loss: expected a function that returns a scalar tensor, the mean over the batch; received [3] for predictions [1,1]. Fix: end it with .mean(), and return it at once.]`,
    )
    expect(await train(() => 0.5)).toMatchInlineSnapshot(
      `[ValueError: loss: expected a function that returns a scalar tensor, the mean over the batch; received number for predictions [1,1]. Fix: end it with .mean(), and return it at once.]`,
    )
  })

  test('with nothing to train', async () => {
    const model = classifier()
    for (const [, layer] of model.children()) for (const each of layer.variables) each.trainable = false
    const data = sectors(4)
    expect(await failure(() => model.fit(data.inputs, data.targets, QUIET))).toMatchInlineSnapshot(
      `[ValueError: fit: expected a model with trainable variables; received 4 variables, none of them trainable. Fix: unfreeze a layer, or use evaluate or predict.]`,
    )
  })

  test('with metrics that are no number, or named like something else', async () => {
    const model = classifier()
    const loss = 'sparseCategoricalCrossEntropyFromLogits'
    model.compile({ loss, metrics: [confusionMatrix({ classes: 4 })] })
    const data = sectors(4)
    expect(await failure(() => model.fit(data.inputs, data.targets, QUIET))).toMatchInlineSnapshot(
      `[ValueError: metric "confusionMatrix": expected a result of one number, on backend "cpu"; received [4,4] on "cpu". Fix: update such a metric by hand, with the predictions of model.predict.]`,
    )
    const seconds = new MeanMetric('seconds', (predictions) => predictions)
    expect(await failure(() => model.compile({ loss, metrics: [seconds] }))).toMatchInlineSnapshot(
      `[ValueError: compile: expected metrics of other names than epoch, loss, seconds, samplesPerSecond, learningRate, which are logged anyway; received a metric "seconds". Fix: give the metric another name.]`,
    )
  })
})
