/**
 * Every metric against its definition in plain numbers, over several batches.
 */
import { createCpuBackend } from '@nabla/backend-cpu'
import { memory, setDefaultBackend, type Tensor, tensor } from '@nabla/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  confusionMatrix,
  f1,
  type Metric,
  type MetricName,
  meanAbsoluteErrorMetric,
  meanSquaredErrorMetric,
  metricFrom,
  metricsFrom,
  precision,
  recall,
  sparseCategoricalAccuracy,
  topKAccuracy,
} from './index.js'

beforeAll(() => setDefaultBackend(createCpuBackend()))

async function read(metric: Metric): Promise<number[]> {
  const result = metric.result()
  const values = [...(await result.data())]
  result.dispose()
  return values
}

type Batch = readonly [predictions: Tensor, targets: Tensor]

/** The figure after several batches; checks on the way that reset forgets and that nothing stays behind. */
async function after(metric: Metric, ...batches: Batch[]): Promise<number> {
  const before = memory().tensors
  metric.update(...(batches[0] as [Tensor, Tensor]))
  metric.reset()
  for (const batch of batches) metric.update(...batch)
  const [value = Number.NaN] = await read(metric)
  metric.dispose()
  expect(memory().tensors).toBe(before)
  return value
}

const SCORES = tensor_([
  [0.1, 0.7, 0.2],
  [0.5, 0.3, 0.2],
  [0.2, 0.2, 0.6],
])
const MORE_SCORES = tensor_([[0.1, 0.2, 0.7]])

function tensor_(rows: number[][]): () => Tensor {
  return () => tensor(rows)
}

describe('accuracy', () => {
  test('sparse', async () => {
    const value = await after(
      sparseCategoricalAccuracy(),
      [SCORES(), tensor([1, 0, 1], { dtype: 'uint8' })],
      [MORE_SCORES(), tensor([[2]])],
    )
    expect(value).toBeCloseTo(3 / 4, 6)
  })

  test('categorical', async () => {
    const value = await after(categoricalAccuracy(), [
      SCORES(),
      tensor([
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ])
    expect(value).toBeCloseTo(2 / 3, 6)
  })

  test('binary, with a threshold', async () => {
    const batch = (): Batch => [tensor([[0.6], [0.4], [0.9], [0.1]]), tensor([1, 1, 1, 0])]
    expect(await after(binaryAccuracy(), batch())).toBeCloseTo(3 / 4, 6)
    expect(await after(binaryAccuracy({ threshold: 0.8 }), batch())).toBeCloseTo(2 / 4, 6)
  })

  test('top k counts ties in its favour', async () => {
    const batch = (): Batch => [
      tensor([
        [0.1, 0.7, 0.2],
        [0.5, 0.3, 0.2],
        [0.2, 0.2, 0.6],
      ]),
      tensor([2, 2, 0]),
    ]
    expect(await after(topKAccuracy({ k: 1 }), batch())).toBeCloseTo(0, 6)
    expect(await after(topKAccuracy({ k: 2 }), batch())).toBeCloseTo(2 / 3, 6)
    expect(await after(topKAccuracy({ k: 3 }), batch())).toBeCloseTo(1, 6)
    expect(
      await after(topKAccuracy({ k: 2 }), [
        batch()[0],
        tensor([
          [0, 0, 1],
          [0, 0, 1],
          [1, 0, 0],
        ]),
      ]),
    ).toBeCloseTo(2 / 3, 6)
  })

  test('resolves by the loss', async () => {
    const logits = (): Batch => [tensor([[0.2], [-0.2]]), tensor([1, 0])]
    expect(await after(accuracy({ loss: 'binaryCrossEntropyFromLogits' }), logits())).toBe(1)
    expect(await after(accuracy({ loss: 'binaryCrossEntropy' }), logits())).toBe(0.5)
    expect(
      await after(accuracy({ loss: 'sparseCategoricalCrossEntropy' }), [SCORES(), tensor([1, 0, 2])]),
    ).toBe(1)
    expect(
      await after(accuracy({ loss: 'categoricalCrossEntropy' }), [MORE_SCORES(), tensor([[0, 0, 1]])]),
    ).toBe(1)
  })

  test('resolves by the shapes', async () => {
    const loss = (predictions: Tensor): Tensor => predictions.mean()
    expect(await after(accuracy({ loss }), [SCORES(), tensor([1, 0, 2])])).toBe(1)
    expect(await after(accuracy(), [MORE_SCORES(), tensor([[0, 0, 1]])])).toBe(1)
    expect(await after(accuracy(), [tensor([[0.7], [0.7]]), tensor([1, 0])])).toBe(0.5)
    expect(await after(accuracy(), [tensor([0.7, 0.2]), tensor([1, 0])])).toBe(1)
  })
})

describe('errors of numbers', () => {
  test('squared', async () => {
    const value = await after(
      meanSquaredErrorMetric(),
      [tensor([[1], [2]]), tensor([0, 4])],
      [tensor([[3]]), tensor([3])],
    )
    expect(value).toBeCloseTo((1 + 4 + 0) / 3, 6)
  })

  test('absolute', async () => {
    const value = await after(meanAbsoluteErrorMetric(), [tensor([[1, 2]]), tensor([[0, 4]])])
    expect(value).toBeCloseTo(1.5, 6)
  })
})

const answers = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.boolean()), {
  minLength: 2,
  maxLength: 30,
})

