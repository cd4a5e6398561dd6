/**
 * The forms of data that fit and evaluate take.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, scope, setDefaultBackend, setSeed, tensor } from '@nabla/core'
import { ArrayDataset, DataLoader, type Dataset, IterableDataset, toTensors } from '@nabla/data'
import { sgd } from '@nabla/optim'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dense } from '../layers/index.js'
import { type Sequential, sequential } from '../models/sequential.js'
import { QUIET, weightsIn } from './testing/sectors.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))
beforeEach(() => setSeed(5))

const xs = [1, 2, 3, 4, 5, 6, 7]

function line(): Sequential {
  const model = sequential([dense(1, { kernelInitializer: 'zeros' })], { inputShape: [1] })
  return model.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'meanSquaredError' })
}

const arrays = () => ArrayDataset.fromArrays({ inputs: xs.map((x) => [x]), targets: xs.map((x) => [2 * x]) })
const literal: Dataset<'inputs' | 'targets'> = {
  length: xs.length,
  get: (index) => ({
    inputs: { data: Float32Array.of(xs[index] ?? 0), shape: [1] },
    targets: { data: Float32Array.of(2 * (xs[index] ?? 0)), shape: [1] },
  }),
}
const stream = () =>
  IterableDataset.from(async function* () {
    for (let index = 0; index < literal.length; index++) yield await literal.get(index)
  })

describe('every form of the same data trains the same', () => {
  const options = { epochs: 2, ...QUIET }
  let expected: number[][] = []

  beforeEach(async () => {
    const model = line()
    await model.fit(arrays(), { ...options, batchSize: 3, shuffle: false })
    expect(model.trainer.optimizer.iterations).toBe(6)
    expected = await weightsIn(model)
  })

  test.each<[string, (model: Sequential) => Promise<unknown>]>([
    [
      'tensors',
      (model) =>
        model.fit(tensor(xs.map((x) => [x])), tensor(xs.map((x) => [2 * x])), {
          ...options,
          batchSize: 3,
          shuffle: false,
        }),
    ],
    ['a literal object', (model) => model.fit(literal, { ...options, batchSize: 3, shuffle: false })],
    ['a loader', (model) => model.fit(new DataLoader(arrays(), { batchSize: 3 }), options)],
    ['a loader over a stream', (model) => model.fit(new DataLoader(stream(), { batchSize: 3 }), options)],
  ])('%s', async (_, fit) => {
    const model = line()
    await fit(model)
    expect(await weightsIn(model)).toEqual(expected)
  })

  test('a loader on another backend than the model, without a trace', async () => {
    const model = line()
    const other = createCpuBackend()
    for (const variable of model.variables) await variable.to(other)
    const before = memory().tensors
    await model.fit(new DataLoader(arrays(), { batchSize: 3 }), options)
    expect(await weightsIn(model)).toEqual(expected)
    // The running sum of the loss stays for the next pass, as the optimizer's state does.
    model.trainer.dispose()
    expect(memory().tensors).toBe(before)
  })
})

test('a loader keeps its own order and goes on with its own epochs', async () => {
  const options = { batchSize: 2, shuffle: true, seed: 3 }
  const own = line()
  await own.fit(new DataLoader(arrays(), options), { epochs: 2, ...QUIET })
  const ours = line()
  await ours.fit(arrays(), { ...options, epochs: 2, ...QUIET })
  expect(await weightsIn(own)).toEqual(await weightsIn(ours))
})

test('what collate makes is what is trained on', async () => {
  const collate = (batch: Parameters<typeof toTensors<'inputs' | 'targets'>>[0]) =>
    scope(() => {
      const { inputs, targets } = toTensors(batch)
      return { inputs, targets: targets.mul(10) }
    })
  const model = line()
  const loader = new DataLoader(arrays(), { batchSize: 7, collate })
  const { loss } = await model.evaluate(loader)
  expect(loss).toBe(xs.reduce((sum, x) => sum + (20 * x) ** 2, 0) / xs.length)
  const before = memory().tensors
  await model.fit(loader, { epochs: 3, validationData: loader, ...QUIET })
  expect(memory().tensors).toBe(before)
})

test('a validation set may be a stream', async () => {
  const model = line()
  const validationData = new DataLoader(stream(), { batchSize: 4 })
  const { last } = await model.fit(arrays(), { validationData, ...QUIET })
  expect(last?.validationLoss).toBeCloseTo((await model.evaluate(arrays())).loss ?? Number.NaN, 4)
})
