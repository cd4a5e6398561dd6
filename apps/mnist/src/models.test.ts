import { type ArrayDataset, adam, configure, layers, mnist, sequential } from 'nabla'
import { describe, expect, test } from 'vitest'
import { cnn, mlp, PICTURE_SHAPE } from './models.js'
import { testModel } from './report/test-report.js'

type Digits = ArrayDataset<'inputs' | 'targets'>

/** A convnet as `cnn` is one, small enough for a test: a fiftieth of its weights. */
async function trainSmallCnn(train: Digits, epochs: number) {
  await configure({ backend: 'cpu', seed: 1 })
  const relu = { activation: 'relu', kernelInitializer: 'heNormal' } as const
  const model = sequential(
    [
      layers.conv2d(4, 3, relu),
      layers.maxPooling2d(2),
      layers.conv2d(12, 3, relu),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dense(10),
    ],
    { inputShape: PICTURE_SHAPE },
  )
  model.compile({
    optimizer: adam({ learningRate: 0.003 }),
    loss: 'sparseCategoricalCrossEntropyFromLogits',
    metrics: ['accuracy'],
  })
  await model.fit(train, { epochs, batchSize: 10, seed: 1, verbose: 0 })
  return model
}

describe('the networks', () => {
  test('are those of the textbooks', () => {
    expect(mlp().parameterCount).toBe(784 * 512 + 512 + 512 * 10 + 10)
    expect(cnn().parameterCount).toBe(320 + 18_496 + 36_928 + 36_928 + 650)
    expect(cnn().outputShape(PICTURE_SHAPE)).toEqual([10])
  })

  test('a small convnet reads at least three of four built-in digits after a few seconds', async () => {
    const { train, test: held } = await mnist({
      source: 'digits',
      digits: { train: 800, test: 300, seed: 3 },
    })
    const model = await trainSmallCnn(train, 3)
    const { accuracy, loss, confusion } = await testModel(model, held)
    expect(accuracy).toBeGreaterThan(0.75)
    expect(loss).toBeLessThan(0.8)
    expect(confusion.flat().reduce((sum, count) => sum + count)).toBe(300)
    const right = confusion.reduce((sum, row, digit) => sum + (row[digit] ?? 0), 0)
    expect(right / 300).toBeCloseTo(accuracy, 10)
  })

  const folder = process.env.NABLA_MNIST ?? ''
  test.skipIf(folder === '')(
    'trained on built-in digits, it reads real handwriting (NABLA_MNIST)',
    async () => {
      const { train } = await mnist({ source: 'digits', digits: { train: 4000, test: 1, seed: 3 } })
      const { test: real } = await mnist({ source: folder })
      const model = await trainSmallCnn(train, 2)
      expect((await testModel(model, real.take(1000))).accuracy).toBeGreaterThan(0.75)
    },
  )

  test.skipIf(folder === '')('trained on real handwriting, it reads it (NABLA_MNIST)', async () => {
    const { train, test: real } = await mnist({ source: folder })
    const model = await trainSmallCnn(train.take(3000), 2)
    expect((await testModel(model, real.take(1000))).accuracy).toBeGreaterThan(0.9)
  })
})