describe('precision, recall, f1', () => {
  test('agree with counting, however the data is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(answers, fc.nat(), async (rows, where) => {
        const cut = 1 + (where % (rows.length - 1))
        const batches = [rows.slice(0, cut), rows.slice(cut)].map(
          (part): Batch => [
            tensor(part.map(([score]) => score / 10)),
            tensor(part.map(([, yes]) => Number(yes))),
          ],
        )
        const predicted = rows.filter(([score]) => Math.fround(score / 10) > 0.5)
        const actual = rows.filter(([, yes]) => yes)
        const right = predicted.filter(([, yes]) => yes).length
        const both = predicted.length + actual.length
        expect(await after(precision(), ...batches)).toBeCloseTo(right / Math.max(1, predicted.length), 6)
        expect(await after(recall(), ...batches)).toBeCloseTo(right / Math.max(1, actual.length), 6)
        expect(await after(f1(), ...batches)).toBeCloseTo((2 * right) / Math.max(1, both), 6)
      }),
      { numRuns: 20 },
    )
  })
})

describe('confusion matrix', () => {
  test('counts what was taken for what', async () => {
    const matrix = confusionMatrix({ classes: 3 })
    matrix.update(SCORES(), tensor([1, 1, 2]))
    matrix.update(MORE_SCORES(), tensor([0]))
    expect(matrix.result().shape).toEqual([3, 3])
    expect(await read(matrix)).toEqual([0, 0, 1, 1, 1, 0, 0, 0, 1])
  })

  test('of one probability', async () => {
    const matrix = confusionMatrix({ classes: 2 })
    matrix.update(tensor([[0.9], [0.1], [0.8]]), tensor([1, 1, 0]))
    expect(await read(matrix)).toEqual([0, 1, 1, 1])
  })

  test('its diagonal is the accuracy', async () => {
    const matrix = confusionMatrix({ classes: 3 })
    const targets = [1, 2, 2]
    matrix.update(SCORES(), tensor(targets))
    const counts = await read(matrix)
    const right = [0, 4, 8].reduce((sum, at) => sum + (counts[at] ?? 0), 0)
    expect(right / targets.length).toBeCloseTo(
      await after(sparseCategoricalAccuracy(), [SCORES(), tensor(targets)]),
      6,
    )
  })
})

const NAMES: Record<MetricName, true> = {
  accuracy: true,
  sparseCategoricalAccuracy: true,
  categoricalAccuracy: true,
  binaryAccuracy: true,
  topKAccuracy: true,
  precision: true,
  recall: true,
  f1: true,
  meanSquaredError: true,
  meanAbsoluteError: true,
}

test('names make metrics of their own name, NaN or 0 before the first batch', async () => {
  for (const name of Object.keys(NAMES) as MetricName[]) {
    const metric = metricFrom(name)
    expect(metric.name).toBe(name)
    expect(await read(metric)).toEqual([Number.NaN])
  }
})

test('a metric stands for itself', () => {
  const metric = topKAccuracy({ k: 3 })
  expect(metricsFrom(['accuracy', metric])[1]).toBe(metric)
})

describe('messages', () => {
  test('an unknown metric', () => {
    const name: string = 'auc'
    expect(() => metricFrom(name as MetricName)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: metric: expected one of accuracy, sparseCategoricalAccuracy, categoricalAccuracy, binaryAccuracy, topKAccuracy, precision, recall, f1, meanSquaredError, meanAbsoluteError; received auc. Fix: choose one of these names, or pass a metric such as topKAccuracy({ k: 3 }).]`,
    )
  })

  test('two metrics of one name', () => {
    expect(() => metricsFrom(['accuracy', accuracy()])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: compile: expected metrics of different names; received accuracy, accuracy. Fix: leave the second "accuracy" out, or put it into a metric of another name.]`,
    )
  })

  test('a bad k', () => {
    expect(() => topKAccuracy({ k: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: topKAccuracy: expected k to be a whole number, at least 1; received 0. Fix: pass e.g. { k: 5 }.]`,
    )
  })

  test('too few classes', () => {
    expect(() => confusionMatrix({ classes: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: confusionMatrix: expected classes to be a whole number, at least 2; received 1. Fix: pass the number of classes, e.g. { classes: 10 }.]`,
    )
  })

  test('one-hot targets where class numbers are meant', () => {
    expect(() =>
      sparseCategoricalAccuracy().update(tensor([[1, 2]]), tensor([[0, 1]])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sparseCategoricalAccuracy: expected class numbers [1] for predictions [1,2]; received targets [1,2]. Fix: use the categorical form, which takes one-hot targets.]`,
    )
  })
})
